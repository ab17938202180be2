// A publisher that is killed at any moment, and started again, loses nothing of what publish() had accepted, and doubles
// nothing of QoS 2; also when its broker is started again, too.

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { CallbackAPIVersion, Client } from "../../lib/client/index.ts";
import { random_from } from "../../lib/testing/random.ts";
import { busy_mosquitto } from "../scenario/scene.ts";
import { eventually } from "../support/eventually.ts";
import { describe_mosquitto, type Mosquitto } from "../support/mosquitto.ts";
import { run_script, start_script } from "../support/run_script.ts";

interface Publisher {
  readonly script: string;
  readonly first_round: number;
  /** How many milliseconds later than the first it begins. */
  readonly later_ms: number;
  /** Its share of the kills: the other flavour has the same store below it. */
  readonly share: number;
}

const flavours: [name: string, publisher: Publisher][] = [
  [
    "of the event loop",
    { script: join("spec", "crash", "publisher.mjs"), first_round: 0, later_ms: 0, share: 1 },
  ],
  [
    "that waits",
    {
      script: join("spec", "crash", "blocking_publisher.mjs"),
      first_round: 10_000,
      later_ms: 80,
      share: 0.2,
    },
  ],
];
/** How often it is killed; unless somebody asks for more, if that does not take too long. */
const kills = Number(process.env.CRASH_N ?? 300);
const budget_ms = process.env.CRASH_N === undefined ? 15_000 : 1000 * kills;
const seed = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 2 ** 31));
/**
 * In so many rounds the broker ends and starts again, too: by SIGTERM, for then mosquitto saves what it has. By SIGKILL it
 * loses what it had acknowledged since it saved last, and no client can know that.
 */
const restarts = 0.1;
/** Of a broker that is away, and of a record that the last kill cut off; of nothing else that concerns the store. */
const expected_warnings = /.*(MQTTWarning: (?!.*outbox\.log)|was not written whole|--trace-warnings).*\n/g;
/** No process publishes as many. */
const NUMBERS = 1_000_000;
const policies = ["always", "interval", "never"] as const;

async function start_again(broker: Mosquitto, after_ms: number): Promise<void> {
  await delay(after_ms);
  await broker.stop();
  await broker.start();
}

describe_mosquitto(`a publisher that is killed (CRASH_SEED=${seed})`, () => {
  let broker: Mosquitto;
  let subscriber: Client<2>;
  const came = new Map<number, number>();

  beforeAll(async () => {
    broker = await busy_mosquitto();
    subscriber = new Client(CallbackAPIVersion.VERSION2, {
      client_id: "subscriber",
      clean_session: false,
      warnings: false,
    });
    subscriber.reconnect_delay_set(0.01, 0.1);
    subscriber.on_message = (_client, _userdata, message) => {
      const number = Number(message.text());
      came.set(number, (came.get(number) ?? 0) + 1);
    };
    const subscribed = new Promise((resolve) => subscriber.once("subscribe", resolve));
    subscriber.on_connect = () => void subscriber.subscribe("crash/#", 2);
    subscriber.connect("127.0.0.1", broker.port);
    subscriber.loop_start();
    await subscribed;
  });

  afterAll(async () => {
    await subscriber.close();
    await broker[Symbol.asyncDispose]();
  });

  it.each(flavours)(
    "%s has sent, in the end, all that it had promised to keep, and QoS 2 once",
    async (name, { script, first_round, later_ms, share }) => {
      const random = random_from(seed);
      const folder = join(broker.folder, name);
      mkdirSync(folder);
      const kept = join(folder, "kept");
      const job = { port: broker.port, store: join(folder, "outbox.log"), kept };
      const began = performance.now();
      let [killed, restarted] = [0, 0];
      for (; killed < share * kills && performance.now() - began < budget_ms; killed++) {
        const fsync = policies[Math.floor(random() * policies.length)];
        await using publisher = start_script(script, {
          args: [JSON.stringify({ ...job, fsync, first: (first_round + killed) * NUMBERS, drains: false })],
        });
        // Now and then it may still be opening its store; else it has promised something, however busy the machine is.
        const is_early = random() < 0.2;
        if (!is_early) await publisher.output(/has promised/);
        const is_restarted = random() < restarts || (killed === 10 && restarted === 0);
        const broker_is_back = is_restarted ? start_again(broker, random() * 40) : null;
        await delay(random() * (is_early ? 120 + later_ms : 40));
        publisher.kill("SIGKILL");
        const { stderr } = await publisher.result();
        if (broker_is_back !== null) restarted += 1;
        await broker_is_back;
        expect(stderr.replace(expected_warnings, "")).toBe("");
      }
      const last = await run_script(script, {
        args: [JSON.stringify({ ...job, fsync: "always", first: 0, drains: true })],
        timeout_ms: 30_000,
      });
      expect({ ...last, elapsed_ms: 0 }).toMatchObject({ stdout: "left: 0\n", exit_code: 0 });

      const promised = readFileSync(kept, "utf8").trim().split("\n").map(Number);
      await eventually(() => expect(promised.filter((number) => !came.has(number))).toEqual([]), {
        within: 10_000,
      });
      const of_qos_2 = [...came].filter(([number]) => number >= first_round * NUMBERS && number % 2 === 1);
      expect(of_qos_2.filter(([, times]) => times !== 1)).toEqual([]);
      // A machine that is too slow for more shows too little.
      expect(killed).toBeGreaterThan(Math.min(20, share * kills - 1));
      expect(restarted > 0 || killed <= 10).toBe(true);
      expect(promised.length).toBeGreaterThan(killed / 2);
    },
    budget_ms + 120_000,
  );
});
