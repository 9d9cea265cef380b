/** Accepting an offer in the desk lifts the phone: by its button at once, and wherever else it was accepted as told. */

const ACCEPTANCE = /\/offers\/(\d+)\/acceptance\/$/;

export function listenForAnswers(answer: (offer: string, interaction?: string) => void): void {
  document.addEventListener("htmx:configRequest", (event) => {
    const offer = ACCEPTANCE.exec((event as CustomEvent).detail.path)?.[1];
    if (offer) answer(offer);
  });
  document.addEventListener("fanal:offer.accepted", (event) => {
    const { offer, interaction } = (event as CustomEvent).detail.data;
    answer(String(offer), interaction ? String(interaction) : undefined);
  });
  document.addEventListener("fanal:answer", (event) => answer(String((event as CustomEvent).detail.offer)));
}
