import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "@jest/globals";
import { run_script } from "../support/run_script.ts";

/** `KARERE_SOAK=1` does it on MQTT 3.1.1 too, and prints what it saw. */
const soak = process.env.KARERE_SOAK === "1";
/** What the second half of a run may hold beyond the first: some caches of the engine still fill. */
const margin_bytes = 256 * 1024;

interface Report {
  samples: { heap: number; listeners: Record<string, number> }[];
  seconds: number;
  stats: { queued: number; in_flight: number; bytes: number; dropped: number; reconnects: number };
  /** When the work was done, in milliseconds since the process began. */
  done_at: number;
}

/** Starts the broker of the leak specs. */
async function sink(): Promise<AsyncDisposable & { port: number }> {
  const worker = new Worker(join(__dirname, "sink.mjs"));
  const [port] = await once(worker, "message");
  const ended = once(worker, "exit");
  const dispose = async () => {
    worker.postMessage("close");
    await ended;
  };
  return { port, [Symbol.asyncDispose]: dispose };
}

function median(numbers: number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** What the second half holds beyond the first, in bytes. The rounds before that warm up. */
function growth(heap: number[]): number {
  const warm = heap.slice(heap.length / 5);
  return median(warm.slice(warm.length / 2)) - median(warm.slice(0, warm.length / 2));
}

function print(work: string, count: number, { samples, seconds }: Report): void {
  const heap = samples.map((sample) => (sample.heap / 1024).toFixed(0)).join(" ");
  const rate = (count / seconds).toFixed(0);
  console.info(
    `${work}: ${count} in ${seconds.toFixed(1)} s (${rate}/s), grew ${growth(samples.map(({ heap }) => heap))} bytes, KiB: ${heap}`,
  );
}

// MQTT 5 has everything that 3.x has, and properties.
describe.each(soak ? [5, 4] : [5])("on protocol %i nothing is left behind by", (protocol) => {
  it.each([
    [10_000, "reconnects after a lost connection", "lose_connection"],
    [10_000, "times disconnect() and connect()", "disconnect_and_connect"],
    [10_000, "clients that publish and are closed", "use_new_clients"],
    [1_000_000, "messages with QoS 0", "publish_qos_0"],
    [100_000, "messages with QoS 1, there and back", "publish_qos_1"],
    [20_000, "messages with QoS 2, there and back", "publish_qos_2"],
    [100_000, "subscribe() and unsubscribe()", "subscribe_and_unsubscribe"],
  ])(
    "%i %s",
    async (count, _what, work) => {
      await using broker = await sink();
      const args = [work, String(broker.port), String(protocol), String(count)];
      const result = await run_script("spec/leak/workload.mjs", { args, timeout_ms: 110_000 });
      expect(result).toMatchObject({ exit_code: 0, stderr: "" });
      const report = JSON.parse(result.stdout) as Report;
      if (soak) {
        print(work, count, report);
      }
      expect(growth(report.samples.map(({ heap }) => heap))).toBeLessThan(margin_bytes);
      const [first] = report.samples;
      expect(report.samples.map(({ listeners }) => listeners)).toEqual(
        report.samples.map(() => first?.listeners),
      );
      expect(report.stats).toMatchObject({ queued: 0, in_flight: 0, bytes: 0, dropped: 0 });
      // Nothing kept the process alive after disconnect().
      expect(result.elapsed_ms - report.done_at).toBeLessThan(3_000);
    },
    120_000,
  );
});
