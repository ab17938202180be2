// Decides of which numbers the cost of a message must not depend, and between which sizes that is measured.

import { run_lane } from "./lanes.mjs";

const receive = { action: "receive", qos: 0, size: 64, version: 4 };
const publish = { ...receive, action: "publish" };

/** As many leave, and are acknowledged, about together, however many more are in flight. */
const WINDOW = 1000;

export const growths = [
  { what: "topics received", sizes: [10, 1000, 10_000], lane: (topics) => ({ ...receive, topics }) },
  { what: "topics published", sizes: [10, 1000, 10_000], lane: (topics) => ({ ...publish, topics }) },
  {
    what: "registered filters",
    sizes: [1, 100, 10_000],
    lane: (filters) => ({ ...receive, filters, topics: filters }),
  },
  {
    what: "messages in flight",
    sizes: [1, 10, 1000, 60_000],
    lane(in_flight) {
      const window = Math.min(in_flight, WINDOW);
      return { ...publish, qos: 1, window, lag: in_flight - window };
    },
  },
];

/** One by one, each message pays for its own way through the system. */
const share_of_window = ({ window }) => (window !== undefined && window < WINDOW ? 0.05 : 1);

export function run_size({ lane }, size, port, scale) {
  const grown = lane(size);
  return run_lane(grown, "karere", port, scale * share_of_window(grown));
}
