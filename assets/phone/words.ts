/** The phone's words come from the page, translated by the server. */

let table: Record<string, string> | undefined;

export function word(name: string, given: Record<string, string> = {}): string {
  table ??= JSON.parse(document.getElementById("phone-words")?.textContent || "{}") as Record<string, string>;
  return (table[name] ?? "").replace(/\{(\w+)\}/g, (whole, part: string) => given[part] ?? whole);
}
