/** What is longer than one message may be goes as several, cut between words where that is possible. */

const LONGEST = 4000;
/** More than this at once is refused, not cut: nobody reads it, and it is easily pasted by mistake. */
export const MOST = 20_000;

export function messagesOf(words: string): string[] {
  const messages: string[] = [];
  let rest = words;
  while (rest.length > LONGEST) {
    const end = endOfMessage(rest);
    messages.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...messages, rest];
}

function endOfMessage(words: string): number {
  const gap = Math.max(words.lastIndexOf(" ", LONGEST), words.lastIndexOf("\n", LONGEST));
  if (gap > LONGEST / 2) return gap;
  const halved = words.charCodeAt(LONGEST) >= 0xdc00 && words.charCodeAt(LONGEST) <= 0xdfff;
  return halved ? LONGEST - 1 : LONGEST;
}
