import { describe, expect, it } from "@jest/globals";
import { Client, Properties, SubscribeOptions, type SubscribeTopic } from "../../lib/client/index.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { caught } from "../model/caught.ts";
import { connected, next_call, record, strangers } from "./talk.ts";

const options = new SubscribeOptions(1, true, true, SubscribeOptions.RETAIN_DO_NOT_SEND);

describe("subscribe()", () => {
  const forms: [string, 3 | 4 | 5, unknown[], [string, number][]][] = [
    ["a filter", 4, ["a"], [["a", 0]]],
    ["a filter on 3.1", 3, ["a", 1], [["a", 1]]],
    ["a filter and a QoS", 4, ["a", 2], [["a", 2]]],
    ["a filter and a QoS by name", 4, ["a", { qos: 2 }], [["a", 2]]],
    ["all by name", 4, [{ topic: "a", qos: 1 }], [["a", 1]]],
    ["a pair", 4, [["a", 1]], [["a", 1]]],
    [
      "a list of pairs",
      4,
      [
        [
          ["a", 1],
          ["b/#", 2],
        ],
      ],
      [
        ["a", 1],
        ["b/#", 2],
      ],
    ],
    ["a list of one pair", 4, [[["a", 1]]], [["a", 1]]],
    [
      "two pairs, which are not one pair",
      4,
      [
        [
          ["a", 0],
          ["b", 0],
        ],
      ],
      [
        ["a", 0],
        ["b", 0],
      ],
    ],
    ["options on 3.1.1, which it ignores", 4, ["a", 1, options], [["a", 1]]],
    ["a shared subscription", 4, ["$share/g/a/#", 1], [["$share/g/a/#", 1]]],
    [
      "all wildcards",
      4,
      [
        [
          ["#", 0],
          ["+", 0],
          ["+/+/#", 0],
        ],
      ],
      [
        ["#", 0],
        ["+", 0],
        ["+/+/#", 0],
      ],
    ],
    ["a filter on 5", 5, ["a", 1], [["a", 0x01]]],
    ["a filter and options", 5, ["a", 0, options], [["a", 0x2d]]],
    ["a filter and options by name", 5, ["a", { options }], [["a", 0x2d]]],
    ["a filter and null for options", 5, ["a", 2, null], [["a", 0x02]]],
    ["a pair of filter and QoS on 5", 5, [["a", 1]], [["a", 0x01]]],
    ["a pair of filter and options", 5, [["a", options]], [["a", 0x2d]]],
    [
      "a mixed list",
      5,
      [
        [
          ["a", options],
          ["b", 2],
        ],
      ],
      [
        ["a", 0x2d],
        ["b", 0x02],
      ],
    ],
  ];

  it.each(forms)("takes %s (version %i)", async (_name, protocol, args, wanted) => {
    await using talk = await connected({ protocol });
    const subscribe = talk.client.subscribe.bind(talk.client) as (...args: unknown[]) => unknown;
    expect(subscribe(...args)).toEqual([0, 1]);
    await talk.link.expect(talk.packets.subscribe(1, wanted));
  });

  it("sends these bytes", async () => {
    await using talk = await connected();
    talk.client.subscribe("a", 1);
    await talk.link.expect('8206 0001 0001 "a" 01');
    await using talk_5 = await connected({ protocol: 5 });
    talk_5.client.subscribe("a", 1);
    await talk_5.link.expect('8207 0001 00 0001 "a" 01');
    const properties = new Properties(PacketTypes.SUBSCRIBE, { SubscriptionIdentifier: 5 });
    talk_5.client.subscribe("a", { properties });
    await talk_5.link.expect('8209 0002 02 0b05 0001 "a" 00');
  });

  it("tells on_subscribe the packet id that it has returned", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const calls = record(client, "subscribe");
    const mids = [client.subscribe("a")[1], client.subscribe("b", 1)[1]];
    link.send(packets.suback(2, [1]));
    link.send(packets.suback(1, [0]));
    await link.expect_packet("SUBSCRIBE");
    await link.expect_packet("SUBSCRIBE");
    await talk.nothing_more();
    expect(mids).toEqual([1, 2]);
    expect(calls.map(([, mid, codes]) => [mid, Number((codes as unknown[])[0])])).toEqual([
      [2, 1],
      [1, 0],
    ]);
  });

  it("has one SUBACK with one code for each filter", async () => {
    await using talk = await connected({ protocol: 5 });
    const told = next_call(talk.client, "subscribe");
    talk.client.subscribe([
      ["a", 2],
      ["b", 2],
      ["c", 2],
    ]);
    talk.link.send(talk.packets.suback(1, [0, 2, 0x87], '1f 0003 "acl"'));
    const [mid, codes, properties] = (await told) as [number, unknown[], Properties];
    expect([mid, codes.map(String), String(properties)]).toEqual([
      1,
      ["Granted QoS 0", "Granted QoS 2", "Not authorized"],
      "[ReasonString : acl]",
    ]);
  });

  it("closes the link when SUBACK has another number of codes [MQTT-3.9.3-1]", async () => {
    await using talk = await connected({ protocol: 5, reconnect_on_failure: false });
    talk.client.subscribe("a");
    await talk.link.expect_packet("SUBSCRIBE");
    talk.link.send(talk.packets.suback(1, [0, 0]));
    await talk.link.expect("e001 82");
  });

  it("ignores a SUBACK or UNSUBACK that answers nothing", async () => {
    await using talk = await connected();
    const calls = record(talk.client, "subscribe", "unsubscribe");
    talk.client.subscribe("a");
    await talk.link.expect_packet("SUBSCRIBE");
    talk.link.send(talk.packets.suback(9, [0]));
    talk.link.send(talk.packets.unsuback(1));
    await talk.nothing_more();
    expect(calls).toEqual([]);
  });

  it("copies its options and properties", async () => {
    await using talk = await connected({ protocol: 5 });
    const mine = new SubscribeOptions(1);
    const properties = new Properties(PacketTypes.SUBSCRIBE, { UserProperty: [["a", "b"]] });
    talk.client.subscribe("a", { options: mine, properties });
    mine.QoS = 2;
    properties.UserProperty = ["c", "d"];
    await talk.link.expect(talk.packets.subscribe(1, [["a", 1]], '26 0001 "a" 0001 "b"'));
  });

  it("gives NO_CONN and no packet id without a connection, and takes none", async () => {
    const client = new Client();
    expect([client.subscribe("a"), client.unsubscribe("a")]).toEqual([
      [4, null],
      [4, null],
    ]);
    expect(client.publish("t", "p", 1).mid).toBe(1);
  });

  it("waits for CONNACK after connect()", async () => {
    await using talk = await strangers();
    const dialled = talk.dial();
    const answer = talk.client.subscribe("a");
    await dialled;
    expect(answer).toEqual([0, 1]);
    talk.welcome();
    await talk.link.expect(talk.packets.subscribe(1, [["a", 0]]));
  });

  describe.each([3, 4, 5] as const)("on version %i refuses", (protocol) => {
    const client = new Client({ protocol });
    const subscribe = client.subscribe.bind(client) as (...args: unknown[]) => unknown;
    it.each([
      ["an empty filter", [""], "empty"],
      ["null", [null], "null"],
      ["a number", [5], "5|number"],
      ["bytes", [Uint8Array.of(97)], "Uint8Array"],
      ["an empty list", [[]], "takes 1 to 65535 topic filters, not 0"],
      ["more filters than an answer may have codes", [Array(65_536).fill(["a", 0])], "not 65536"],
      ["a list of filters", [["a", "b"]], "pairs such as"],
      ["a list with a filter", [[["a", 0], "b"]], "pairs such as"],
      ["a triple", [["a", 0, 0]], "pairs such as"],
      ["a pair with an empty filter", [["", 0]], "empty"],
      ["QoS 3", ["a", 3], "QoS must be 0, 1 or 2, not 3"],
      ["QoS -1", ["a", -1], "not -1"],
      ["QoS as text", ["a", "1"], "QoS must be 0, 1 or 2"],
      ["a pair with QoS 3", [["a", 3]], "not 3"],
      ["a # that is not last", ["a/#/b"], "must be the last level"],
      ["a # inside a level", ["a#"], "stand alone"],
      ["a + inside a level", ["a/b+"], "stand alone"],
      ["a shared subscription without a group", ["$share//a"], "group"],
      ["a shared subscription without a filter", ["$share/g"], "filter"],
      ["65536 bytes", ["a".repeat(65_536)], "65535"],
      ["an unknown name", ["a", { qso: 1 }], 'did you mean "qos"?'],
      ["a filter twice", ["a", { topic: "b" }], "twice"],
    ])("%s", (_name, args, text) => {
      const error = caught(() => subscribe(...args));
      expect(error.name).toMatch(/^(ValueError|TypeError)$/);
      expect(error.message).toMatch(new RegExp(text.replace(/[?]/g, "\\$&")));
    });
  });

  it("refuses options where they do not belong", () => {
    const client = new Client();
    const client_5 = new Client({ protocol: 5 });
    expect(() => client.subscribe(["a", options])).toThrow("for MQTT 5");
    expect(() => client.subscribe([["a", options]])).toThrow("for MQTT 5");
    expect(() => client_5.subscribe("a", 1, options)).toThrow("not both");
    expect(() => client_5.subscribe("a", 0, 1 as never)).toThrow("SubscribeOptions");
    const shared: SubscribeTopic = ["$share/g/a", new SubscribeOptions(0, true)];
    expect(() => client_5.subscribe(shared)).toThrow("noLocal");
    const properties = new Properties(PacketTypes.PUBLISH) as never;
    expect(() => client_5.subscribe("a", { properties })).toThrow("PacketTypes.SUBSCRIBE");
  });
});

describe("unsubscribe()", () => {
  it.each([
    [4, ["a"], ["a"]],
    [4, [["a", "b"]], ["a", "b"]],
    [4, [{ topic: "a" }], ["a"]],
    [4, [{ topic: ["a", "b"] }], ["a", "b"]],
    [5, ["a"], ["a"]],
    [5, [["a", "$share/g/b"]], ["a", "$share/g/b"]],
  ] as const)("on version %i takes %j", async (protocol, args, wanted) => {
    await using talk = await connected({ protocol });
    const unsubscribe = talk.client.unsubscribe.bind(talk.client) as (...args: unknown[]) => unknown;
    expect(unsubscribe(...args)).toEqual([0, 1]);
    await talk.link.expect(talk.packets.unsubscribe(1, [...wanted]));
  });

  it("sends these bytes", async () => {
    await using talk = await connected();
    for (let mid = 1; mid < 20; mid++) talk.client.publish("t", "");
    talk.client.unsubscribe(["a", "b"]);
    for (let mid = 1; mid < 20; mid++) await talk.link.expect_packet("PUBLISH");
    await talk.link.expect('a208 0014 0001 "a" 0001 "b"');
  });

  it("sends properties on 5", async () => {
    await using talk = await connected({ protocol: 5 });
    const properties = new Properties(PacketTypes.UNSUBSCRIBE, { UserProperty: ["k", "v"] });
    talk.client.unsubscribe("a", properties);
    talk.client.unsubscribe("a", { properties });
    for (const mid of [1, 2]) {
      await talk.link.expect(talk.packets.unsubscribe(mid, ["a"], '26 0001 "k" 0001 "v"'));
    }
  });

  it.each([
    ["an empty filter", [""], "empty"],
    ["null", [null], "null"],
    ["nothing", [], "undefined|nothing"],
    ["a number", [5], "number"],
    ["an empty list", [[]], "takes 1 to 65535 topic filters, not 0"],
    ["more filters than an answer may have codes", [Array(65_536).fill("a")], "not 65536"],
    ["a list with an empty filter", [["a", ""]], "empty"],
    ["a list with a number", [["a", 5]], "number"],
    ["a pair as for subscribe", [["a", 1]], "number"],
    ["a wrong filter", ["a#"], "stand alone"],
    ["65536 bytes", ["a".repeat(65_536)], "65535"],
    ["an unknown name", ["a", { propertys: null }], 'did you mean "properties"'],
  ])("refuses %s", (_name, args, text) => {
    const client = new Client();
    const unsubscribe = client.unsubscribe.bind(client) as (...args: unknown[]) => unknown;
    const error = caught(() => unsubscribe(...args));
    expect(error.name).toMatch(/^(ValueError|TypeError)$/);
    expect(error.message).toMatch(new RegExp(text));
  });

  it("takes a filter out of what is restored", async () => {
    await using talk = await connected({ client_id: "k", clean_session: false });
    const { client, packets } = talk;
    client.subscribe([
      ["a", 0],
      ["b", 1],
    ]);
    client.unsubscribe("a");
    await talk.link.expect_packet("SUBSCRIBE");
    await talk.link.expect_packet("UNSUBSCRIBE");
    talk.link.send(packets.suback(1, [0, 1]));
    talk.link.send(packets.unsuback(2));
    await talk.nothing_more();
    talk.link.reset();
    await talk.next_link();
    talk.welcome();
    await talk.link.expect(packets.subscribe(3, [["b", 1]]));
    talk.link.send(packets.suback(3, [1]));
    await talk.nothing_more();
  });
});

describe("what a broker of MQTT 5 has said it cannot do", () => {
  it.each([
    ["wildcards", "28 00", "a/#"],
    ["shared subscriptions", "2a 00", "$share/g/a"],
  ])("is not asked of it: %s", async (_name, connack, filter) => {
    await using talk = await connected({ protocol: 5, connack });
    const lines: string[] = [];
    talk.client.on_log = (_client, _userdata, _level, text) => void lines.push(text);
    expect(talk.client.subscribe(filter)).toEqual([10, null]);
    await talk.nothing_more();
    expect(lines.join("\n")).toContain(filter);
    expect(talk.client.subscribe("plain")).toEqual([0, 1]);
  });

  it("is not asked of it: Subscription Identifiers", async () => {
    await using talk = await connected({ protocol: 5, connack: "29 00" });
    const properties = new Properties(PacketTypes.SUBSCRIBE, { SubscriptionIdentifier: 5 });
    expect(talk.client.subscribe("a", { properties })).toEqual([10, null]);
    await talk.nothing_more();
  });
});
