/** Rows that are ticked for a change of many: a form with `data-choosing`, boxes that name it, one that ticks them all. */

export function listenForChoosing(): void {
  document.addEventListener("change", (event) => {
    const box = event.target as HTMLInputElement;
    const form = box.form;
    if (!form || !("choosing" in form.dataset)) return;
    const boxes = rows(form);
    if (box.matches("[data-choose-page]")) for (const one of boxes) one.checked = box.checked;
    const number = boxes.filter((one) => one.checked).length;
    const page = form.querySelector<HTMLInputElement>("[data-choose-page]");
    if (page) {
      page.checked = number > 0 && number === boxes.length;
      page.indeterminate = number > 0 && number < boxes.length;
    }
    const every = form.querySelector<HTMLInputElement>("[name='all']");
    const button = form.querySelector<HTMLButtonElement>("button[type='submit']");
    if (button) button.disabled = !number && !every?.checked;
  });
}

function rows(form: HTMLFormElement): HTMLInputElement[] {
  return [...form.elements].filter((one): one is HTMLInputElement => one instanceof HTMLInputElement && one.name === "case");
}
