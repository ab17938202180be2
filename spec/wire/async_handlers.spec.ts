import { describe, expect, it } from "@jest/globals";
import type { MQTTMessage } from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { connected, deferred, next_call, record, type Talk } from "./talk.ts";

interface Gate {
  /** The payloads that the handler has begun with. */
  readonly begun: string[];
  /** Lets the oldest handler that waits finish. */
  open(): void;
}

/** An on_message that stays busy with each message until it is told to finish. */
function slow_handler(talk: Talk<2>): Gate {
  const waiting: (() => void)[] = [];
  const begun: string[] = [];
  talk.client.on_message = (_client: unknown, _userdata: unknown, message: MQTTMessage) => {
    begun.push(message.text());
    return new Promise<void>((resolve) => void waiting.push(resolve));
  };
  return { begun, open: () => waiting.shift()?.() };
}

describe("an on_message that takes its time", () => {
  it("gets one message at a time, in order, and each is acknowledged when it has finished", async () => {
    await using talk = await connected();
    const { link, packets } = talk;
    const gate = slow_handler(talk);
    link.send(packets.publish({ topic: "t", payload: "1", qos: 1, mid: 1 }));
    link.send(packets.publish({ topic: "t", payload: "2", qos: 2, mid: 2 }));
    link.send(packets.publish({ topic: "t", payload: "3" }));
    link.send(packets.publish({ topic: "t", payload: "4", qos: 1, mid: 3 }));
    await talk.nothing_more();
    expect(gate.begun).toEqual(["1"]);
    gate.open();
    await link.expect(packets.puback(1));
    await talk.nothing_more();
    expect(gate.begun).toEqual(["1", "2"]);
    gate.open();
    await link.expect(packets.pubrec(2));
    await talk.nothing_more();
    expect(gate.begun).toEqual(["1", "2", "3"]);
    gate.open();
    await eventually(() => expect(gate.begun).toEqual(["1", "2", "3", "4"]));
    gate.open();
    await link.expect(packets.puback(3));
  });

  it("holds up neither pings nor our own messages, nor the callbacks for them", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const gate = slow_handler(talk);
    const calls = record(client, "publish", "subscribe", "unsubscribe");
    link.send(packets.publish({ topic: "t", payload: "1", qos: 1, mid: 1 }));
    await talk.nothing_more();
    const info = client.publish("out", "p", 2);
    client.subscribe("s");
    client.unsubscribe("s");
    await link.expect(packets.publish({ topic: "out", payload: "p", qos: 2, mid: 1 }));
    await link.expect(packets.subscribe(2, [["s", 0]]));
    await link.expect(packets.unsubscribe(3, ["s"]));
    link.send(packets.pubrec(1));
    await link.expect(packets.pubrel(1));
    link.send(packets.pubcomp(1));
    link.send(packets.suback(2, [0]));
    link.send(packets.unsuback(3));
    expect(await info.wait_for_publish()).toBe(true);
    await eventually(() =>
      expect(calls.map(([name]) => name)).toEqual(["publish", "subscribe", "unsubscribe"]),
    );
    expect(gate.begun).toEqual(["1"]);
    gate.open();
    await link.expect(packets.puback(1));
  });

  it("is waited for in callbacks of filters, all of those that match", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const open: (() => void)[] = [];
    for (const filter of ["a", "+"]) {
      client.message_callback_add(filter, () => new Promise<void>((resolve) => void open.push(resolve)));
    }
    link.send(packets.publish({ topic: "a", qos: 1, mid: 1 }));
    await talk.nothing_more();
    expect(open).toHaveLength(2);
    open[0]?.();
    await talk.nothing_more();
    open[1]?.();
    await link.expect(packets.puback(1));
  });

  it("is waited for in listeners too", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const gate = deferred();
    client.on("message", () => gate.promise);
    link.send(packets.publish({ topic: "a", qos: 1, mid: 1 }));
    await talk.nothing_more();
    gate.resolve();
    await link.expect(packets.puback(1));
  });

  it("may give any thenable", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const gate = deferred();
    // biome-ignore lint/suspicious/noThenProperty: what a promise of another library looks like.
    client.on_message = () => ({ then: (resolve: () => void) => void gate.promise.then(resolve) });
    link.send(packets.publish({ topic: "a", qos: 1, mid: 1 }));
    await talk.nothing_more();
    gate.resolve();
    await link.expect(packets.puback(1));
  });

  it("sends DISCONNECT at once when disconnect() is called meanwhile, and finishes in peace", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const gate = slow_handler(talk);
    const gone = next_call(client, "disconnect");
    link.send(packets.publish({ topic: "t", payload: "1", qos: 1, mid: 1 }));
    link.send(packets.publish({ topic: "t", payload: "2", qos: 1, mid: 2 }));
    await talk.nothing_more();
    client.disconnect();
    await link.expect("e000");
    link.close();
    await gone;
    gate.open();
    await eventually(() => expect(gate.begun).toEqual(["1", "2"]));
    gate.open();
    await new Promise(setImmediate);
    expect(client.is_connected()).toBe(false);
  });
});

describe("a handler that is busy while the link is replaced", () => {
  const keeping = { client_id: "k", clean_session: false };

  async function replaced(talk: Talk<2>): Promise<void> {
    talk.link.reset();
    await talk.next_link();
    talk.welcome({ session_present: true });
    await talk.nothing_more();
  }

  it("gets a QoS 1 message again, and its first acknowledgement is not sent for the second", async () => {
    await using talk = await connected(keeping);
    const { packets } = talk;
    const gate = slow_handler(talk);
    talk.link.send(packets.publish({ topic: "t", payload: "1", qos: 1, mid: 7 }));
    await talk.nothing_more();
    await replaced(talk);
    talk.link.send(packets.publish({ topic: "t", payload: "1 again", qos: 1, mid: 7, dup: true }));
    await talk.nothing_more();
    gate.open();
    await eventually(() => expect(gate.begun).toEqual(["1", "1 again"]));
    await talk.nothing_more();
    gate.open();
    await talk.link.expect(packets.puback(7));
    await talk.nothing_more();
  });

  it("does not get a QoS 2 message again, and PUBREC goes out on the new link", async () => {
    await using talk = await connected(keeping);
    const { packets } = talk;
    const gate = slow_handler(talk);
    talk.link.send(packets.publish({ topic: "t", payload: "1", qos: 2, mid: 7 }));
    await talk.nothing_more();
    await replaced(talk);
    talk.link.send(packets.publish({ topic: "t", payload: "1", qos: 2, mid: 7, dup: true }));
    await talk.nothing_more();
    gate.open();
    await talk.link.expect(packets.pubrec(7));
    talk.link.send(packets.pubrel(7));
    await talk.link.expect(packets.pubcomp(7));
    expect(gate.begun).toEqual(["1"]);
  });

  it("sends nothing for a QoS 2 message it has finished while there was no session", async () => {
    await using talk = await connected(keeping);
    const { client, packets } = talk;
    const gate = slow_handler(talk);
    talk.link.send(packets.publish({ topic: "t", payload: "1", qos: 2, mid: 7 }));
    await talk.nothing_more();
    talk.link.reset();
    await talk.next_link();
    // CONNECT is out, CONNACK is not in: nobody knows yet whether the session is still there.
    gate.open();
    await new Promise(setImmediate);
    talk.welcome({ session_present: false });
    await talk.nothing_more();
    const info = client.publish("t", "p", 1);
    await talk.link.expect(packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1 }));
    talk.link.send(packets.puback(1));
    expect(await info.wait_for_publish()).toBe(true);
  });

  it("answers the repetition of a QoS 2 message that it has finished in between", async () => {
    await using talk = await connected(keeping);
    const { packets } = talk;
    const gate = slow_handler(talk);
    talk.link.send(packets.publish({ topic: "t", payload: "1", qos: 2, mid: 7 }));
    await talk.nothing_more();
    talk.link.reset();
    await talk.next_link();
    gate.open();
    await new Promise(setImmediate);
    talk.welcome({ session_present: true });
    talk.link.send(packets.publish({ topic: "t", payload: "1", qos: 2, mid: 7, dup: true }));
    await talk.link.expect(packets.pubrec(7));
    talk.link.send(packets.pubrel(7));
    await talk.link.expect(packets.pubcomp(7));
    expect(gate.begun).toEqual(["1"]);
  });

  it("has a first message that finishes after its link: nothing is sent for it", async () => {
    await using talk = await connected(keeping);
    const { packets } = talk;
    const gate = slow_handler(talk);
    talk.link.send(packets.publish({ topic: "t", payload: "1", qos: 1, mid: 7 }));
    await talk.nothing_more();
    await replaced(talk);
    gate.open();
    await talk.nothing_more();
  });
});

describe("an on_connect that takes its time", () => {
  it("holds nothing up; what was subscribed before is restored when it has finished", async () => {
    await using talk = await connected({ client_id: "k", clean_session: false });
    const { client, packets } = talk;
    client.subscribe([
      ["mine", 0],
      ["old", 1],
    ]);
    await talk.link.expect_packet("SUBSCRIBE");
    talk.link.send(packets.suback(1, [0, 1]));
    await talk.nothing_more();
    const gate = deferred();
    client.on_connect = () => gate.promise;
    talk.link.reset();
    await talk.next_link();
    talk.welcome();
    await talk.nothing_more();
    client.publish("t", "p");
    await talk.link.expect_packet("PUBLISH");
    client.subscribe("mine", 2);
    await talk.link.expect(packets.subscribe(3, [["mine", 2]]));
    gate.resolve();
    await talk.link.expect(packets.subscribe(4, [["old", 1]]));
  });
});

describe("a handler that is far behind", () => {
  it("stops the reading above 16 MiB, and goes on without a loss", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    // A method of a socket, a property of a WebSocket.
    const is_paused = () => {
      const socket = client.socket() as { isPaused: boolean | (() => boolean) };
      return typeof socket.isPaused === "boolean" ? socket.isPaused : socket.isPaused();
    };
    const payload = new Uint8Array(1024 * 1024);
    const gate = slow_handler(talk);
    let count = 0;
    client.on("message", () => {
      count += 1;
    });
    for (let mid = 1; mid <= 24; mid++) {
      payload[0] = 48 + mid;
      link.send(packets.publish({ topic: "t", payload, qos: 1, mid }));
    }
    await eventually(is_paused, { within: 10_000 });
    expect(gate.begun).toHaveLength(1);
    client.publish("still", "alive");
    await link.expect_packet("PUBLISH");
    for (let mid = 1; mid <= 24; mid++) {
      await eventually(() => expect(gate.begun).toHaveLength(mid), { within: 10_000 });
      gate.open();
      await link.expect(packets.puback(mid), { within: 10_000 });
    }
    expect(is_paused()).toBe(false);
    expect(gate.begun.map((text) => text.charCodeAt(0) - 48)).toEqual(
      Array.from({ length: 24 }, (_, index) => index + 1),
    );
    expect(count).toBe(24);
  }, 30_000);
});
