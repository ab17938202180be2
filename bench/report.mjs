// Decides in which tables the figures are shown.

import { name_of_client } from "./peers.mjs";
import { microseconds, print_table, times } from "./screen.mjs";

export function show_lanes(found) {
  if (found.length === 0) return;
  const peers = Object.keys(found[0].medians).slice(1);
  const head = [
    "lane",
    "karere",
    "messages/s",
    ...peers.flatMap((client) => [name_of_client(client), "ratio"]),
  ];
  const rows = found.map(({ lane, medians: { karere, ...medians } }) => [
    lane,
    microseconds(karere.cpu_us),
    Math.round(karere.rate).toLocaleString("en"),
    ...peers.flatMap((client) => [
      microseconds(medians[client].cpu_us),
      times(medians[client].cpu_us / karere.cpu_us),
    ]),
  ]);
  print_table(head, rows);
  console.log();
}

/** What a script that waits gets done in a second, beside the Python script that it was. */
export function show_beside_paho(found) {
  const both = found.filter(({ medians }) => medians.blocking !== undefined && medians.paho !== undefined);
  if (both.length === 0) return;
  const rows = both.map(({ lane, medians: { blocking, paho } }) => [
    lane,
    ...[blocking, paho].map(({ rate }) => Math.round(rate).toLocaleString("en")),
    times(blocking.rate / paho.rate),
  ]);
  print_table(["messages/s", "karere/blocking", "paho", "ratio"], rows);
  console.log();
}

/** The factor of each size is that to the smallest, and of the last column that of the largest size to the cheapest. */
export function show_growths(found) {
  if (found.length === 0) return;
  const most = Math.max(...found.map(({ sizes }) => sizes.length));
  const head = ["64 B; QoS 0, in flight QoS 1", ...Array(most).fill(""), "last to least"];
  const rows = found.map(({ what, sizes, costs, factor }) => {
    const cells = costs.map(
      (cost, at) => `${sizes[at].toLocaleString("en")}: ${microseconds(cost)} (${times(cost / costs[0])})`,
    );
    return [what, ...cells, ...Array(most - cells.length).fill(""), times(factor)];
  });
  print_table(head, rows);
  console.log();
}

export function show_judgement(title, judged) {
  console.log(`\n${title}: ${judged.filter(({ reached }) => reached).length} of ${judged.length} reached`);
  for (const { what, wished, found, reached } of judged) {
    console.log(
      `${reached ? "  reached    " : "  NOT REACHED"}  ${what} ${wished}: ${Number(found.toPrecision(3))}`,
    );
  }
}
