/** What the frame keeps: in its own storage, or with the page around it where a frame's is blocked, or in memory. */

const memory = new Map<string, string>();
let tellHost: ((key: string, value: string | null) => void) | undefined;
const own = works();

/** The page around us keeps for us, if we cannot; false when nobody can. */
export function keepWithHost(kept: Record<string, string> | null, tell: (key: string, value: string | null) => void): boolean {
  if (own) return true;
  for (const [key, value] of Object.entries(kept ?? {})) if (!memory.has(key)) memory.set(key, value);
  tellHost = kept ? tell : undefined;
  return kept !== null;
}

export function keep(key: string, value: string): void {
  if (own) return localStorage.setItem(key, value);
  memory.set(key, value);
  tellHost?.(key, value);
}

export function kept(key: string): string {
  return (own ? localStorage.getItem(key) : memory.get(key)) ?? "";
}

export function forget(key: string): void {
  if (own) return localStorage.removeItem(key);
  memory.delete(key);
  tellHost?.(key, null);
}

export function keysFrom(prefix: string): string[] {
  return (own ? Object.keys(localStorage) : [...memory.keys()]).filter((key) => key.startsWith(prefix));
}

function works(): boolean {
  try {
    localStorage.setItem("fanal.works", "");
    localStorage.removeItem("fanal.works");
    return true;
  } catch {
    return false;
  }
}
