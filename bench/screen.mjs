// Decides how results and progress look on the screen.

const WIDTH = 30;

/** Rows of text under a head; the first column is aligned to the left. */
export function print_table(head, rows) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  for (const row of [head, ...rows]) {
    const cells = row.map((cell, column) => cell[column === 0 ? "padEnd" : "padStart"](widths[column]));
    console.log(cells.join("  ").trimEnd());
  }
}

/** A bar on a terminal, nothing elsewhere. What it returns is called before each step, with its name, and at the end. */
export function progress_bar(steps) {
  let begun = 0;
  return (what) => {
    if (!process.stderr.isTTY) return;
    if (what === undefined) {
      process.stderr.write("\r\x1b[K");
      return;
    }
    const full = Math.round((WIDTH * begun) / steps);
    process.stderr.write(`\r[${"#".repeat(full)}${".".repeat(WIDTH - full)}] ${what.padEnd(48)}`);
    begun += 1;
  };
}

export const microseconds = (number) => `${number.toFixed(number < 10 ? 2 : 1)} us`;

export const times = (factor) => `${factor < 1 ? Number(factor.toPrecision(1)) : factor.toFixed(1)}x`;
