import { describe, expect, it } from "@jest/globals";
import { Client } from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { packet_bytes } from "../support/packet_bytes.ts";
import { type ScriptedBroker, scripted_broker } from "../support/scripted_broker.ts";
import type { ScriptedLink } from "../support/scripted_link.ts";

const packets = packet_bytes(4);

/** Everything that a callback may do. Each is done once, by the first call of the callback. */
const actions: Record<string, (client: Client<2>, callback: string) => unknown> = {
  "publishes QoS 0": (client) => void client.publish("from/callback", "0"),
  "publishes QoS 2": (client) => void client.publish("from/callback", "2", 2),
  subscribes: (client) => void client.subscribe("from/callback"),
  unsubscribes: (client) => void client.unsubscribe("from/callback"),
  disconnects: (client) => void client.disconnect(),
  reconnects: (client) => void client.reconnect(),
  "stops the loop": (client) => {
    client.loop_stop();
    client.loop_start();
  },
  "takes itself off": (client, callback) => {
    (client as unknown as Record<string, unknown>)[`on_${callback}`] = null;
  },
  "adds a callback": (client) => client.message_callback_add("from/callback", () => {}),
  "adds and removes listeners": (client) => {
    const listener = () => {};
    client.on("message", listener);
    client.off("message", listener);
  },
  throws: () => {
    throw new Error("from the callback");
  },
  "throws no Error": () => {
    throw null;
  },
  rejects: () => Promise.reject(new Error("from the callback")),
  "rejects later": async () => {
    await new Promise(setImmediate);
    throw new Error("from the callback");
  },
  "gives a promise that never settles": () => new Promise(() => {}),
};

/** The callbacks that one life of a client calls, in the order of their first call. */
const callbacks = [
  "pre_connect",
  "socket_open",
  "log",
  "connect",
  "subscribe",
  "publish",
  "message",
  "unsubscribe",
  "socket_close",
  "disconnect",
];

/** A broker for whatever the client does: it answers everything, and sends a message for each subscription. */
async function serve(broker: ScriptedBroker, is_over: () => boolean): Promise<void> {
  for (let known = 0; !is_over(); ) {
    await eventually(() => is_over() || broker.connections > known, { within: 60_000 });
    if (is_over()) return;
    known += 1;
    void answer(await broker.accept(), is_over);
  }
}

async function answer(link: ScriptedLink, is_over: () => boolean): Promise<void> {
  for (let taken = 0; ; taken++) {
    await eventually(() => is_over() || link.received.length > taken, { within: 60_000 });
    const packet = link.received[taken];
    if (is_over() || packet === undefined) return;
    const int16 = (at: number) => ((packet[at] ?? 0) << 8) | (packet[at + 1] ?? 0);
    const mid = int16(2);
    switch ((packet[0] ?? 0) >> 4) {
      case 1:
        link.send(packets.connack());
        break;
      case 3: {
        const qos = ((packet[0] ?? 0) >> 1) & 3;
        const id = int16(4 + int16(2));
        if (qos === 1) link.send(packets.puback(id));
        if (qos === 2) link.send(packets.pubrec(id));
        break;
      }
      case 6:
        link.send(packets.pubcomp(mid));
        break;
      case 8:
        link.send(packets.suback(mid, [0]));
        link.send(packets.publish({ topic: "to/client", payload: "m", qos: 1, mid: 1000 + mid }));
        break;
      case 10:
        link.send(packets.unsuback(mid));
        break;
      case 14:
        link.close();
        return;
    }
  }
}

describe.each(callbacks)("on_%s", (callback) => {
  it.each(Object.keys(actions))("that %s leaves a client that works", async (name) => {
    await using broker = await scripted_broker();
    let is_over = false;
    void serve(broker, () => is_over);
    const client = broker.lead(new Client(2, { warnings: false }));
    client.reconnect_delay_set(0, 0);
    const failures: unknown[] = [];
    const called = new Set<string>();
    const nested: string[] = [];
    let done = false;
    /** The call under way; a callback in it would be called by the call that causes it. */
    let under_way: string | null = null;
    const during = <T>(what: string, call: () => T): T => {
      const before = under_way;
      under_way = what;
      try {
        return call();
      } finally {
        under_way = before;
      }
    };
    client.on("callback_error", (_error, callback_name) => void failures.push(callback_name));
    for (const each of callbacks) {
      const run = () => {
        called.add(each);
        if (under_way !== null) nested.push(`on_${each} within ${under_way}`);
        if (each !== callback || done) return undefined;
        done = true;
        return during(`on_${each}`, () => actions[name]?.(client, callback));
      };
      (client as unknown as Record<string, unknown>)[`on_${each}`] = run;
    }

    during("loop_start()", () => client.loop_start());
    during("connect()", () => client.connect(broker.host, broker.port)).catch(() => {});
    const is_a_last_word = callback === "socket_close" || callback === "disconnect";
    const goes_on = is_a_last_word || !/^(disconnects|reconnects|gives)/.test(name);
    await eventually(() => called.has("connect") || (done && !goes_on));
    during("publish()", () => client.publish("t", "p", 1));
    during("publish()", () => client.publish("t", "p"));
    during("subscribe()", () => client.subscribe("s"));
    during("unsubscribe()", () => client.unsubscribe("s"));
    if (goes_on) {
      await eventually(() =>
        ["connect", "message", "unsubscribe", "publish"].every((each) => called.has(each)),
      );
    }
    await eventually(() => done || is_a_last_word);
    during("disconnect()", () => client.disconnect());
    await eventually(() => {
      // It may have opened another connection.
      if (done && client.socket() !== null) client.disconnect();
      return done && client.socket() === null;
    });
    expect(nested).toEqual([]);

    // A second life: everything works as if nothing had happened.
    for (const each of callbacks) (client as unknown as Record<string, unknown>)[`on_${each}`] = null;
    client.loop_start();
    await client.connect(broker.host, broker.port);
    expect(await client.publish("again", "p", 2).wait_for_publish(3)).toBe(true);
    const fails = /^(throws|rejects)/.test(name) && callback !== "log";
    expect(failures).toEqual(fails ? [`on_${callback}`] : []);
    client.disconnect();
    await eventually(() => client.socket() === null);
    is_over = true;
  });
});
