// Decides how karere is tried for a long time: fifty clients in a ring, each of which publishes to the next one through
// mosquitto, with every QoS, while connections are broken at random. A table tells what became of it. It fails if a message
// of QoS 1 or 2 is lost, or one of QoS 2 comes twice. On dist/, as a user's script would run.
//
//   npm run soak              ten minutes
//   SOAK_S=60 npm run soak    a minute

import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as mqtt from "karere/client";
import { print_table } from "../bench/screen.mjs";
import { start_mosquitto } from "./mosquitto.mjs";

const SECONDS = Number(process.env.SOAK_S ?? 600);
const CLIENTS = 50;
/** Milliseconds, on average. */
const BETWEEN_MESSAGES = 100;
const BETWEEN_BREAKS = 20;
/**
 * How old a connection is at least that is broken. mosquitto 2.0.11 sends a PUBLISH of QoS 2 again after its PUBREL when a
 * connection ends before it has repeated the PUBREL on it: spec/chaos tells more.
 */
const SPARED_MS = 200;
/** How long what is still under way may take when all is calm again. */
const DRAIN_MS = 30_000;
/** The heap has found its size after this part of the time. */
const WARM_UP = 0.1;

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

/** One client of the ring: what it sent, by QoS, and what came to it from the one before it. */
class Member {
  /** How many messages were sent; they are numbered from 0. */
  sent = [0, 0, 0];
  /** Numbers up to which, without a gap, all have come; and those above that have come. So little is kept for long. */
  whole = [0, 0, 0];
  above = [new Set(), new Set(), new Set()];
  received = [0, 0, 0];
  doubled = [0, 0, 0];
  connected_at = 0;

  constructor(number, port) {
    this.topic = `soak/${number}`;
    this.source = `soak/${(number + CLIENTS - 1) % CLIENTS}`;
    const protocol = number % 2 === 0 ? mqtt.MQTTProtocolVersion.MQTTv311 : mqtt.MQTTProtocolVersion.MQTTv5;
    const is_5 = protocol === mqtt.MQTTProtocolVersion.MQTTv5;
    this.client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, {
      client_id: `soak-${number}`,
      protocol,
      warnings: false,
      ...(is_5 ? {} : { clean_session: false }),
    });
    this.client.reconnect_delay_set(0.01, 0.2);
    this.client.on_message = (_client, _userdata, message) => this.take(message.qos, Number(message.text()));
    this.client.on_connect = () => {
      this.connected_at = performance.now();
    };
    const properties = new mqtt.Properties(mqtt.PacketTypes.CONNECT, { SessionExpiryInterval: 3600 });
    this.client.connect("127.0.0.1", port, is_5 ? { clean_start: false, properties } : {});
    this.client.loop_start();
  }

  async subscribe() {
    const accepted = new Promise((resolve) => this.client.once("subscribe", resolve));
    this.client.subscribe(this.source, 2);
    await accepted;
  }

  async publish_until(end) {
    const under_way = new Set();
    while (performance.now() < end) {
      const qos = Math.floor(Math.random() * 3);
      // What is of QoS 0 is refused while nobody is connected.
      if (qos > 0 || this.client.is_connected()) {
        const info = this.client.publish(this.topic, String(this.sent[qos]++), qos);
        const settled = info.wait_for_publish().finally(() => under_way.delete(settled));
        under_way.add(settled);
      }
      await delay(2 * BETWEEN_MESSAGES * Math.random());
    }
    await Promise.all(under_way);
  }

  take(qos, number) {
    const above = this.above[qos];
    this.received[qos] += 1;
    if (number < this.whole[qos] || above.has(number)) this.doubled[qos] += 1;
    else above.add(number);
    // What is lost with QoS 0 is no gap to wait at.
    if (qos === 0) above.clear();
    while (above.delete(this.whole[qos])) this.whole[qos] += 1;
  }

  break_connection() {
    if (performance.now() - this.connected_at > SPARED_MS) this.client.socket()?.destroy();
  }
}

async function break_until(members, end) {
  while (performance.now() < end) {
    members[Math.floor(Math.random() * members.length)].break_connection();
    await delay(2 * BETWEEN_BREAKS * Math.random());
  }
}

/** In MB, of what is still used. */
async function heap() {
  for (let turn = 0; turn < 3; turn++) {
    await delay(1);
    gc();
  }
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** One row of the table for each QoS. */
function summary(members, qos) {
  const sum = (count_of) => members.reduce((total, member) => total + count_of(member), 0);
  const sent = sum((member) => member.sent[qos]);
  const received = sum((member) => member.received[qos]);
  const doubled = sum((member) => member.doubled[qos]);
  return { sent, received, lost: sent - received + doubled, doubled };
}

const broker = await start_mosquitto(["max_queued_messages 0", "max_inflight_messages 0"]);
const members = Array.from({ length: CLIENTS }, (_, number) => new Member(number, broker.port));
await Promise.all(members.map((member) => member.subscribe()));
const began = performance.now();
const end = began + 1000 * SECONDS;
const at_start = delay(1000 * SECONDS * WARM_UP).then(heap);
const work = [...members.map((member) => member.publish_until(end)), break_until(members, end)];
const settled = await Promise.race([
  Promise.all(work).then(() => true),
  delay(1000 * SECONDS + DRAIN_MS, false),
]);
const deadline = performance.now() + DRAIN_MS;
let rows = [];
const is_lossless = () => rows[1].lost === 0 && rows[2].lost === 0;
do {
  await delay(100);
  rows = [0, 1, 2].map((qos) => summary(members, qos));
} while (!is_lossless() && performance.now() < deadline);
const heaps = [await at_start, await heap()];
const reconnects = members.reduce((sum, { client }) => sum + client.stats().reconnects, 0);
await Promise.all(members.map(({ client }) => client.close()));
await broker.stop();

print_table(
  ["", "sent", "received", "lost", "doubled"],
  rows.map((row, qos) => [`QoS ${qos}`, ...[row.sent, row.received, row.lost, row.doubled].map(String)]),
);
const [first, last] = heaps.map((size) => `${size.toFixed(1)} MB`);
console.log(
  `${CLIENTS} clients, ${SECONDS} s, ${reconnects} reconnects; heap ${first} at the start, ${last} at the end`,
);
if (!settled) console.log("not all handles settled");
const failed = !settled || !is_lossless() || rows[2].doubled > 0;
// A handle that never settles must not keep this from ending.
process.exit(failed ? 1 : 0);
