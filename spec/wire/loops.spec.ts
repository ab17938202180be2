import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import {
  type ApiVersion,
  Client,
  MQTTErrorCode,
  TransportError,
  ValueError,
} from "../../lib/client/index.ts";
import { caught } from "../model/caught.ts";
import { eventually, in_time } from "../support/eventually.ts";
import type { Bytes } from "../support/packet_bytes.ts";
import { dead_address, type ScriptedLink, scripted_broker } from "../support/scripted_broker.ts";
import { nothing_more, type Packets, type Stage, stage } from "./stage.ts";
import { next_call } from "./talk.ts";

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((first) =>
    permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  );
}

/** Plays the broker's part in one publish, whatever its QoS. */
async function take_publish(link: ScriptedLink, packets: Packets, qos: 0 | 1 | 2): Promise<void> {
  await link.expect(packets.publish({ topic: "t", payload: "p", qos, ...(qos === 0 ? {} : { mid: 1 }) }));
  if (qos === 1) link.send(packets.puback(1));
  if (qos === 2) {
    link.send(packets.pubrec(1));
    await link.expect(packets.pubrel(1));
    link.send(packets.pubcomp(1));
  }
}

function answer(link: ScriptedLink, ...packets: Bytes[]): void {
  for (const packet of packets) link.send(packet);
}

function close_after(link: ScriptedLink, packet: Bytes): void {
  link.send(packet);
  link.close();
}

describe("the order of the calls", () => {
  const qualities = [0, 1, 2] as const;
  const orders = [
    ...permutations(["loop_start", "connect", "publish"] as const),
    ...permutations(["loop_start", "connect_async", "publish"] as const),
  ].flatMap((order) => qualities.map((qos) => [order.join(", "), qos] as const));

  it.each(orders)("does not matter: %s, QoS %i", async (order, qos) => {
    await using on = await stage();
    const calls = order.split(", ");
    const published: number[] = [];
    on.client.on_publish = (_client, _userdata, mid) => void published.push(mid);
    const act = {
      loop_start: () => on.client.loop_start(),
      connect: () => on.connect(),
      connect_async: () => on.client.connect_async(on.broker.host, on.broker.port),
      publish: () => on.client.publish("t", "p", qos),
    };
    // QoS 0 is dropped, as in paho, when there is no connection and none is being opened.
    const opener = calls.includes("connect") ? ["connect"] : ["connect_async", "loop_start"];
    const is_opened = opener.every((call) => calls.indexOf(call) < calls.indexOf("publish"));
    let info = null as ReturnType<Client["publish"]> | null;
    for (const call of calls) {
      const result = act[call as keyof typeof act]();
      if (call === "publish") info = result as ReturnType<Client["publish"]>;
    }
    expect(info?.rc).toBe(is_opened ? MQTTErrorCode.MQTT_ERR_SUCCESS : MQTTErrorCode.MQTT_ERR_NO_CONN);
    const link = await on.welcomed();
    if (qos > 0 || is_opened) {
      await take_publish(link, on.packets, qos);
      expect(await info?.wait_for_publish(3)).toBe(true);
      expect(info?.rc).toBe(0);
      await eventually(() => expect(published).toEqual([1]));
    }
    await nothing_more(link);
    expect(on.broker.connections).toBe(1);
  });

  it("may be connect(), subscribe(), loop_forever(), without any await", async () => {
    await using on = await stage();
    on.client.on_message = (client) => void client.disconnect();
    on.connect();
    expect(on.client.subscribe("a/#")).toEqual([0, 1]);
    const running = on.client.loop_forever();
    const link = await on.welcomed();
    await link.expect(on.packets.subscribe(1, [["a/#", 0]]));
    link.send(on.packets.suback(1, [0]));
    link.send(on.packets.publish({ topic: "a/b", payload: "x" }));
    await link.expect("e000");
    expect(await running).toBe(0);
  });

  it("may begin with loop_start(), long before connect(): there is one connection", async () => {
    await using on = await stage();
    on.client.loop_start();
    await delay(20);
    on.connect();
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(on.broker.connections).toBe(1);
    expect(on.diary).toEqual(["pre_connect", "socket_open", "connect 0 (connected)"]);
  });
});

describe("loop_forever()", () => {
  type Play = (link: ScriptedLink, packets: Packets, client: Client<2>) => void | Promise<void>;

  it.each<[name: "connect" | "message" | "publish" | "subscribe" | "unsubscribe", play: Play]>([
    ["connect", () => {}],
    ["message", (link, packets) => link.send(packets.publish({ topic: "t" }))],
    ["publish", (_link, _packets, client) => void client.publish("t", "p")],
    [
      "subscribe",
      async (link, packets, client) => {
        client.subscribe("s");
        await link.expect(packets.subscribe(1, [["s", 0]]));
        link.send(packets.suback(1, [0]));
      },
    ],
    [
      "unsubscribe",
      async (link, packets, client) => {
        client.unsubscribe("s");
        await link.expect(packets.unsubscribe(1, ["s"]));
        link.send(packets.unsuback(1));
      },
    ],
  ])("resolves with 0 after disconnect() in on_%s", async (name, play) => {
    await using on = await stage();
    on.client.on(name, () => on.client.disconnect());
    on.connect();
    const running = on.client.loop_forever();
    const link = await on.welcomed();
    await play(link, on.packets, on.client);
    expect(await in_time(running, "the end of the loop")).toBe(0);
    expect(on.diary.slice(-2)).toEqual(["socket_close", "disconnect 0"]);
    expect(link.received.at(-1)).toEqual(on.packets.disconnect());
  });

  it("resolves with 0 after disconnect() from anywhere else", async () => {
    await using on = await stage();
    on.connect();
    const running = on.client.loop_forever();
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    on.client.disconnect();
    expect(await running).toBe(0);
  });

  it("resolves with 0 at once when the client has disconnected before", async () => {
    await using on = await stage();
    on.connect();
    await on.welcomed();
    on.client.disconnect();
    await eventually(() => expect(on.diary).toContain("disconnect 0"));
    expect(await on.client.loop_forever()).toBe(0);
  });

  it.each<[name: string, rc: number, play: Play]>([
    ["a loss", 7, (link, packets) => close_after(link, packets.connack())],
    ["a loss before CONNACK", 7, (link) => link.reset()],
    ["a refusal", 5, (link, packets) => link.send(packets.connack({ code: 5 }))],
    ["a broken packet", 2, (link, packets) => answer(link, packets.connack(), "3100")],
  ])("with reconnect_on_failure false ends after %s: %i", async (_name, rc, play) => {
    await using on = await stage({ client_id: "x", reconnect_on_failure: false });
    on.connect();
    const running = on.client.loop_forever();
    await play(await on.greeted(), on.packets, on.client);
    expect(await running).toBe(rc);
    expect(on.client.is_connected()).toBe(false);
    expect(on.client.loop_start()).toBe(0);
  });

  it("reconnects otherwise, until disconnect()", async () => {
    await using on = await stage();
    on.connect();
    const running = on.client.loop_forever();
    for (let round = 0; round < 3; round += 1) {
      const link = await on.welcomed();
      await nothing_more(link);
      link.close();
    }
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    on.client.disconnect();
    expect(await running).toBe(0);
    expect(on.client.stats().reconnects).toBe(3);
  });

  it("rejects when the first connection of connect_async() fails", async () => {
    await using on = await stage();
    on.client.connect_async(await dead_address());
    const error = await on.client.loop_forever().catch((reason) => reason);
    expect(error).toBeInstanceOf(TransportError);
    expect(error.code).toBe("ERR_MQTT_TRANSPORT");
    expect(on.diary).toEqual(["pre_connect", "connect_fail"]);
  });

  it("tries it again with retry_first_connection, telling on_connect_fail each time", async () => {
    await using on = await stage();
    const at = await dead_address();
    on.client.reconnect_delay_set(0.01, 0.02);
    on.client.connect_async(at);
    const running = on.client.loop_forever({ retry_first_connection: true });
    await eventually(() =>
      expect(on.diary.filter((line) => line === "connect_fail").length).toBeGreaterThan(2),
    );
    await using late = await scripted_broker({ at });
    const link = await late.accept();
    await link.expect_packet("CONNECT");
    link.send(on.packets.connack());
    await eventually(() => on.client.is_connected());
    on.client.disconnect();
    expect(await running).toBe(0);
  });

  it("retries the first connection even with reconnect_on_failure false, but nothing after it", async () => {
    await using on = await stage({ reconnect_on_failure: false });
    const at = await dead_address();
    on.client.reconnect_delay_set(0.01, 0.02);
    on.client.connect_async(at);
    const running = on.client.loop_forever(1, true);
    await eventually(() =>
      expect(on.diary.filter((line) => line === "connect_fail").length).toBeGreaterThan(1),
    );
    await using late = await scripted_broker({ at });
    const link = await late.accept();
    link.close();
    expect(await running).toBe(7);
  });

  it("rejects with what a callback throws when stop_on_error is set", async () => {
    await using on = await stage();
    const mistake = new Error("a mistake");
    on.client.on("callback_error", () => {});
    on.client.on_message = () => {
      throw mistake;
    };
    on.connect();
    const running = on.client.loop_forever({ stop_on_error: true });
    const link = await on.welcomed();
    link.send(on.packets.publish({ topic: "t" }));
    await expect(running).rejects.toBe(mistake);
  });

  it("goes on when a callback throws and stop_on_error is not set", async () => {
    await using on = await stage();
    const failed = new Promise((resolve) => on.client.on("callback_error", resolve));
    on.client.on_message = () => {
      throw new Error("a mistake");
    };
    on.connect();
    const running = on.client.loop_forever();
    const link = await on.welcomed();
    link.send(on.packets.publish({ topic: "t" }));
    await failed;
    on.client.disconnect();
    expect(await running).toBe(0);
  });

  it("waits for the handler of the last message", async () => {
    await using on = await stage();
    let finished = false;
    on.client.on_message = async (client) => {
      client.disconnect();
      await delay(30);
      finished = true;
    };
    on.connect();
    const running = on.client.loop_forever();
    const link = await on.welcomed();
    link.send(on.packets.publish({ topic: "t" }));
    await running;
    expect(finished).toBe(true);
  });

  it("throws where it makes no sense", async () => {
    await using on = await stage();
    expect(caught(() => on.client.loop_forever())).toBeInstanceOf(ValueError);
    on.connect();
    expect(caught(() => on.client.loop_forever(-1))).toBeInstanceOf(ValueError);
    expect(caught(() => on.client.loop_forever("1" as never))).toBeInstanceOf(TypeError);
    expect(caught(() => on.client.loop_forever({ retry: true } as never)).message).toContain("retry");
    const running = on.client.loop_forever();
    expect(caught(() => on.client.loop_forever()).name).toBe("RuntimeError");
    on.client.disconnect();
    expect(await running).toBe(0);
  });

  it("takes over from loop_start()", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    const running = on.client.loop_forever();
    expect(on.client.loop_stop()).toBe(MQTTErrorCode.MQTT_ERR_INVAL);
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    on.client.disconnect();
    expect(await running).toBe(0);
  });
});

describe("loop_start() and loop_stop()", () => {
  it("answer INVAL when there is nothing to start or to stop", async () => {
    await using on = await stage();
    expect(on.client.loop_stop()).toBe(3);
    expect(on.client.loop_start()).toBe(0);
    expect(on.client.loop_start()).toBe(3);
    expect(on.client.loop_stop()).toBe(0);
    expect(on.client.loop_stop()).toBe(3);
    expect(on.client.loop_start()).toBe(0);
  });

  it("open and close the gate to the callbacks; the connection stays, and nothing is lost", async () => {
    await using on = await stage();
    const topics: string[] = [];
    on.client.on_message = (_client, _userdata, message) => void topics.push(message.topic);
    on.client.loop_start();
    on.connect();
    const link = await on.welcomed();
    link.send(on.packets.publish({ topic: "1" }));
    await eventually(() => expect(topics).toEqual(["1"]));
    on.client.loop_stop();
    link.send(on.packets.publish({ topic: "2", qos: 1, mid: 9 }));
    await nothing_more(link);
    expect(topics).toEqual(["1"]);
    expect(on.client.is_connected()).toBe(true);
    expect(on.client.socket()).not.toBeNull();
    on.client.loop_start();
    await link.expect(on.packets.puback(9));
    expect(topics).toEqual(["1", "2"]);
  });

  it("may be stopped in a callback: the next one waits", async () => {
    await using on = await stage();
    const topics: string[] = [];
    on.client.on_message = (client, _userdata, message) => {
      topics.push(message.topic);
      expect(client.loop_stop()).toBe(0);
    };
    on.client.loop_start();
    on.connect();
    const link = await on.welcomed();
    link.send(on.packets.publish({ topic: "1" }));
    link.send(on.packets.publish({ topic: "2" }));
    await nothing_more(link);
    expect(topics).toEqual(["1"]);
    on.client.loop_start();
    await eventually(() => expect(topics).toEqual(["1", "2"]));
  });

  it("stop promptly with a message that is not acknowledged, and leave no flag behind", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    const link = await on.welcomed();
    on.client.publish("t", "p", 1);
    await link.expect_packet("PUBLISH");
    expect(on.client.loop_stop()).toBe(0);
    const running = on.client.loop_forever();
    await nothing_more(link);
    on.client.disconnect();
    expect(await running).toBe(0);
  });

  const endings: [name: string, end: (on: Stage<2>) => void][] = [
    [
      "loop_stop(), disconnect()",
      ({ client }) => {
        client.loop_stop();
        client.disconnect();
      },
    ],
    [
      "disconnect(), loop_stop()",
      ({ client }) => {
        client.disconnect();
        client.loop_stop();
      },
    ],
  ];

  it.each(endings)("%s: what was published leaves, then DISCONNECT", async (_name, end) => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    const link = await on.welcomed();
    await eventually(() => on.client.is_connected());
    for (const [count, qos] of ([0, 1, 2] as const).entries()) on.client.publish("t", count, qos);
    end(on);
    await link.expect(on.packets.publish({ topic: "t", payload: "0" }));
    await link.expect(on.packets.publish({ topic: "t", payload: "1", qos: 1, mid: 2 }));
    await link.expect(on.packets.publish({ topic: "t", payload: "2", qos: 2, mid: 3 }));
    link.send(on.packets.pubrec(3));
    await link.expect(on.packets.pubrel(3));
    await link.expect(on.packets.disconnect());
    await link.expect_close();
    await eventually(() => expect(on.diary.at(-1)).toBe("disconnect 0"));
  });

  it.each(endings)("%s: so does what the window held back", async (_name, end) => {
    await using on = await stage();
    on.client.loop_start();
    on.client.max_inflight_messages_set(2);
    on.connect();
    const link = await on.welcomed();
    for (let mid = 1; mid <= 100; mid += 1) on.client.publish("t", String(mid), 1);
    end(on);
    for (let mid = 1; mid <= 100; mid += 1) {
      await link.expect(on.packets.publish({ topic: "t", payload: String(mid), qos: 1, mid }));
      link.send(on.packets.puback(mid));
    }
    await link.expect(on.packets.disconnect());
    await link.expect_close();
  });

  it.each(endings)("%s before CONNACK: the same", async (_name, end) => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    on.client.publish("t", "0");
    end(on);
    const link = await on.welcomed();
    await link.expect(on.packets.publish({ topic: "t", payload: "0" }));
    await link.expect(on.packets.disconnect());
    await link.expect_close();
  });

  it("end with disconnect(): another connect() wants another loop_start()", async () => {
    await using on = await stage();
    for (let round = 0; round < 3; round += 1) {
      expect(on.client.loop_start()).toBe(0);
      const told = next_call(on.client, "connect");
      on.connect();
      const link = await on.welcomed();
      await told;
      const ended = next_call(on.client, "disconnect");
      on.client.disconnect();
      await link.expect(on.packets.disconnect());
      await ended;
    }
  });

  it("go on when connect() follows disconnect() at once", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    const first = await on.welcomed();
    await eventually(() => on.client.is_connected());
    on.client.disconnect();
    on.connect();
    await first.expect(on.packets.disconnect());
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(on.diary).toEqual([
      "pre_connect",
      "socket_open",
      "connect 0 (connected)",
      "socket_close",
      "disconnect 0",
      "pre_connect",
      "socket_open",
      "connect 0 (connected)",
    ]);
    expect(on.client.loop_stop()).toBe(0);
  });
});

describe("loop()", () => {
  it("answers NO_CONN without a connection, and logs it as an error", async () => {
    const client = new Client({ warnings: false });
    const lines: [number, string][] = [];
    client.on_log = (_client, _userdata, level, text) => void lines.push([level, text]);
    expect(await client.loop()).toBe(4);
    expect(lines).toEqual([[8, expect.stringContaining("without a connection")]]);
  });

  it("refuses a time below 0", () => {
    const client = new Client();
    expect(caught(() => client.loop(-0.1))).toBeInstanceOf(ValueError);
    expect(caught(() => client.loop("1" as never))).toBeInstanceOf(TypeError);
  });

  it("ends `while (rc === 0) rc = await client.loop()` with the code of the loss", async () => {
    await using on = await stage({ reconnect_on_failure: false });
    on.connect();
    const looping = (async () => {
      let rc: MQTTErrorCode = 0;
      while (rc === 0) rc = await on.client.loop();
      return rc;
    })();
    const link = await on.welcomed();
    await eventually(() => on.client.is_connected());
    link.close();
    expect(await looping).toBe(7);
    expect(on.client.is_connected()).toBe(false);
    expect(on.diary).toEqual([
      "pre_connect",
      "socket_open",
      "connect 0 (connected)",
      "socket_close",
      "disconnect 128",
    ]);
    expect(await on.client.loop()).toBe(4);
  });

  it("does not reconnect by itself: that is the caller's part, in on_disconnect for example", async () => {
    await using on = await stage();
    let rounds = 0;
    on.client.on_disconnect = (client) => {
      rounds += 1;
      if (rounds < 3) void client.reconnect();
    };
    on.connect();
    const codes: number[] = [];
    const looping = (async () => {
      while (codes.at(-1) !== 4) codes.push(await on.client.loop());
    })();
    for (let round = 0; round < 3; round += 1) {
      const link = await on.welcomed();
      await nothing_more(link);
      link.close();
    }
    await looping;
    expect(codes.filter((code) => code !== 0)).toEqual([7, 7, 7, 4]);
    expect(on.broker.connections).toBe(3);
  });

  it("stops being worth calling after disconnect()", async () => {
    await using on = await stage();
    on.client.on_connect = (client) => void client.disconnect();
    on.connect();
    const looping = (async () => {
      let rc: MQTTErrorCode = 0;
      while (rc === 0) rc = await on.client.loop();
      return rc;
    })();
    const link = await on.welcomed();
    await link.expect(on.packets.disconnect());
    expect(await looping).toBe(4);
    expect(on.diary.at(-1)).toBe("disconnect 0");
  });

  it("waits as long as it is told when nothing happens", async () => {
    await using on = await stage();
    on.connect();
    await on.welcomed();
    await eventually(async () => {
      await on.client.loop(0);
      return on.client.is_connected();
    });
    const began = performance.now();
    expect(await on.client.loop(0.1)).toBe(0);
    expect(performance.now() - began).toBeGreaterThan(95);
    expect(await on.client.loop({ timeout: 0 })).toBe(0);
  });

  it("wakes up for what happens, and lets all happen that came with it", async () => {
    await using on = await stage();
    const topics: string[] = [];
    on.client.on_message = (_client, _userdata, message) => void topics.push(message.topic);
    on.connect();
    const link = await on.welcomed();
    await nothing_more(link);
    expect(await on.client.loop()).toBe(0);
    expect(on.diary).toContain("connect 0 (connected)");
    link.send(on.packets.publish({ topic: "1" }));
    link.send(on.packets.publish({ topic: "2" }));
    await nothing_more(link);
    expect(topics).toEqual([]);
    expect(await on.client.loop()).toBe(0);
    expect(topics).toEqual(["1", "2"]);
  });

  it("is harmless in a callback", async () => {
    await using on = await stage();
    const codes: unknown[] = [];
    const topics: string[] = [];
    on.client.on_connect = async (client) => void codes.push(await client.loop(0));
    on.client.on_message = async (client, _userdata, message) => {
      topics.push(message.topic);
      codes.push(await client.loop(0.01));
    };
    on.client.on_disconnect = async (client) => void codes.push(await client.loop());
    on.connect();
    const running = on.client.loop_forever();
    const link = await on.welcomed();
    link.send(on.packets.publish({ topic: "1" }));
    link.send(on.packets.publish({ topic: "2" }));
    await eventually(() => expect(topics).toEqual(["1", "2"]));
    await eventually(() => expect(codes).toEqual([0, 0, 0]));
    on.client.disconnect();
    expect(await running).toBe(0);
    await eventually(() => expect(codes).toEqual([0, 0, 0, 4]));
  });

  it("does not starve the program when another loop runs already", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    const link = await on.welcomed();
    await eventually(() => on.client.is_connected());
    let rounds = 0;
    const looping = (async () => {
      let rc: MQTTErrorCode = 0;
      while (rc === 0) {
        rounds += 1;
        rc = await on.client.loop();
      }
      return rc;
    })();
    link.close();
    on.client.loop_stop();
    expect(await looping).toBe(7);
    expect(rounds).toBeLessThan(10);
  });
});

describe("without any loop", () => {
  it("what is published leaves, and can be waited for; nothing is called back", async () => {
    await using on = await stage();
    const calls: string[] = [];
    for (const name of ["connect", "message", "subscribe"] as const) {
      on.client.on(name, () => calls.push(name));
    }
    on.connect();
    const info = on.client.publish("t", "p", 2);
    const link = await on.welcomed();
    await take_publish(link, on.packets, 2);
    expect(await info.wait_for_publish()).toBe(true);
    link.send(on.packets.publish({ topic: "x", qos: 1, mid: 5 }));
    await nothing_more(link);
    expect(calls).toEqual([]);
    expect(on.client.is_connected()).toBe(false);
  });

  it("QoS 0 is told by on_publish: it follows from the user's own call", async () => {
    await using on = await stage();
    const told = next_call(on.client, "publish");
    on.connect();
    on.client.publish("t", "p");
    await on.welcomed();
    expect((await told)[0]).toBe(1);
  });

  it("disconnect() leaves, and on_disconnect is told", async () => {
    await using on = await stage();
    const told = next_call(on.client, "disconnect");
    await Promise.all([on.connect(), on.greeted()]);
    on.client.disconnect();
    await told;
    expect(on.diary).toEqual(["pre_connect", "socket_open", "socket_close", "disconnect 0"]);
  });

  it("a loop that comes later is told everything, in order", async () => {
    await using on = await stage();
    const topics: string[] = [];
    on.client.on_message = (_client, _userdata, message) => void topics.push(message.topic);
    on.connect();
    const link = await on.welcomed();
    link.send(on.packets.publish({ topic: "1" }));
    link.send(on.packets.publish({ topic: "2", qos: 1, mid: 5 }));
    await nothing_more(link);
    on.client.loop_start();
    await link.expect(on.packets.puback(5));
    expect(topics).toEqual(["1", "2"]);
    expect(on.diary).toEqual(["pre_connect", "socket_open", "connect 0 (connected)"]);
  });
});

describe("no promise is left pending", () => {
  it.each<ApiVersion>([1, 2])(
    "by a client of VERSION%i that is told to stop while all of them wait",
    async (api) => {
      await using on = await stage({ api });
      const waiting = [on.connect(), on.client.loop_forever(), on.client.loop(60)];
      const info = on.client.publish("t", "p", 1);
      const outcome = info.wait_for_publish().then(
        () => "published",
        (error) => error.code,
      );
      const link = await on.greeted();
      on.client.disconnect();
      link.close();
      await in_time(Promise.all(waiting), "all promises");
      expect(await outcome).toBe("ERR_MQTT_CLOSED");
    },
  );
});
