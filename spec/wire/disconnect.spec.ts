import { describe, expect, it } from "@jest/globals";
import {
  type ApiVersion,
  Client,
  DisconnectFlags,
  type MQTTErrorCode,
  PacketTypes,
  Properties,
  ReasonCode,
} from "../../lib/client/index.ts";
import { caught } from "../model/caught.ts";
import { eventually } from "../support/eventually.ts";
import type { ScriptedLink } from "../support/scripted_broker.ts";
import { nothing_more, type Stage, stage } from "./stage.ts";
import { next_call, record } from "./talk.ts";

const reason = (name: string) => new ReasonCode(PacketTypes.DISCONNECT, name);
const note = (text: string) => new Properties(PacketTypes.DISCONNECT, { ReasonString: text });

describe("DISCONNECT", () => {
  it.each<[name: string, protocol: 3 | 4 | 5, args: Parameters<Client["disconnect"]>, hex: string]>([
    ["3.1", 3, [], "e000"],
    ["3.1.1", 4, [], "e000"],
    ["5", 5, [], "e000"],
    ["5 with a reason", 5, [reason("Disconnect with will message")], "e001 04"],
    ["5 with properties", 5, [null, note("bye")], 'e008 00 06 1f 0003 "bye"'],
    [
      "5 with both",
      5,
      [
        reason("Disconnect with will message"),
        new Properties(PacketTypes.DISCONNECT, { SessionExpiryInterval: 5 }),
      ],
      "e007 04 05 11 00000005",
    ],
    [
      "5 with both, by name",
      5,
      [{ reasoncode: reason("Unspecified error"), properties: note("") }],
      "e005 80 03 1f 0000",
    ],
    ["3.1.1 with a reason, which it has no word for", 4, [reason("Unspecified error")], "e000"],
  ])("%s", async (_name, protocol, args, hex) => {
    await using on = await stage({ protocol, client_id: "x" });
    on.connect();
    const link = await on.welcomed();
    await nothing_more(link);
    expect(on.client.disconnect(...args)).toBe(0);
    await link.expect(hex);
    await link.expect_close();
  });

  it("takes nothing but a ReasonCode for a reason", () => {
    const client = new Client({ protocol: 5 });
    expect(caught(() => client.disconnect(4 as never))).toBeInstanceOf(TypeError);
    expect(caught(() => client.disconnect({ reasoncodes: 4 } as never)).message).toContain("reasoncode");
  });
});

describe("on_disconnect after disconnect()", () => {
  const leave = async (api: ApiVersion, protocol: 4 | 5) => {
    await using on = await stage({ api, protocol });
    on.client.loop_start();
    on.connect();
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    const told = next_call(on.client, "disconnect");
    on.client.disconnect();
    return await told;
  };

  it("VERSION1 gets 0", async () => {
    expect(await leave(1, 4)).toEqual([0]);
  });

  it("VERSION1 on 5 gets 0 and no properties", async () => {
    expect(await leave(1, 5)).toEqual([0, null]);
  });

  it.each([4, 5] as const)(
    "VERSION2 on %i gets flags, Normal disconnection, and properties",
    async (protocol) => {
      expect(await leave(2, protocol)).toEqual([
        new DisconnectFlags(false),
        reason("Normal disconnection"),
        new Properties(PacketTypes.DISCONNECT),
      ]);
    },
  );
});

describe("on_disconnect after a loss", () => {
  const lose = async (api: ApiVersion, protocol: 3 | 4 | 5) => {
    await using on = await stage({ api, protocol, reconnect_on_failure: false });
    const told = next_call(on.client, "disconnect");
    on.connect();
    const running = on.client.loop_forever();
    const link = await on.welcomed();
    await nothing_more(link);
    link.close();
    await running;
    return await told;
  };

  it.each([3, 4] as const)("VERSION1 on %i gets 7", async (protocol) => {
    expect(await lose(1, protocol)).toEqual([7]);
  });

  it("VERSION1 on 5 gets 7 and no properties", async () => {
    expect(await lose(1, 5)).toEqual([7, null]);
  });

  it.each([3, 4, 5] as const)(
    "VERSION2 on %i gets flags, Unspecified error, and properties",
    async (protocol) => {
      expect(await lose(2, protocol)).toEqual([
        new DisconnectFlags(false),
        reason("Unspecified error"),
        new Properties(PacketTypes.DISCONNECT),
      ]);
    },
  );

  /** Where the broker may vanish; each is one loss, told once. */
  it.each<[where: string, play: (link: ScriptedLink, on: Stage<2>) => void | Promise<void>]>([
    ["with CONNECT unread", () => {}],
    [
      "before CONNACK",
      async (link) => {
        await link.expect_packet("CONNECT");
      },
    ],
    ["within CONNACK", (link) => link.send("2002")],
    ["after CONNACK", (link) => link.send("20020000")],
    ["within a PUBLISH", (link) => link.send("20020000 30ff7f 0001 61")],
    ["with a message that is not acknowledged", (link) => link.send("20020000 3205 0001 61 0007")],
    [
      "with a publish that is not acknowledged",
      async (link, on) => {
        link.send("20020000");
        on.client.publish("t", "p", 1);
        await link.expect_packet("CONNECT");
        await link.expect_packet("PUBLISH");
      },
    ],
    [
      "with a subscribe that is not answered",
      async (link, on) => {
        link.send("20020000");
        on.client.subscribe("s");
        await link.expect_packet("CONNECT");
        await link.expect_packet("SUBSCRIBE");
      },
    ],
  ])("is told once: %s", async (_where, play) => {
    for (const how of ["close", "reset"] as const) {
      await using on = await stage({ reconnect_on_failure: false });
      const connecting = on.connect();
      const running = on.client.loop_forever();
      await connecting;
      const link = await on.broker.accept();
      await play(link, on);
      link[how]();
      expect(await running).toBe(7);
      expect(on.diary.filter((line) => /^(socket|disconnect)/.test(line))).toEqual([
        "socket_open",
        "socket_close",
        "disconnect 128",
      ]);
      expect(on.client.is_connected()).toBe(false);
    }
  });
});

describe("disconnect() in every state", () => {
  interface Expected {
    rc: MQTTErrorCode;
    /** What is told from the call on. */
    told: string[];
  }

  const states: [state: string, reach: (on: Stage<2>) => unknown, expected: Expected][] = [
    ["new", () => {}, { rc: 4, told: [] }],
    [
      "after connect_async()",
      (on) => on.client.connect_async(on.broker.host, on.broker.port),
      { rc: 4, told: [] },
    ],
    ["right after connect()", (on) => void on.connect(), { rc: 0, told: [] }],
    [
      "CONNECT written",
      async (on) => {
        await on.connect();
      },
      { rc: 0, told: ["socket_close", "disconnect 0"] },
    ],
    [
      "waiting for CONNACK",
      async (on) => {
        on.connect();
        await on.greeted();
      },
      { rc: 0, told: ["socket_close", "disconnect 0"] },
    ],
    [
      "connected",
      async (on) => {
        on.connect();
        await on.welcomed();
        await eventually(() => on.client.is_connected());
      },
      { rc: 0, told: ["socket_close", "disconnect 0"] },
    ],
    [
      "lost, waiting for the next attempt",
      async (on) => {
        on.client.reconnect_delay_set(60, 60);
        on.connect();
        const link = await on.welcomed();
        await nothing_more(link);
        link.close();
        await eventually(() => expect(on.diary).toContain("disconnect 128"));
      },
      { rc: 4, told: [] },
    ],
    [
      "disconnecting already",
      async (on) => {
        on.connect();
        await on.welcomed();
        await eventually(() => on.client.is_connected());
        on.client.disconnect();
      },
      { rc: 0, told: ["socket_close", "disconnect 0"] },
    ],
    [
      "disconnected already",
      async (on) => {
        on.connect();
        await on.welcomed();
        on.client.disconnect();
        await eventually(() => expect(on.diary).toContain("disconnect 0"));
      },
      { rc: 4, told: [] },
    ],
  ];

  for (const with_loop of [true, false]) {
    it.each(with_loop ? states : states.filter(([state]) => !/^(connected|lost|disconnecting)/.test(state)))(
      `${with_loop ? "with" : "without"} a loop: %s`,
      async (state, reach, { rc, told }) => {
        await using on = await stage();
        if (with_loop) on.client.loop_start();
        await reach(on);
        const before = on.diary.length;
        // With a loop, connect_async() connects at once.
        expect(on.client.disconnect()).toBe(with_loop && state === "after connect_async()" ? 0 : rc);
        expect(on.client.is_connected()).toBe(false);
        await eventually(() => expect(on.diary.slice(before)).toEqual(told));
        await eventually(() => expect(on.client.loop_stop()).toBe(3));
        expect(on.client.socket()).toBeNull();
        expect(on.diary.slice(before)).toEqual(told);
        on.client.keepalive = 10; // settings may change again
      },
    );
  }

  it("twice in one turn: DISCONNECT leaves once", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    const link = await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect([on.client.disconnect(), on.client.disconnect()]).toEqual([0, 0]);
    await link.expect("e000");
    await link.expect_close();
    await eventually(() => expect(on.diary).toContain("disconnect 0"));
    expect(on.diary.filter((line) => line.startsWith("disconnect"))).toHaveLength(1);
  });

  it("right after connect(): connect() resolves with NO_CONN and nothing is dialled", async () => {
    await using on = await stage();
    const connecting = on.connect();
    expect(on.client.disconnect()).toBe(0);
    expect(await connecting).toBe(4);
    expect(on.diary).toEqual([]);
    expect(on.broker.connections).toBe(0);
  });

  it("while connect_async() waits for a loop: the loop then has nothing to do", async () => {
    await using on = await stage();
    on.client.connect_async(on.broker.host, on.broker.port);
    on.client.disconnect();
    expect(await on.client.loop_forever()).toBe(0);
    expect(on.broker.connections).toBe(0);
  });
});

describe("after disconnect()", () => {
  const codes = (on: Stage<2>) => [
    on.client.publish("t", "p").rc,
    on.client.subscribe("s"),
    on.client.unsubscribe("s"),
    on.client.publish("t", "p", 1).rc,
  ];

  it("nothing more is taken in, but QoS 1 and 2 for the next connection", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    const link = await on.welcomed();
    await eventually(() => on.client.is_connected());
    on.client.disconnect();
    expect(codes(on)).toEqual([4, [4, null], [4, null], 4]);
    await link.expect("e000");
    await eventually(() => expect(on.diary).toContain("disconnect 0"));
    expect(codes(on)).toEqual([4, [4, null], [4, null], 4]);
    on.connect();
    const next = await on.welcomed();
    for (const mid of [1, 2]) {
      const { packets } = on;
      const sent = await next.expect_packet("PUBLISH");
      expect(sent).toHaveLength(packets.publish({ topic: "t", payload: "p", qos: 1, mid }).length);
    }
  });

  it("what has come before the broker closes is still delivered", async () => {
    await using on = await stage();
    const topics: string[] = [];
    on.client.on_message = (client, _userdata, message) => {
      topics.push(message.topic);
      client.disconnect();
    };
    on.client.loop_start();
    on.connect();
    const link = await on.welcomed();
    link.send(Buffer.concat([on.packets.publish({ topic: "1" }), on.packets.publish({ topic: "2" })]));
    await link.expect("e000");
    await eventually(() => expect(topics).toEqual(["1", "2"]));
    await eventually(() => expect(on.diary.at(-1)).toBe("disconnect 0"));
  });

  it.each<[name: string, play: (link: ScriptedLink) => void]>([
    ["a reset", (link) => link.reset()],
    ["garbage", (link) => link.send("3100")],
    ["a close", (link) => link.close()],
  ])("%s of the broker is no loss any more: 0", async (_name, play) => {
    await using on = await stage();
    on.connect();
    const running = on.client.loop_forever();
    const link = await on.welcomed();
    await eventually(() => on.client.is_connected());
    on.client.disconnect();
    play(link);
    expect(await running).toBe(0);
    expect(on.diary.filter((line) => line.startsWith("disconnect"))).toEqual(["disconnect 0"]);
  });

  it("while the way to the broker turns out to be closed: connect() resolves with NO_CONN", async () => {
    await using on = await stage();
    await on.broker.close();
    const connecting = on.connect();
    on.client.publish("t", "p", 1);
    expect(on.client.disconnect()).toBe(0);
    expect(await connecting).toBe(4);
    expect(on.client.stats().queued).toBe(1);
  });
});

describe("disconnect() while something is on its way", () => {
  it("sends 3 MB whole, then DISCONNECT", async () => {
    await using on = await stage();
    on.connect();
    const payload = new Uint8Array(3_000_000).fill(5);
    on.client.publish("big", payload);
    on.client.disconnect();
    const link = await on.welcomed();
    await link.expect(on.packets.publish({ topic: "big", payload }));
    await link.expect("e000");
  });

  it("settles what was not acknowledged, and keeps it for the next connection", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    const link = await on.welcomed();
    const info = on.client.publish("t", "p", 1);
    const waiting = info.wait_for_publish().catch((error) => error.code);
    await link.expect_packet("PUBLISH");
    on.client.disconnect();
    expect(await waiting).toBe("ERR_MQTT_CLOSED");
    expect(info.is_published()).toBe(false);
    on.client.loop_start();
    on.connect();
    const next = await on.welcomed();
    await next.expect(on.packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1, dup: true }));
    next.send(on.packets.puback(1));
    expect(await info.wait_for_publish()).toBe(true);
  });
});

describe("close()", () => {
  it("waits for what is in flight, then disconnects and waits for that", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    const link = await on.welcomed();
    const info = on.client.publish("t", "p", 1);
    const closing = on.client.close();
    await link.expect_packet("PUBLISH");
    link.send(on.packets.puback(1));
    await link.expect("e000");
    await closing;
    expect(info.is_published()).toBe(true);
    expect(on.diary.at(-1)).toBe("disconnect 0");
  });

  it("waits not longer than it is told", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    const link = await on.welcomed();
    on.client.publish("t", "p", 1);
    await on.client.close({ timeout: 0.05 });
    expect(link.received.at(-1)).toEqual(on.packets.disconnect());
    expect(on.client.stats().in_flight).toBe(1);
  });

  it("of a client that was never connected is done at once", async () => {
    const client = new Client();
    client.publish("t", "p", 1);
    await client.close();
  });
});

describe("settings of the connection", () => {
  const settings = [
    "host",
    "port",
    "keepalive",
    "connect_timeout",
    "username",
    "password",
    "max_inflight_messages",
    "max_queued_messages",
  ] as const;
  const values = {
    host: "h",
    port: 1,
    keepalive: 1,
    connect_timeout: 1,
    username: "u",
    password: "p",
    max_inflight_messages: 1,
    max_queued_messages: 1,
  };

  const tried = (client: Client<ApiVersion>) =>
    settings.map((name) => {
      try {
        (client as unknown as Record<string, unknown>)[name] = values[name];
        return "set";
      } catch (error) {
        return (error as Error).name;
      }
    });
  const all = (word: string) => settings.map(() => word);

  it("may be set on a new client", () => {
    expect(tried(new Client())).toEqual(all("set"));
  });

  it.each<[state: string, reach: (on: Stage<2>) => unknown]>([
    ["after connect_async()", (on) => on.client.connect_async(on.broker.host, on.broker.port)],
    ["while connecting", (on) => void on.connect()],
    [
      "after connect() has failed",
      async (on) => {
        await on.broker.close();
        await on.connect().catch(() => {});
      },
    ],
    [
      "while connected",
      async (on) => {
        on.client.loop_start();
        on.connect();
        await on.welcomed();
        await eventually(() => on.client.is_connected());
      },
    ],
    [
      "between attempts",
      async (on) => {
        on.client.reconnect_delay_set(60, 60);
        on.client.loop_start();
        on.connect();
        (await on.welcomed()).close();
        await eventually(() => expect(on.diary).toContain("disconnect 128"));
      },
    ],
  ])("may not be set %s, but after disconnect()", async (_state, reach) => {
    await using on = await stage();
    await reach(on);
    expect(tried(on.client)).toEqual(all("RuntimeError"));
    on.client.disconnect();
    await eventually(() => expect(tried(on.client)).toEqual(all("set")));
  });

  it("may not be set while disconnecting", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    on.client.disconnect();
    expect(tried(on.client)).toEqual(all("RuntimeError"));
  });

  it("look at the state before they look at the value", async () => {
    await using on = await stage();
    on.connect();
    expect(caught(() => Object.assign(on.client, { port: -1 })).name).toBe("RuntimeError");
  });

  it("are always free for credentials and will: they count from the next CONNECT on", async () => {
    await using on = await stage();
    on.connect();
    on.client.username_pw_set("u", "p");
    on.client.will_set("w", "p");
    on.client.will_clear();
    on.client.enable_bridge_mode();
    on.client.reconnect_delay_set(1, 2);
    on.client.logger = null;
  });

  it("cannot be replaced where paho has no setter", () => {
    const client = new Client() as unknown as Record<string, unknown>;
    for (const name of ["protocol", "callback_api_version", "will_topic", "will_payload"]) {
      expect(
        caught(() => {
          client[name] = 1;
        }),
      ).toBeInstanceOf(TypeError);
    }
  });
});

describe("is_connected()", () => {
  it("is true from on_connect to the end, and never in on_disconnect", async () => {
    await using on = await stage();
    const calls = record(on.client, "connect", "disconnect");
    expect(on.client.is_connected()).toBe(false);
    on.client.loop_start();
    on.connect();
    expect(on.client.is_connected()).toBe(false);
    const link = await on.welcomed();
    await eventually(() => expect(calls).toHaveLength(1));
    expect(on.diary.at(-1)).toBe("connect 0 (connected)");
    link.close();
    await eventually(() => expect(calls).toHaveLength(2));
    expect(on.diary.at(3)).toBe("socket_close");
    expect(on.diary.at(4)).toBe("disconnect 128");
  });
});
