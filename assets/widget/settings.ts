/** What the server said about this frame. */

export type Settings = {
  account: string;
  host: string;
  api: string;
  live: string;
  language: string;
  now: string;
  largest_file: number;
  form: boolean;
  call_script: string;
};

export const settings: Settings = JSON.parse(document.getElementById("settings")!.textContent!);
export const prefix = `fanal.${settings.account}.`;

export function part<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

export function filled(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
