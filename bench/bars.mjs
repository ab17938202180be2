// Decides which figures are judged and how: bars must hold, they guard against falling back and lie a bit under what is
// measured; targets are what shall be reached, and tell how far that is.

import { readFileSync } from "node:fs";
import { rule_of } from "./lanes.mjs";

const { bars, targets } = JSON.parse(readFileSync(new URL("bars.json", import.meta.url), "utf8"));

/**
 * What the bars, or the targets, say of figures.
 *
 * @param figures each with the `rule` that it is judged by, its `what`, and the values of `karere` and its `peers`.
 * @returns for each wish: `what` in words, the wished and the found number, and whether it is `reached`.
 */
function judge(wishes, figures) {
  return figures.flatMap(({ rule, what, karere, peers = {} }) =>
    Object.entries(wishes[rule] ?? {}).flatMap(([whom, wished]) => {
      // Of karere alone; everything else is how many times more another needs.
      if (whom === "at_most") {
        return [{ what: `${what}: at most`, wished, found: karere, reached: karere <= wished }];
      }
      if (peers[whom] === undefined) return [];
      const found = peers[whom] / karere;
      return [{ what: `${what}: times less than ${whom}`, wished, found, reached: found >= wished }];
    }),
  );
}

export const judge_by_bars = (figures) => judge(bars, figures);

export const judge_by_targets = (figures) => judge(targets, figures);

/** All that is measured, in the form in which it is judged. */
export function figures_of({ of_lanes, of_growths, of_others }) {
  return [
    ...of_lanes.map(({ lane, medians: { karere, ...peers }, ...rest }) => ({
      rule: rule_of(rest),
      what: lane,
      karere: karere.cpu_us,
      peers: Object.fromEntries(Object.entries(peers).map(([client, { cpu_us }]) => [client, cpu_us])),
    })),
    ...of_growths.map(({ what, factor }) => ({ rule: what, what: `growth with ${what}`, karere: factor })),
    ...of_others.filter(({ karere }) => karere !== undefined).map((one) => ({ rule: one.what, ...one })),
  ];
}
