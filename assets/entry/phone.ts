/** The agent's phone in the browser, on every page of somebody who takes calls. */

import { listenForAnswers } from "../phone/answering.ts";
import { Corner } from "../phone/corner.ts";
import { Tabs } from "../phone/leading.ts";
import { Phone } from "../phone/phone.ts";
import { showPictures } from "../phone/screening.ts";
import { stayDuring } from "../phone/staying.ts";

const root = document.getElementById("phone");
if (root) begin(root);

function begin(root: HTMLElement): void {
  const user = root.dataset.user!;
  let phone: Phone | undefined;
  const tabs: Tabs = new Tabs(user, (standing) => corner.show(standing), (level) => corner.level(level));
  const corner = new Corner(root, (deed) => tabs.do(deed));
  const { lineUrl = "", qualityUrl = "", holdUrl = "" } = root.dataset;
  tabs.wait(user, () => {
    phone = new Phone({ line: lineUrl, quality: qualityUrl, hold: holdUrl }, (standing) => tabs.tell(standing), (level) => tabs.tellLevel(level), showPictures);
    root.dataset.here = "";
    return phone;
  });
  listenForAnswers((offer, interaction) => tabs.do({ do: "answer", offer, interaction }));
  stayDuring(() => phone?.busy ?? false);
  for (const kind of ["hold.began", "hold.ended"]) {
    document.addEventListener(`fanal:${kind}`, (event) => phone?.held(String((event as CustomEvent).detail.data.interaction), kind === "hold.began"));
  }
  document.addEventListener("fanal:line.changed", (event) => {
    if (!(event as CustomEvent).detail.data.reachable) phone?.lineLost();
  });
  document.addEventListener("fanal:line.ended", (event) => phone?.lineEnded((event as CustomEvent).detail.data.line));
}
