// Decides which existing name a wrong name was probably meant to be.

/** How many single-letter changes, or swaps of two neighbours, make one text the other. */
function edit_distance(a: string, b: string): number {
  let before_last: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const changed = a[row - 1] === b[column - 1] ? 0 : 1;
      let least = Math.min(
        (last[column] as number) + 1,
        (line[column - 1] as number) + 1,
        (last[column - 1] as number) + changed,
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = Math.min(least, (before_last[column - 2] as number) + 1);
      }
      line.push(least);
    }
    before_last = last;
    last = line;
  }
  return last[b.length] as number;
}

/** Names that differ only in case, underscores, hyphens or spaces are the same slip of the pen. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[_\-\s]/g, "");
}

/** `host` for `hostname`, `client_identifier` for `client_id`: the one goes on where the other ends. */
function begins_as(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a));
}

/**
 * The candidate that is most like `wrong`, or null when none is near enough: one change is forgiven, and one more
 * for every four letters; what is missing at the end, or too much, counts as one. Case, underscores, hyphens and
 * spaces count for nothing.
 */
export function nearest_name(wrong: string, candidates: Iterable<string>): string | null {
  const meant = plain(wrong);
  let nearest: string | null = null;
  let least = 2 + Math.floor(meant.length / 4);
  for (const candidate of candidates) {
    const name = plain(candidate);
    // The distance is at least the difference in length; so an absurdly long name costs nothing.
    const is_cut = begins_as(meant, name);
    if (!is_cut && Math.abs(name.length - meant.length) >= least) continue;
    const distance = is_cut ? Number(meant !== name) : edit_distance(meant, name);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

/**
 * The sentence of every "unknown name" error, for example
 * `MQTT 5 has no property "TopicAlis": did you mean "TopicAlias"?`
 *
 * @param owner begins the sentence: what was asked for the name.
 * @param kind what the name should be: `"property"`, `"option"`.
 */
export function unknown_name(
  owner: string,
  wrong: string,
  candidates: Iterable<string>,
  kind = "option",
): string {
  const nearest = nearest_name(wrong, candidates);
  const guess = nearest === null ? "." : `: did you mean ${JSON.stringify(nearest)}?`;
  return `${owner} has no ${kind} ${JSON.stringify(wrong)}${guess}`;
}
