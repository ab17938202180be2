import { describe, expect, it } from "@jest/globals";
import { type Client, ReasonCode, TransportError } from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { dead_address, scripted_broker } from "../support/scripted_broker.ts";
import { nothing_more, stage } from "./stage.ts";
import { next_call } from "./talk.ts";

/** The time between the lines of a log, in milliseconds. */
const gaps = (times: readonly number[]) => times.slice(1).map((time, index) => time - (times[index] ?? 0));

describe("a second connect() while connected", () => {
  it("drops the first connection without DISCONNECT and without on_disconnect", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    const first = await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(await on.connect()).toBe(0);
    expect(on.client.is_connected()).toBe(false);
    await first.expect_close();
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(on.diary).toEqual([
      "pre_connect",
      "socket_open",
      "connect 0 (connected)",
      "socket_close",
      "pre_connect",
      "socket_open",
      "connect 0 (connected)",
    ]);
  });

  it("may go to another broker", async () => {
    await using on = await stage();
    await using other = await scripted_broker();
    on.client.loop_start();
    on.connect();
    const first = await on.welcomed();
    await eventually(() => on.client.is_connected());
    on.client.connect(other.host, other.port, 30);
    const link = await other.accept();
    await link.expect(on.packets.connect({ keepalive: 30 }));
    await first.expect_close();
    expect(on.client.port).toBe(other.port);
    expect(on.client.keepalive).toBe(30);
  });

  it("while the first is still being opened: the first resolves with NO_CONN", async () => {
    await using on = await stage();
    on.client.loop_start();
    const results = [on.connect(), on.connect(), on.connect()];
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(await Promise.all(results)).toEqual([4, 4, 0]);
    expect(on.broker.connections).toBe(1);
  });

  it("takes along what was published meanwhile, and not acknowledged", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    const first = await on.welcomed();
    const info = on.client.publish("t", "p", 1);
    await first.expect(on.packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1 }));
    on.connect();
    const second = await on.welcomed();
    await second.expect(on.packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1, dup: true }));
    second.send(on.packets.puback(1));
    expect(await info.wait_for_publish()).toBe(true);
  });
});

describe("reconnect()", () => {
  it.each([
    ["awaited", async (client: Client<2>) => expect(await client.reconnect()).toBe(0)],
    ["not awaited", (client: Client<2>) => void client.reconnect()],
  ])("in on_disconnect, %s, opens one connection", async (_name, reconnect) => {
    await using on = await stage();
    let times = 0;
    on.client.on_disconnect = (client) => {
      times += 1;
      return times === 1 ? reconnect(client) : undefined;
    };
    on.connect();
    const running = on.client.loop_forever();
    const first = await on.welcomed();
    await nothing_more(first);
    first.close();
    const second = await on.welcomed();
    await nothing_more(second);
    await eventually(() => on.client.is_connected());
    expect(on.broker.connections).toBe(2);
    on.client.disconnect();
    expect(await running).toBe(0);
    expect(times).toBe(2);
  });

  it("resends what was not acknowledged, as paho's c2b test does", async () => {
    await using on = await stage({ client_id: "pub-qos1-test", clean_session: false });
    const { client } = on;
    client.on_connect = () =>
      void (client.stats().reconnects === 0 && client.publish("pub/qos1/test", "message", 1));
    client.on_publish = () => void client.disconnect();
    let first_time = true;
    client.on_disconnect = () => {
      if (first_time) void client.reconnect();
      first_time = false;
    };
    on.connect({ keepalive: 60 });
    const running = client.loop_forever();
    const connect = on.packets.connect({ client_id: "pub-qos1-test", clean: false });
    const first = await on.broker.accept();
    await first.expect(connect);
    first.send(on.packets.connack());
    await first.expect('3218 000d "pub/qos1/test" 0001 "message"');
    first.close();
    const second = await on.broker.accept();
    await second.expect(connect);
    second.send(on.packets.connack({ session_present: true }));
    await second.expect('3a18 000d "pub/qos1/test" 0001 "message"');
    second.send("40020001");
    await second.expect("e000");
    expect(await running).toBe(0);
  });

  it("while connected drops the connection, as connect() does", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    const first = await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(await on.client.reconnect()).toBe(0);
    await first.expect_close();
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(on.diary.filter((line) => line.startsWith("disconnect"))).toEqual([]);
  });

  it("cuts the wait between attempts short", async () => {
    await using on = await stage();
    on.client.reconnect_delay_set(60, 60);
    on.client.loop_start();
    on.connect();
    const first = await on.welcomed();
    await nothing_more(first);
    first.close();
    await eventually(() => expect(on.diary).toContain("disconnect 128"));
    expect(await on.client.reconnect()).toBe(0);
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(on.broker.connections).toBe(2);
  });

  it("throws when there is nowhere to go", async () => {
    await using on = await stage();
    expect(() => on.client.reconnect()).toThrow("host");
  });
});

describe("connect() after a connect() that failed", () => {
  it("works", async () => {
    await using on = await stage();
    const at = await dead_address();
    await expect(on.client.connect(at)).rejects.toBeInstanceOf(TransportError);
    expect(on.client.is_connected()).toBe(false);
    expect(on.client.socket()).toBeNull();
    on.client.loop_start();
    on.connect();
    await on.welcomed();
    await eventually(() => on.client.is_connected());
  });

  it("is made by a loop that starts later, without being asked", async () => {
    await using on = await stage();
    const at = await dead_address();
    await on.client.connect(at).catch(() => {});
    on.client.loop_start();
    await using late = await scripted_broker({ at });
    const link = await late.accept();
    await link.expect_packet("CONNECT");
  });
});

describe("the loop reconnects", () => {
  it("after each kind of end, with on_disconnect each time", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    for (const end of ["close", "reset", "garbage", "before CONNACK"] as const) {
      const link = end === "before CONNACK" ? await on.greeted() : await on.welcomed();
      if (end !== "before CONNACK") await eventually(() => on.client.is_connected());
      if (end === "garbage") link.send("3f00");
      else link[end === "reset" ? "reset" : "close"]();
    }
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(on.diary.filter((line) => line.startsWith("disconnect"))).toEqual(Array(4).fill("disconnect 128"));
  });

  it("doubling the wait, with jitter inside the bounds, and tells each failed attempt once", async () => {
    await using on = await stage();
    const { client } = on;
    client.reconnect_delay_set(0.02, 0.1);
    const attempts: number[] = [];
    const errors: Error[] = [];
    client.on_connect_fail = (_client, _userdata, error) => void errors.push(error);
    client.loop_start();
    on.connect();
    const link = await on.welcomed();
    await eventually(() => client.is_connected());
    client.on_disconnect = () => {
      // Only the first end: an attempt may still come through and be ended, while the broker closes.
      if (attempts.length === 0) attempts.push(performance.now());
    };
    client.on_pre_connect = () => void attempts.push(performance.now());
    await on.broker.close();
    await eventually(() => expect(attempts.length).toBeGreaterThan(6));
    client.disconnect();
    const waits = gaps(attempts).slice(0, 6);
    for (const [index, wait] of waits.entries()) {
      const base = Math.min(20 * 2 ** index, 100);
      expect(wait).toBeGreaterThan(Math.max(base * 0.75, 20) - 2);
    }
    expect(errors.length).toBeGreaterThanOrEqual(5);
    expect(errors[0]).toBeInstanceOf(TransportError);
    expect(on.diary.filter((line) => line === "connect_fail")).toHaveLength(errors.length);
    expect(link.received.length).toBeGreaterThan(0);
  });

  it("not once disconnect() was called while it waits: no on_disconnect, and the loop ends", async () => {
    await using on = await stage();
    on.client.reconnect_delay_set(60, 60);
    on.connect();
    const running = on.client.loop_forever();
    const link = await on.welcomed();
    await nothing_more(link);
    link.close();
    await eventually(() => expect(on.diary).toContain("disconnect 128"));
    expect(on.client.disconnect()).toBe(4);
    expect(await running).toBe(0);
    expect(on.diary.filter((line) => line.startsWith("disconnect"))).toHaveLength(1);
    expect(on.broker.connections).toBe(1);
  });

  it("not once disconnect() was called in on_disconnect", async () => {
    await using on = await stage();
    on.client.on_disconnect = (client) => void client.disconnect();
    on.connect();
    const running = on.client.loop_forever();
    const link = await on.welcomed();
    await nothing_more(link);
    link.close();
    expect(await running).toBe(0);
    expect(on.broker.connections).toBe(1);
  });

  it("not once disconnect() was called in on_connect_fail", async () => {
    await using on = await stage();
    on.client.on_connect_fail = (client) => void client.disconnect();
    on.connect();
    const running = on.client.loop_forever();
    const link = await on.welcomed();
    await nothing_more(link);
    await on.broker.close();
    expect(await running).toBe(0);
    expect(on.diary.filter((line) => line === "connect_fail")).toHaveLength(1);
  });
});

describe("on_pre_connect", () => {
  it("comes before every attempt, never inside the call that causes it", async () => {
    await using on = await stage();
    const order: string[] = [];
    on.client.on_pre_connect = () => void order.push("pre_connect");
    on.client.loop_start();
    on.connect();
    order.push("connect() returned");
    const link = await on.welcomed();
    await nothing_more(link);
    link.close();
    await on.welcomed();
    expect(order).toEqual(["connect() returned", "pre_connect", "pre_connect"]);
    expect(on.diary.filter((line) => line === "pre_connect")).toHaveLength(2);
  });

  it("is waited for when it is asynchronous, and may change what CONNECT says", async () => {
    await using on = await stage({ client_id: "x" });
    on.client.on_pre_connect = async (client) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      client.username_pw_set("fresh", "token");
    };
    on.connect();
    await (await on.broker.accept()).expect(
      on.packets.connect({ client_id: "x", username: "fresh", password: "token" }),
    );
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("no token");
      },
    ],
    ["rejects", async () => Promise.reject(new Error("no token"))],
  ])("fails the attempt when it %s", async (_name, fail) => {
    await using on = await stage();
    on.client.on("callback_error", () => {});
    on.client.on_pre_connect = fail;
    await expect(on.connect()).rejects.toThrow("no token");
    expect(on.broker.connections).toBe(0);
    on.client.on_pre_connect = () => {};
    expect(await on.client.reconnect()).toBe(0);
  });

  it("is only logged when it throws and exceptions are suppressed", async () => {
    await using on = await stage();
    on.client.suppress_exceptions = true;
    on.client.on_pre_connect = () => {
      throw new Error("no token");
    };
    expect(await on.connect()).toBe(0);
    await on.greeted();
  });

  it("fails an attempt of the loop, which tries again", async () => {
    await using on = await stage();
    on.client.on("callback_error", () => {});
    let times = 0;
    on.client.on_pre_connect = () => {
      times += 1;
      if (times < 3) throw new Error("not yet");
    };
    on.client.connect_async(on.broker.host, on.broker.port);
    on.client.loop_start();
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(on.diary).toEqual([
      "pre_connect",
      "connect_fail",
      "pre_connect",
      "connect_fail",
      "pre_connect",
      "socket_open",
      "connect 0 (connected)",
    ]);
  });

  it("may call disconnect(): nothing is dialled", async () => {
    await using on = await stage();
    on.client.on_pre_connect = (client) => void client.disconnect();
    expect(await on.connect()).toBe(4);
    expect(on.broker.connections).toBe(0);
  });
});

describe("session taken over on MQTT 5", () => {
  it("ends the attempts, and says what to do", async () => {
    await using on = await stage({ protocol: 5, client_id: "twin" });
    const lines: string[] = [];
    on.client.on_log = (_client, _userdata, level, text) => void (level === 4 && lines.push(text));
    const ended = next_call(on.client, "disconnect");
    on.connect();
    const running = on.client.loop_forever();
    const link = await on.welcomed();
    link.send(on.packets.disconnect(0x8e));
    expect(String(((await ended) as [unknown, ReasonCode])[1])).toBe("Session taken over");
    expect(await running).toBe(7);
    expect(on.broker.connections).toBe(1);
    expect(lines).toEqual([expect.stringContaining('"twin"')]);
  });

  it("leaves a reconnect() of the user's own alone", async () => {
    await using on = await stage({ protocol: 5, client_id: "twin" });
    on.client.once("disconnect", () => on.client.reconnect());
    on.client.loop_start();
    on.connect();
    const link = await on.welcomed();
    link.send(on.packets.disconnect(0x8e));
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(on.client.loop_stop()).toBe(0);
  });
});

describe("a DISCONNECT of the broker on MQTT 5", () => {
  it.each([
    ["with nothing in it", "e000", 0, "Normal disconnection"],
    ["with a reason alone", "e0018b", 0x8b, "Server shutting down"],
    ["with a reason and no properties", "e002 8b 00", 0x8b, "Server shutting down"],
    ["with properties", 'e007 97 05 1f 0002 "no"', 0x97, "Quota exceeded"],
  ])("%s is told with its reason, and the loop reconnects", async (_name, hex, value, name) => {
    for (const api of [1, 2] as const) {
      await using on = await stage({ api, protocol: 5, client_id: "x" });
      const ended = next_call(on.client, "disconnect");
      on.client.loop_start();
      on.connect();
      const link = await on.welcomed();
      link.send(hex);
      const args = await ended;
      const [code, properties] = api === 2 ? [args[1], args[2]] : [args[0], args[1]];
      expect(code).toBeInstanceOf(ReasonCode);
      expect([(code as ReasonCode).value, String(code)]).toEqual([value, name]);
      expect((properties as { ReasonString?: string }).ReasonString).toBe(value === 0x97 ? "no" : undefined);
      if (api === 2) expect(args[0]).toMatchObject({ is_disconnect_packet_from_server: true });
      expect(on.client.is_connected()).toBe(false);
      await link.expect_close();
      await on.welcomed();
    }
  });

  it("is a broken rule on 3.1.1", async () => {
    await using on = await stage({ reconnect_on_failure: false });
    on.connect();
    const running = on.client.loop_forever();
    (await on.welcomed()).send("e000");
    expect(await running).toBe(2);
  });
});
