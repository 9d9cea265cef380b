/** What the frame keeps in the browser; where storage is blocked it lives as long as the page. */

const memory = new Map<string, string>();
export let lasting = true;

export function keep(key: string, value: string): void {
  memory.set(key, value);
  try {
    localStorage.setItem(key, value);
  } catch {
    lasting = false;
  }
}

export function kept(key: string): string {
  try {
    return localStorage.getItem(key) ?? (lasting ? "" : memory.get(key) ?? "");
  } catch {
    lasting = false;
    return memory.get(key) ?? "";
  }
}

export function forget(key: string): void {
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    lasting = false;
  }
}

export function keysFrom(prefix: string): string[] {
  try {
    const keys = Array.from({ length: localStorage.length }, (_, place) => localStorage.key(place)!);
    return [...new Set(lasting ? keys : [...keys, ...memory.keys()])].filter((key) => key.startsWith(prefix));
  } catch {
    lasting = false;
    return [...memory.keys()].filter((key) => key.startsWith(prefix));
  }
}
