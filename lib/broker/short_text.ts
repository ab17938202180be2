// Decides how much of what a client has written is repeated: it goes into packets and logs, and may be 65,535 bytes long.

const MOST_CHARACTERS = 200;

/** The beginning of a text; it ends with no half of a surrogate pair, which could not be sent. */
export function short_text(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  return `${text.slice(0, MOST_CHARACTERS).replace(/[\ud800-\udbff]$/, "")}...`;
}
