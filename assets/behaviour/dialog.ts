/** Native dialogs: `data-dialog="id"` opens one, `data-close` closes it, one that arrives with `data-open` opens itself. */

/** What is to be filled in has the focus, rather than the way out. */
const FIELD = ".inside :is(input:not([type=hidden]), select, textarea):enabled";

export function openDialog(dialog: HTMLDialogElement): void {
  if (!dialog.open) dialog.showModal();
}

export function listenForDialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const opener = target.closest<HTMLElement>("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog!);
      if (dialog instanceof HTMLDialogElement) openDialog(dialog);
    }
    const closer = target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
    else if (target instanceof HTMLDialogElement && outside(target, event as MouseEvent)) target.close();
  });
  document.addEventListener("htmx:load", (event) => openArrived(event.target as Element));
  document.addEventListener("fanal:close-dialog", () => [...document.querySelectorAll<HTMLDialogElement>("dialog:modal")].at(-1)?.close());
  openArrived(document);
}

/** A dialog that was loaded for one use leaves the page when it closes. */
function openArrived(room: ParentNode): void {
  const arrived = [...room.querySelectorAll<HTMLDialogElement>("dialog[data-open]")];
  if (room instanceof HTMLDialogElement && room.matches("[data-open]")) arrived.push(room);
  for (const dialog of arrived) {
    openDialog(dialog);
    if (!dialog.querySelector("[autofocus]")) dialog.querySelector<HTMLElement>(FIELD)?.focus();
    dialog.addEventListener("close", () => dialog.remove(), { once: true });
  }
}

function outside(dialog: HTMLDialogElement, { clientX, clientY, detail }: MouseEvent): boolean {
  if (!detail) return false; // a click made by the keyboard has no place
  const box = dialog.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}
