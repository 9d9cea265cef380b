/** Files to go with the next message: sent at once, shown with a way to take them back, named in the message. */

import { icon, text } from "../behaviour/strings.ts";
import { raw, Refused } from "./api.ts";
import { filled, part, settings } from "./settings.ts";
import type { FileInfo } from "./talk.ts";

let ready: FileInfo[] = [];
const underWay = new Set<Promise<void>>();
const list = part("files");

export function listenForFiles(problem: (said: string) => void): void {
  const input = part<HTMLInputElement>("file");
  part("attach").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    for (const file of input.files ?? []) begin(file, problem);
    input.value = "";
  });
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    for (const file of event.dataTransfer?.files ?? []) begin(file, problem);
  });
  part("text").addEventListener("paste", (event) => {
    for (const file of event.clipboardData?.files ?? []) begin(file, problem);
  });
}

/** The files for a message; the next one begins without. */
export function takeFiles(): FileInfo[] {
  const taken = ready;
  ready = [];
  list.replaceChildren();
  list.hidden = true;
  return taken;
}

export function anyFiles(): boolean {
  return ready.length + underWay.size > 0;
}

/** A message waits for its files: until each is there, or has failed and said so. */
export async function filesSettled(): Promise<void> {
  while (underWay.size) await Promise.all(underWay);
}

function begin(file: File, problem: (said: string) => void): void {
  const work = upload(file, problem).finally(() => underWay.delete(work));
  underWay.add(work);
}

async function upload(file: File, problem: (said: string) => void): Promise<void> {
  problem("");
  if (file.size > settings.largest_file) {
    problem(filled(text("too_large"), { name: file.name, most: Math.floor(settings.largest_file / 1_048_576) }));
    return;
  }
  const row = document.createElement("li");
  row.className = "attachment";
  row.textContent = filled(text("uploading"), { name: file.name });
  list.hidden = false;
  list.append(row);
  try {
    const form = new FormData();
    form.append("file", file);
    const info = await raw("POST", "/attachments", form).then((response) => response.json()) as FileInfo;
    ready.push(info);
    showReady(row, info);
  } catch (fault) {
    row.remove();
    list.hidden = !list.children.length;
    if (fault instanceof Refused && fault.code === "no_contact") problem(text("write_first"));
    else problem(fault instanceof Refused && fault.message ? fault.message : filled(text("no_upload"), { name: file.name }));
  }
}

function showReady(row: HTMLElement, info: FileInfo): void {
  const name = document.createElement("bdi");
  name.className = "clip";
  name.textContent = info.name;
  const away = document.createElement("button");
  away.type = "button";
  away.className = "button quiet square small";
  away.setAttribute("aria-label", `${text("remove")}: ${info.name}`);
  away.append(icon("close"));
  away.onclick = () => {
    ready = ready.filter((one) => one.id !== info.id);
    row.remove();
    list.hidden = !list.children.length;
    part("text").focus();
  };
  row.replaceChildren(icon("attach"), name, away);
}
