/** A press counts although the part around what was pressed is drawn anew before it is let go: the browser forgets it. */

type Press = { at: Element; control: HTMLElement; key: string; x: number; y: number; counted: boolean };

const CONTROLS = "a[href], button, summary, label, [role=button], [role=option], input[type=checkbox], input[type=radio]";
const SAID_BY = ["id", "name", "value", "href", "action", "for", "aria-label", "hx-get", "hx-post", "hx-put", "hx-delete", "hx-vals"];
/** Who moves further has thought better of it. */
const STEADY = 10;

let press: Press | undefined;

export function countEveryPress(): void {
  document.addEventListener("pointerdown", begin, true);
  document.addEventListener("pointercancel", () => (press = undefined), true);
  document.addEventListener("pointerup", end, true);
  document.addEventListener("click", (event) => {
    if (press && event.isTrusted) press.counted = true;
  }, true);
}

function begin(event: PointerEvent): void {
  const at = event.target as Element;
  const control = at.closest?.<HTMLElement>(CONTROLS);
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  press = control && plain
    ? { at, control, key: keyOf(control), x: event.clientX, y: event.clientY, counted: false }
    : undefined;
}

function end({ clientX, clientY }: PointerEvent): void {
  const was = press;
  if (!was || was.at.isConnected || Math.hypot(clientX - was.x, clientY - was.y) > STEADY) return;
  setTimeout(() => {
    if (!was.counted) again(was)?.click();
  });
}

/** What was pressed, or the one thing in the new part that says and does the same. */
function again({ control, key }: Press): HTMLElement | undefined {
  if (control.isConnected) return control;
  const same = [...document.querySelectorAll<HTMLElement>(control.localName)].filter((one) => keyOf(one) === key);
  return same.length === 1 ? same[0] : undefined;
}

function keyOf(control: HTMLElement): string {
  const form = (control as HTMLButtonElement).form ?? null;
  const said = [control, form].flatMap((one) => SAID_BY.map((name) => one?.getAttribute(name) ?? ""));
  return [...said, control.textContent!.trim()].join("\n");
}
