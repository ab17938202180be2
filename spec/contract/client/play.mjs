// Plays the scenarios with one flavour, in a process of its own: a script that waits must not hold up the broker.
// Arguments: the flavour, the port of a broker, and that of one that wants a name and a password.

import { scenarios } from "./scenarios.mjs";

const [flavour, port, guarded_port] = process.argv.slice(2);
const mqtt = await import(flavour === "blocking" ? "karere/blocking" : "karere");

const pause =
  flavour === "blocking"
    ? mqtt.time.sleep
    : (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function until(is_true) {
  for (let left = 1000; !is_true(); left -= 1) {
    if (left === 0) throw new Error("it did not happen within ten seconds");
    await pause(0.01);
  }
}

function notebook() {
  const notes = [];
  const note = (text) => void notes.push(String(text));
  Object.defineProperty(note, "count", { get: () => notes.length });
  note.if_not_0 = (rc) => {
    if (rc !== 0) note(`rc ${rc}`);
  };
  return { notes, note };
}

for (const { name, play, notes: wanted, any_order = false } of scenarios) {
  const { notes, note } = notebook();
  try {
    await play({ mqtt, note, port: Number(port), guarded_port: Number(guarded_port), pause, until });
  } catch (error) {
    note(`failed: ${error.stack}`);
  }
  const shown = (list) => (any_order ? [...list].sort() : list);
  console.log(JSON.stringify({ name, notes: shown(notes), wanted: shown(wanted) }));
}
