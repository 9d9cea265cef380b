/** The part of htmx we use: its own type file has no default export that fits. */
export interface Htmx {
  config: Record<string, unknown>;
  trigger(element: Element, event: string, detail?: unknown): void;
  process(element: Element): void;
}
