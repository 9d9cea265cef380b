/** Words for people come from the page: the JSON block `strings`, translated by the server. */

let table: Record<string, string> | undefined;

export function text(name: string): string {
  table ??= JSON.parse(document.getElementById("strings")?.textContent || "{}") as Record<string, string>;
  return table[name] ?? "";
}

export function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}

/** An icon from the sprite, the same as `parts/icon.html` gives. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${meta("icons")}#${name}`);
  svg.append(use);
  return svg;
}
