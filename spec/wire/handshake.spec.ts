import { describe, expect, it } from "@jest/globals";
import {
  type ApiVersion,
  type Client,
  type ClientOptions,
  ConnectFlags,
  type DisconnectFlags,
  MQTT_CLEAN_START_FIRST_ONLY,
  PacketTypes,
  Properties,
  ReasonCode,
} from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { bytes, packet_bytes } from "../support/packet_bytes.ts";
import { nothing_more, stage } from "./stage.ts";
import { next_call, record } from "./talk.ts";

const will_properties = (delay: number) =>
  new Properties(PacketTypes.WILLMESSAGE, { WillDelayInterval: delay });

describe("CONNECT", () => {
  const [v31, v311, v5] = ['0006 "MQIsdp" 03', '0004 "MQTT" 04', '0004 "MQTT" 05'];

  it.each<[name: string, options: ClientOptions, set_up: (client: Client) => void, hex: string]>([
    ["3.1.1", { client_id: "x" }, () => {}, `100d ${v311} 02 003c 0001 "x"`],
    ["3.1.1 without an id", {}, () => {}, `100c ${v311} 02 003c 0000`],
    ["3.1", { client_id: "x", protocol: 3 }, () => {}, `100f ${v31} 02 003c 0001 "x"`],
    ["5", { client_id: "x", protocol: 5 }, () => {}, `100e ${v5} 02 003c 00 0001 "x"`],
    ["5 without an id", { protocol: 5 }, () => {}, `100d ${v5} 02 003c 00 0000`],
    [
      "a session to be kept",
      { client_id: "x", clean_session: false },
      () => {},
      `100d ${v311} 00 003c 0001 "x"`,
    ],
    [
      "an id of other letters",
      { client_id: "č€😀" },
      () => {},
      `1015 ${v311} 02 003c 0009 c48d e282ac f09f9880`,
    ],
    [
      "a will of QoS 2, retained",
      { client_id: "x" },
      (client) => client.will_set("w", "5", 2, true),
      `1013 ${v311} 36 003c 0001 "x" 0001 "w" 0001 "5"`,
    ],
    [
      "a will of QoS 1, retained",
      { client_id: "x" },
      (client) => client.will_set("topic/on/unexpected/disconnect", "will message", 1, true),
      `103b ${v311} 2e 003c 0001 "x" 001e "topic/on/unexpected/disconnect" 000c "will message"`,
    ],
    [
      "a will without payload",
      { client_id: "x" },
      (client) => client.will_set("w"),
      `1012 ${v311} 06 003c 0001 "x" 0001 "w" 0000`,
    ],
    [
      "a will that was taken back",
      { client_id: "x" },
      (client) => {
        client.will_set("w", "5");
        client.will_clear();
      },
      `100d ${v311} 02 003c 0001 "x"`,
    ],
    [
      "user name and password",
      { client_id: "x" },
      (client) => client.username_pw_set("uname", ";'[08gn=#"),
      `101f ${v311} c2 003c 0001 "x" 0005 "uname" 0009 ";'[08gn=#"`,
    ],
    [
      "an empty password",
      { client_id: "x" },
      (client) => client.username_pw_set("uname", ""),
      `1016 ${v311} c2 003c 0001 "x" 0005 "uname" 0000`,
    ],
    [
      "an empty name and an empty password",
      { client_id: "x" },
      (client) => client.username_pw_set("", ""),
      `1011 ${v311} c2 003c 0001 "x" 0000 0000`,
    ],
    [
      "a name alone",
      { client_id: "x" },
      (client) => client.username_pw_set("u"),
      `1010 ${v311} 82 003c 0001 "x" 0001 "u"`,
    ],
    [
      "a password without a name: neither",
      { client_id: "x" },
      (client) => client.username_pw_set(null, "p"),
      `100d ${v311} 02 003c 0001 "x"`,
    ],
    [
      "name and password of other letters",
      { client_id: "x" },
      (client) => client.username_pw_set("úsérnámé-hélló", "hélló"),
      `102c ${v311} c2 003c 0001 "x" 0014 "úsérnámé-hélló" 0007 "hélló"`,
    ],
    [
      "a password of bytes",
      { client_id: "x" },
      (client) => client.username_pw_set("u", Uint8Array.of(0, 255)),
      `1014 ${v311} c2 003c 0001 "x" 0001 "u" 0002 00ff`,
    ],
    [
      "name and password by their properties",
      { client_id: "x" },
      (client) => Object.assign(client, { username: "u", password: "p" }),
      `1013 ${v311} c2 003c 0001 "x" 0001 "u" 0001 "p"`,
    ],
    [
      "will, name and password",
      { client_id: "x" },
      (client) => {
        client.username_pw_set("u", "p");
        client.will_set("w", "z", 2);
      },
      `1019 ${v311} d6 003c 0001 "x" 0001 "w" 0001 "z" 0001 "u" 0001 "p"`,
    ],
    [
      "a bridge on 3.1",
      { client_id: "x", protocol: 3 },
      (c) => c.enable_bridge_mode(),
      '100f 0006 "MQIsdp" 83 02 003c 0001 "x"',
    ],
    [
      "a bridge on 3.1.1",
      { client_id: "x" },
      (c) => c.enable_bridge_mode(),
      '100d 0004 "MQTT" 84 02 003c 0001 "x"',
    ],
    [
      "a bridge on 5",
      { client_id: "x", protocol: 5 },
      (c) => c.enable_bridge_mode(),
      '100e 0004 "MQTT" 85 02 003c 00 0001 "x"',
    ],
  ])("%s", async (_name, options, set_up, hex) => {
    await using on = await stage<1>({ api: 1, ...options });
    set_up(on.client as unknown as Client);
    on.connect();
    await (await on.broker.accept()).expect(hex);
  });

  it("5 with properties, will properties, name and password [MQTT-3.1.3-1]", async () => {
    await using on = await stage({ client_id: "x", protocol: 5 });
    on.client.username_pw_set("u", "p");
    on.client.will_set("w", "z", 2, true, will_properties(3));
    on.connect({ properties: new Properties(PacketTypes.CONNECT, { SessionExpiryInterval: 5 }) });
    await (await on.broker.accept()).expect(
      `1025 0004 "MQTT" 05 f6 003c 05 1100000005 0001 "x" 05 1800000003 0001 "w" 0001 "z" 0001 "u" 0001 "p"`,
    );
  });

  it.each([
    [0, "0000"],
    [65535, "ffff"],
  ])("carries the keepalive %d", async (keepalive, hex) => {
    await using on = await stage({ client_id: "x" });
    on.connect({ keepalive });
    await (await on.broker.accept()).expect(`100d ${v311} 02 ${hex} 0001 "x"`);
  });

  it("has a random id of 22 letters and digits on 3.1, the same for each connection", async () => {
    await using on = await stage({ protocol: 3 });
    on.client.loop_start();
    on.connect();
    const first = await on.broker.accept();
    const sent = Buffer.from(await first.expect_packet("CONNECT"));
    expect(sent.subarray(16).toString()).toMatch(/^[0-9A-Za-z]{22}$/);
    first.close();
    await (await on.broker.accept()).expect(sent);
  });

  it("takes settings that were changed since for the next connection", async () => {
    await using on = await stage({ client_id: "x" });
    on.client.loop_start();
    on.connect();
    const first = await on.welcomed();
    await eventually(() => on.client.is_connected());
    on.client.username_pw_set("u", "p");
    on.client.will_set("w", "z");
    first.close();
    await (await on.broker.accept()).expect(
      `1019 ${v311} c6 003c 0001 "x" 0001 "w" 0001 "z" 0001 "u" 0001 "p"`,
    );
  });

  it("may carry settings made without connect(): host, port, keepalive, then reconnect()", async () => {
    await using on = await stage({ client_id: "x" });
    Object.assign(on.client, { host: on.broker.host, port: on.broker.port, keepalive: 7 });
    expect(await on.client.reconnect()).toBe(0);
    await (await on.broker.accept()).expect(`100d ${v311} 02 0007 0001 "x"`);
  });
});

describe("clean start on MQTT 5", () => {
  /** What three CONNECTs say: the first is refused, the second accepted, the third follows a loss; then one more. */
  it.each([
    [MQTT_CLEAN_START_FIRST_ONLY, [1, 1, 0, 1]],
    [true, [1, 1, 1, 1]],
    [false, [0, 0, 0, 0]],
  ] as const)("%s", async (clean_start, flags) => {
    await using on = await stage({ client_id: "x", protocol: 5 });
    const said = async () => {
      const link = await on.broker.accept();
      const sent = await link.expect_packet("CONNECT");
      return [link, ((sent[9] ?? 0) >> 1) & 1] as const;
    };
    on.client.loop_start();
    on.connect({ clean_start });
    const [refused, first] = await said();
    refused.send(on.packets.connack({ code: 0x88 }));
    const [accepted, second] = await said();
    accepted.send(on.packets.connack());
    accepted.close();
    const [lost, third] = await said();
    lost.send(on.packets.connack({ session_present: flags[2] === 0 }));
    await nothing_more(lost);
    on.connect({ clean_start });
    const [, fourth] = await said();
    expect([first, second, third, fourth]).toEqual(flags);
  });

  it("counts anew from connect_async(), too", async () => {
    await using on = await stage({ client_id: "x", protocol: 5 });
    on.client.loop_start();
    on.connect();
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    on.client.connect_async(on.broker.host, on.broker.port);
    await (await on.broker.accept()).expect(on.packets.connect({ client_id: "x", clean: true }));
  });
});

describe("clean_session on 3.1.1", () => {
  it.each([true, false])("%s is said with each CONNECT", async (clean_session) => {
    await using on = await stage({ client_id: "x", clean_session });
    const connect = on.packets.connect({ client_id: "x", clean: clean_session });
    on.client.loop_start();
    on.connect();
    const first = await on.broker.accept();
    await first.expect(connect);
    first.send(on.packets.connack());
    first.close();
    await (await on.broker.accept()).expect(connect);
  });
});

describe("on_connect", () => {
  const accepted = async (api: ApiVersion, protocol: 3 | 4 | 5, session_present: boolean) => {
    await using on = await stage({
      api,
      protocol,
      client_id: "x",
      ...(protocol === 5 ? {} : { clean_session: false }),
    });
    on.client.loop_start();
    const called = next_call(on.client, "connect");
    on.connect(protocol === 5 ? { clean_start: false } : {});
    await on.welcomed({ session_present, properties: "22 000a" });
    const args = await called;
    expect(on.client.is_connected()).toBe(true);
    return args;
  };

  it.each([
    [4, true, 1],
    [4, false, 0],
  ] as const)("VERSION1 on %i gets a dictionary and a number", async (protocol, present, flag) => {
    expect(await accepted(1, protocol, present)).toEqual([{ "session present": flag }, 0]);
  });

  it("VERSION1 on 5 gets a ReasonCode and the properties too", async () => {
    const [flags, code, properties] = await accepted(1, 5, true);
    expect(flags).toEqual({ "session present": 1 });
    expect(code).toBeInstanceOf(ReasonCode);
    expect(String(code)).toBe("Success");
    expect((properties as Properties<2>).TopicAliasMaximum).toBe(10);
  });

  it.each([3, 4, 5] as const)("VERSION2 on %i gets flags, ReasonCode and properties", async (protocol) => {
    const [flags, code, properties] = await accepted(2, protocol, protocol !== 3);
    // 3.1 has no flag to say it with.
    expect(flags).toEqual(new ConnectFlags(protocol !== 3));
    expect((flags as ConnectFlags).session_present).toBe(protocol !== 3);
    expect(code).toEqual(new ReasonCode(PacketTypes.CONNACK, "Success"));
    expect(properties).toBeInstanceOf(Properties);
    expect((properties as Properties<2>).isEmpty()).toBe(protocol !== 5);
  });

  it("comes once, whatever the broker repeats", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    const link = await on.welcomed();
    link.send(on.packets.connack());
    await eventually(() => expect(on.diary).toContain("socket_close"));
    expect(on.diary.filter((line) => line.startsWith("connect "))).toHaveLength(1);
  });
});

describe("a refused connection", () => {
  type Case = [protocol: 3 | 4 | 5, code: number, reason: number, rc: number, api_2_end: number];

  /** On 3.x the codes of the standard are "refused" (5), all others "protocol error" (2). */
  const cases: Case[] = [
    ...([3, 4] as const).flatMap((protocol): Case[] => [
      [protocol, 1, 132, 5, 128],
      [protocol, 2, 133, 5, 128],
      [protocol, 3, 136, 5, 128],
      [protocol, 4, 134, 5, 128],
      [protocol, 5, 135, 5, 128],
      [protocol, 6, 128, 2, 128],
      [protocol, 255, 128, 2, 128],
    ]),
    ...[
      0x80, 0x81, 0x82, 0x83, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b,
      0x9c, 0x9d, 0x9f,
    ].map((code): Case => [5, code, code, 2, 128]),
    [5, 0x84, 0x84, 5, 128],
  ];

  const refuse = async (api: ApiVersion, [protocol, code]: Case) => {
    await using on = await stage({ api, protocol, client_id: "x", reconnect_on_failure: false });
    const calls = record(on.client, "connect", "disconnect");
    on.connect();
    const running = on.client.loop_forever();
    const link = await on.welcomed({ code });
    expect(await running).not.toBe(0);
    await link.expect_close();
    expect(on.broker.connections).toBe(1);
    expect(on.client.is_connected()).toBe(false);
    return { calls, diary: on.diary, result: await running };
  };

  it.each(cases)("VERSION2 on %i: code %i is reason %i", async (...refused) => {
    const [, , reason, rc, end] = refused;
    const { calls, diary, result } = await refuse(2, refused);
    expect(diary).toEqual([
      "pre_connect",
      "socket_open",
      `connect ${reason}`,
      "socket_close",
      `disconnect ${end}`,
    ]);
    const [[, flags, code, properties], [, end_flags, end_code, end_properties]] = calls as [
      unknown[],
      unknown[],
    ];
    expect(flags).toEqual(new ConnectFlags(false));
    expect((code as ReasonCode).is_failure).toBe(true);
    expect(properties).toBeInstanceOf(Properties);
    const { is_disconnect_packet_from_server, error } = end_flags as DisconnectFlags;
    expect(is_disconnect_packet_from_server).toBe(false);
    expect(error).toMatchObject({
      code: "ERR_MQTT_CONNECT_REFUSED",
      message: `the broker refused the connection: ${code}`,
    });
    expect(end_code).toEqual(new ReasonCode(PacketTypes.DISCONNECT, "Unspecified error"));
    expect(end_properties).toBeInstanceOf(Properties);
    expect(result).toBe(rc);
  });

  it.each(cases)("VERSION1 on %i: code %i", async (...refused) => {
    const [protocol, code, reason, rc] = refused;
    const { calls, result } = await refuse(1, refused);
    expect(calls).toEqual(
      protocol === 5
        ? [
            [
              "connect",
              { "session present": 0 },
              new ReasonCode(PacketTypes.CONNACK, "", reason),
              expect.any(Properties),
            ],
            ["disconnect", rc, null],
          ]
        : [
            ["connect", { "session present": 0 }, code],
            ["disconnect", rc],
          ],
    );
    expect(result).toBe(rc);
  });

  it.each([
    [2, [new ConnectFlags(false), new ReasonCode(PacketTypes.CONNACK, "", 132), expect.any(Properties)]],
    [1, [{ "session present": 0 }, new ReasonCode(PacketTypes.CONNACK, "", 132), expect.any(Properties)]],
  ] as const)("VERSION%i: a broker of 3.x answers a client of 5 in its own way", async (api, expected) => {
    await using on = await stage({ api, protocol: 5, reconnect_on_failure: false });
    const called = next_call(on.client, "connect");
    on.connect();
    const running = on.client.loop_forever();
    (await on.greeted()).send("20020001");
    expect(await called).toEqual(expected);
    expect(await running).toBe(5);
  });

  it("is tried again by the loop, and told each time", async () => {
    await using on = await stage({ client_id: "x" });
    on.client.loop_start();
    on.connect();
    await on.welcomed({ code: 3 });
    await on.welcomed({ code: 5 });
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(on.diary.filter((line) => /connect \d/.test(line))).toEqual([
      "connect 136",
      "disconnect 128",
      "connect 135",
      "disconnect 128",
      "connect 0 (connected)",
    ]);
  });
});

describe("a broker that does not know 3.1.1", () => {
  it("is asked again with 3.1 at once, without a word to the callbacks, and from then on", async () => {
    await using on = await stage({ client_id: "x" });
    const old = packet_bytes(3);
    on.client.loop_start();
    on.connect();
    await on.welcomed({ code: 1 });
    for (let round = 0; round < 2; round += 1) {
      const link = await on.broker.accept();
      await link.expect(old.connect({ client_id: "x" }));
      link.send(old.connack());
      await nothing_more(link);
      if (round === 0) link.close();
    }
    await eventually(() => on.client.is_connected());
    expect(on.client.protocol).toBe(3);
    expect(on.diary.filter((line) => /connect \d/.test(line))).toEqual([
      "connect 0 (connected)",
      "disconnect 128",
      "connect 0 (connected)",
    ]);
  });

  it("gets what was handed over meanwhile with the second CONNECT", async () => {
    await using on = await stage({ client_id: "x" });
    on.client.loop_start();
    on.connect();
    on.client.subscribe("s");
    on.client.publish("t", "p");
    await on.welcomed({ code: 1 });
    const link = await on.welcomed();
    await link.expect(on.packets.subscribe(1, [["s", 0]]));
    await link.expect(on.packets.publish({ topic: "t", payload: "p" }));
  });

  it("is not asked again with reconnect_on_failure false", async () => {
    await using on = await stage({ client_id: "x", reconnect_on_failure: false });
    on.connect();
    const running = on.client.loop_forever();
    await on.welcomed({ code: 1 });
    expect(await running).toBe(5);
    expect(on.broker.connections).toBe(1);
    expect(on.client.protocol).toBe(4);
  });
});

describe("a broker that wants an id", () => {
  it("gets a random one at once, without a word to the callbacks, and the same from then on", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    await on.welcomed({ code: 2 });
    const second = await on.broker.accept();
    const sent = Buffer.from(await second.expect_packet("CONNECT"));
    expect(sent.subarray(14).toString()).toMatch(/^[0-9A-Za-z]{22}$/);
    second.send(on.packets.connack());
    await nothing_more(second);
    second.close();
    await (await on.broker.accept()).expect(sent);
    await eventually(() => expect(on.diary).toContain("disconnect 128"));
    expect(on.diary.filter((line) => /^connect \d/.test(line))).toEqual(["connect 0 (connected)"]);
  });

  it("is told no other id than the one that was given", async () => {
    await using on = await stage({ client_id: "mine", reconnect_on_failure: false });
    on.connect();
    const running = on.client.loop_forever();
    await on.welcomed({ code: 2 });
    expect(await running).toBe(5);
  });
});

describe("before CONNACK", () => {
  it.each([
    ["3.1.1", 4, "3003000161"],
    ["5", 5, "300400016100"],
    ["a PINGRESP", 4, "d000"],
    ["garbage", 4, "ffff"],
  ] as const)("anything else ends the connection: %s", async (_name, protocol, hex) => {
    await using on = await stage({ protocol, reconnect_on_failure: false });
    on.connect();
    const running = on.client.loop_forever();
    (await on.greeted()).send(bytes(hex));
    expect(await running).toBe(2);
    expect(on.diary.slice(1)).toEqual(["socket_open", "socket_close", "disconnect 128"]);
  });

  it.each(["close", "reset"] as const)("the end of the connection is a loss: %s", async (how) => {
    await using on = await stage({ reconnect_on_failure: false });
    on.connect();
    const running = on.client.loop_forever();
    (await on.greeted())[how]();
    expect(await running).toBe(7);
    expect(on.diary.slice(1)).toEqual(["socket_open", "socket_close", "disconnect 128"]);
  });

  it("a part of CONNACK is waited for", async () => {
    await using on = await stage();
    on.client.loop_start();
    on.connect();
    const link = await on.greeted();
    for (const byte of on.packets.connack()) {
      expect(on.client.is_connected()).toBe(false);
      link.send(Uint8Array.of(byte));
    }
    await eventually(() => on.client.is_connected());
  });
});
