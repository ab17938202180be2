import { describe, expect, it } from "@jest/globals";
import {
  type ApiVersion,
  type CallbackAPIVersion,
  ConnectFlags,
  DisconnectFlags,
  Properties,
  ReasonCode,
} from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { connected, next_call, record, strangers } from "./talk.ts";

/** A value as the table below writes it: the class of objects, and what identifies the value. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (value instanceof ReasonCode) return `ReasonCode ${value.packetType} ${value.value}`;
  if (value instanceof Properties) return `Properties ${value.packetType} ${value}`;
  if (value instanceof ConnectFlags || value instanceof DisconnectFlags) return String(value);
  return value;
}

const present = { "session present": 0 };
const no_session = "ConnectFlags(session_present=false)";
const by_us = "DisconnectFlags(is_disconnect_packet_from_server=false)";
const by_broker = "DisconnectFlags(is_disconnect_packet_from_server=true)";

/** What each callback gets behind client and userdata, by API version and protocol. */
const shapes = [
  {
    api: 1,
    protocol: 4,
    connect: [present, 0],
    subscribe: [1, [1, 128]],
    publish_0: [2],
    publish_1: [3],
    publish_2: [4],
    unsubscribe_one: [5],
    unsubscribe_two: [6],
    disconnect: [0],
  },
  {
    api: 1,
    protocol: 5,
    connect: [present, "ReasonCode 2 0", "Properties 2 [AssignedClientIdentifier : x]"],
    subscribe: [1, ["ReasonCode 9 1", "ReasonCode 9 128"], "Properties 9 []"],
    publish_0: [2],
    publish_1: [3],
    publish_2: [4],
    unsubscribe_one: [5, "Properties 11 []", "ReasonCode 11 0"],
    unsubscribe_two: [6, "Properties 11 []", ["ReasonCode 11 0", "ReasonCode 11 17"]],
    disconnect: [0, null],
  },
  {
    api: 2,
    protocol: 4,
    connect: [no_session, "ReasonCode 2 0", "Properties 2 []"],
    subscribe: [1, ["ReasonCode 9 1", "ReasonCode 9 128"], "Properties 9 []"],
    publish_0: [2, "ReasonCode 4 0", "Properties 4 []"],
    publish_1: [3, "ReasonCode 4 0", "Properties 4 []"],
    publish_2: [4, "ReasonCode 7 0", "Properties 7 []"],
    unsubscribe_one: [5, [], "Properties 11 []"],
    unsubscribe_two: [6, [], "Properties 11 []"],
    disconnect: [by_us, "ReasonCode 14 0", "Properties 14 []"],
  },
  {
    api: 2,
    protocol: 5,
    connect: [no_session, "ReasonCode 2 0", "Properties 2 [AssignedClientIdentifier : x]"],
    subscribe: [1, ["ReasonCode 9 1", "ReasonCode 9 128"], "Properties 9 []"],
    publish_0: [2, "ReasonCode 4 0", "Properties 4 []"],
    publish_1: [3, "ReasonCode 4 0", "Properties 4 []"],
    publish_2: [4, "ReasonCode 7 0", "Properties 7 []"],
    unsubscribe_one: [5, ["ReasonCode 11 0"], "Properties 11 []"],
    unsubscribe_two: [6, ["ReasonCode 11 0", "ReasonCode 11 17"], "Properties 11 []"],
    disconnect: [by_us, "ReasonCode 14 0", "Properties 14 []"],
  },
] as const;

describe.each(shapes)("the callbacks of VERSION$api on protocol $protocol", (row) => {
  const options = { api: row.api as ApiVersion, protocol: row.protocol, userdata: { mine: true } };

  it("get these arguments, in this order", async () => {
    await using talk = await strangers<ApiVersion>(options);
    const { client, packets } = talk;
    const calls: Record<string, unknown[][]> = {};
    for (const name of ["connect", "subscribe", "publish", "unsubscribe", "disconnect"]) {
      const kept: unknown[][] = [];
      calls[name] = kept;
      (client as unknown as Record<string, unknown>)[`on_${name}`] = (...args: unknown[]) =>
        void kept.push(args);
    }
    await talk.dial();
    talk.welcome({ properties: '12 0001 "x"' });
    await talk.nothing_more();
    client.subscribe([
      ["a", 1],
      ["b", 2],
    ]);
    client.publish("t", "");
    client.publish("t", "", 1);
    client.publish("t", "", 2);
    client.unsubscribe("a");
    client.unsubscribe(["a", "b"]);
    await talk.link.expect_packet("SUBSCRIBE");
    for (const _ of "012") await talk.link.expect_packet("PUBLISH");
    talk.link.send(packets.suback(1, [1, 128]));
    talk.link.send(packets.puback(3));
    talk.link.send(packets.pubrec(4));
    await talk.link.expect_packet("UNSUBSCRIBE");
    await talk.link.expect_packet("UNSUBSCRIBE");
    await talk.link.expect(packets.pubrel(4));
    talk.link.send(packets.pubcomp(4));
    talk.link.send(packets.unsuback(5, [0]));
    talk.link.send(packets.unsuback(6, [0, 17]));
    await talk.nothing_more();
    client.disconnect();
    await talk.link.expect("e000");
    talk.link.close();
    await eventually(() => expect(calls.disconnect).toHaveLength(1));

    for (const call of Object.values(calls).flat()) {
      expect(call[0]).toBe(client);
      expect(call[1]).toBe(options.userdata);
    }
    const rest = (name: string) => calls[name]?.map((args) => shape(args.slice(2)));
    expect(rest("connect")).toEqual([row.connect]);
    expect(rest("subscribe")).toEqual([row.subscribe]);
    expect(rest("publish")).toEqual([row.publish_0, row.publish_1, row.publish_2]);
    expect(rest("unsubscribe")).toEqual([row.unsubscribe_one, row.unsubscribe_two]);
    expect(rest("disconnect")).toEqual([row.disconnect]);
  });
});

describe("on_connect of a refused connection", () => {
  it.each([
    [1, 4, 5, [{ "session present": 0 }, 5]],
    [1, 4, 9, [{ "session present": 0 }, 9]],
    [2, 4, 1, [no_session, "ReasonCode 2 132", "Properties 2 []"]],
    [2, 4, 2, [no_session, "ReasonCode 2 133", "Properties 2 []"]],
    [2, 4, 3, [no_session, "ReasonCode 2 136", "Properties 2 []"]],
    [2, 4, 4, [no_session, "ReasonCode 2 134", "Properties 2 []"]],
    [2, 4, 5, [no_session, "ReasonCode 2 135", "Properties 2 []"]],
    [2, 4, 6, [no_session, "ReasonCode 2 128", "Properties 2 []"]],
    [1, 5, 0x87, [{ "session present": 0 }, "ReasonCode 2 135", "Properties 2 []"]],
    [2, 5, 0x87, [no_session, "ReasonCode 2 135", "Properties 2 []"]],
  ] as const)("VERSION%i on protocol %i for code %i", async (api, protocol, code, wanted) => {
    await using talk = await strangers<ApiVersion>({
      api,
      protocol,
      reconnect_on_failure: false,
      client_id: "x",
    });
    const calls = record(talk.client, "connect", "disconnect");
    await talk.dial();
    talk.link.send(talk.packets.connack({ code }));
    await eventually(() => expect(calls).toHaveLength(2));
    expect(calls.map(([name]) => name)).toEqual(["connect", "disconnect"]);
    expect(shape(calls[0]?.slice(1))).toEqual(wanted);
    expect(talk.client.is_connected()).toBe(false);
  });
});

describe("on_disconnect", () => {
  it.each([
    [1, 4, [7]],
    [1, 5, [7, null]],
    [2, 4, [by_us, "ReasonCode 14 128", "Properties 14 []"]],
    [2, 5, [by_us, "ReasonCode 14 128", "Properties 14 []"]],
  ] as const)("of VERSION%i on protocol %i after a lost link", async (api, protocol, wanted) => {
    await using talk = await connected<ApiVersion>({ api, protocol, reconnect_on_failure: false });
    const gone = next_call(talk.client, "disconnect");
    talk.link.reset();
    expect(shape(await gone)).toEqual(wanted);
  });

  it.each([
    [1, ["ReasonCode 14 139", "Properties 14 [ReasonString : bye]"]],
    [2, [by_broker, "ReasonCode 14 139", "Properties 14 [ReasonString : bye]"]],
  ] as const)("of VERSION%i after a DISCONNECT of the broker", async (api, wanted) => {
    await using talk = await connected<ApiVersion>({ api, protocol: 5, reconnect_on_failure: false });
    const gone = next_call(talk.client, "disconnect");
    talk.link.send(talk.packets.disconnect(0x8b, '1f 0003 "bye"'));
    expect(shape(await gone)).toEqual(wanted);
  });

  it("knows the reason of a DISCONNECT of one byte", async () => {
    await using talk = await connected({ protocol: 5, reconnect_on_failure: false });
    const gone = next_call(talk.client, "disconnect");
    talk.link.send("e001 8b");
    expect(shape(await gone)).toEqual([by_broker, "ReasonCode 14 139", "Properties 14 []"]);
  });
});

describe("the order of the callbacks of one conversation", () => {
  it.each([1, 2] as const)("is that of the broker's answers (VERSION%i)", async (api) => {
    await using talk = await strangers<CallbackAPIVersion>({ api });
    const { client, packets } = talk;
    const calls = record(client, "connect", "subscribe", "publish", "message", "unsubscribe", "disconnect");
    client.on("connect", () => void client.subscribe("t", 1));
    client.on("subscribe", () => void client.publish("t", "p", 1));
    client.on("message", () => void client.unsubscribe("t"));
    client.on("unsubscribe", () => void client.disconnect());
    await talk.dial();
    talk.welcome();
    await talk.link.expect(packets.subscribe(1, [["t", 1]]));
    talk.link.send(packets.suback(1, [1]));
    await talk.link.expect(packets.publish({ topic: "t", payload: "p", qos: 1, mid: 2 }));
    talk.link.send(packets.puback(2));
    talk.link.send(packets.publish({ topic: "t", payload: "p" }));
    await talk.link.expect(packets.unsubscribe(3, ["t"]));
    talk.link.send(packets.unsuback(3));
    await talk.link.expect("e000");
    talk.link.close();
    await eventually(() => expect(calls).toHaveLength(6));
    expect(calls.map(([name, mid]) => [name, typeof mid === "number" ? mid : null])).toEqual([
      ["connect", null],
      ["subscribe", 1],
      ["publish", 2],
      ["message", null],
      ["unsubscribe", 3],
      ["disconnect", api === 1 ? 0 : null],
    ]);
  });
});
