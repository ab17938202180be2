// Decides how a spec runs a script of the blocking flavour: in a process of its own, so that its broker goes on.

import { type RunningScript, type ScriptOptions, start_source } from "../support/run_script.ts";

const PROLOGUE = `
  import * as mqtt from "karere/blocking";
  const { time } = mqtt;
  const port = Number(process.env.PORT);
  const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
`;

/** Starts a script that finds `mqtt`, `time`, `port` and a `client` of VERSION2. */
export function start_blocking(port: number, source: string, options: ScriptOptions = {}): RunningScript {
  const env = { PORT: String(port), ...options.env };
  return start_source(PROLOGUE + source, { timeout_ms: 20_000, ...options, env });
}
