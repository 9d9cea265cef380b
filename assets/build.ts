/** Builds everything a browser loads into fanal/static/fanal; run as `deno run -A assets/build.ts`. */
/// <reference lib="deno.ns" />

const here = new URL(".", import.meta.url).pathname;
const out = new URL("../fanal/static/fanal/", import.meta.url).pathname;
const packages = `${here}node_modules/`;

const fonts = [
  { family: "IBM Plex Sans", source: "ibm-plex-sans", subsets: ["cyrillic", "latin-ext", "latin"], weights: [400, 600] },
  { family: "IBM Plex Sans Arabic", source: "ibm-plex-sans-arabic", subsets: ["arabic"], weights: [400, 600] },
  { family: "IBM Plex Mono", source: "ibm-plex-mono", subsets: ["latin"], weights: [400] },
];
/** The chat widget's own small sheet: the tokens, and the parts a talk needs. */
const widgetParts = ["buttons", "talk", "forms", "notices"];

// What Deno fetches (packages, its bundler) may come through a company's proxy: trust whom the machine trusts.
Deno.env.set("DENO_TLS_CA_STORE", Deno.env.get("DENO_TLS_CA_STORE") ?? "mozilla,system");
await installPackages();
await Deno.remove(out, { recursive: true }).catch(() => {});
await Deno.mkdir(`${out}fonts`, { recursive: true });
const fontFaces = await copyFonts();
await Promise.all([
  bundleScripts(),
  writeStyles("fanal.css", fontFaces, ["parts", "pages"]),
  writeStyles("widget.css", fontFaces, ["widget"], widgetParts),
  writeStyles("shop.css", fontFaces, ["shop"], ["buttons", "forms", "notices", "work"]),
  writeIcons(),
]);

/** Fetches the pinned packages once; afterwards the lock file and this folder are enough. */
async function installPackages(): Promise<void> {
  const { imports } = JSON.parse(await Deno.readTextFile(`${here}deno.json`)) as { imports: Record<string, string> };
  const named = Object.values(imports).map((text) => text.replace(/^npm:(.+)@.*$/, "$1"));
  const ready = await Promise.all(named.map((name) => Deno.stat(packages + name).then(() => true, () => false)));
  if (ready.every(Boolean)) return;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args: ["install", "--frozen"], cwd: here }).output();
  const reason = new TextDecoder().decode(stderr).trim();
  if (!success) throw new Error(`The packages of assets/deno.json could not be installed.\n${reason}`);
}

/** One alone first: on a new machine it fetches Deno's bundler, and several at once would trip over each other there. */
async function bundleScripts(): Promise<void> {
  const [first, ...others] = await namesIn(`${here}entry`, ".ts");
  await bundle(first!);
  await Promise.all(others.map(bundle));
}

async function bundle(name: string): Promise<void> {
  const args = ["bundle", "--platform", "browser", "--format", "iife", "--minify", "--output", out + name.replace(/\.ts$/, ".js"), `entry/${name}`];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: here }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

async function writeStyles(target: string, fontFaces: string, folders: string[], parts: string[] = []): Promise<void> {
  const sheets = [["reset", "reset.css"], ["tokens", "tokens.css"], ["layout", target === "fanal.css" ? "layout.css" : "base.css"]];
  for (const part of parts) sheets.push(["parts", `parts/${part}.css`]);
  for (const folder of folders) {
    const layer = folder === "widget" || folder === "shop" ? "pages" : folder;
    for (const name of await namesIn(`${here}styles/${folder}`, ".css")) sheets.push([layer, `${folder}/${name}`]);
  }
  let css = `${fontFaces}@layer reset,tokens,layout,parts,pages;`;
  for (const [layer, path] of sheets) {
    const text = await Deno.readTextFile(`${here}styles/${path}`);
    css += `\n@layer ${layer}{${squeeze(hoistProperties(text))}}`;
    css = properties(text) + css;
  }
  await Deno.writeTextFile(out + target, css);
}

/** `@property` counts only at the top of a sheet, outside of layers. */
function properties(css: string): string {
  return (css.match(/@property[^{]*\{[^}]*\}/g) ?? []).map(squeeze).join("");
}

function hoistProperties(css: string): string {
  return css.replace(/@property[^{]*\{[^}]*\}/g, "");
}

function squeeze(css: string): string {
  return css.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\s+/g, " ").replace(/ ?([{};]) ?/g, "$1").replace(/;}/g, "}").trim();
}

/** Copies the font files of the scripts we write in, and says where each one applies. */
async function copyFonts(): Promise<string> {
  let css = "";
  for (const { family, source, subsets, weights } of fonts) {
    for (const weight of weights) {
      const rules = await Deno.readTextFile(`${packages}@fontsource/${source}/${weight}.css`);
      for (const subset of subsets) {
        const name = `${source}-${subset}-${weight}-normal.woff2`;
        const rule = rules.split("@font-face").find((part) => part.includes(`/${name})`));
        const range = rule?.match(/unicode-range:\s*([^;]+);/)?.[1];
        if (!range) throw new Error(`${source} has no ${subset} in weight ${weight}.`);
        await Deno.copyFile(`${packages}@fontsource/${source}/files/${name}`, `${out}fonts/${name}`);
        css += `@font-face{font-family:"${family}";font-weight:${weight};font-display:swap;src:url(fonts/${name}) format("woff2");unicode-range:${range}}`;
      }
    }
  }
  return css;
}

/** One sprite from lines of `name path`; drawn on 24 × 24, stroked by the class `icon`. */
async function writeIcons(): Promise<void> {
  const lines = (await Deno.readTextFile(`${here}icons/icons.txt`)).trim().split("\n");
  const symbols = lines.map((line) => {
    const space = line.indexOf(" ");
    return `<symbol id="${line.slice(0, space)}" viewBox="0 0 24 24"><path d="${line.slice(space + 1)}"/></symbol>`;
  });
  const lantern = lines.find((line) => line.startsWith("lantern "))!.slice(8);
  await Deno.writeTextFile(`${out}icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
  await Deno.writeTextFile(
    `${out}mark.svg`,
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#d97a06" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"><path d="${lantern}"/></svg>`,
  );
}

async function namesIn(folder: string, ending: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) if (entry.name.endsWith(ending)) names.push(entry.name);
  return names.sort();
}
