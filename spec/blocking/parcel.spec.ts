import { createSecureContext } from "node:tls";
import { describe, expect, it } from "@jest/globals";
import { type Crossing, pack, unpack } from "../../lib/blocking/parcel.ts";
import {
  ConnectFlags,
  DisconnectFlags,
  MQTTException,
  MQTTMessage,
  PacketTypes,
  Properties,
  ReasonCode,
  SubscribeOptions,
  TransportError,
  ValueError,
  WebsocketConnectionError,
} from "../../lib/client/index.ts";
import { FileStore } from "../../lib/store/file_store.ts";
import { LevelStore } from "../../lib/store/level.ts";

const client = { a: "client" };
const functions: ((...args: unknown[]) => unknown)[] = [];
const crossing: Crossing = {
  pack_function: (fn) => functions.push(fn) - 1,
  unpack_function: (id) => functions[id] as () => unknown,
  pack_client: (value) => (value === client ? 7 : null),
  unpack_client: (id) => ({ id }),
};

/** As it is in the other thread. */
function crossed<T>(value: T): T {
  return unpack(structuredClone(pack(value, crossing)), crossing) as T;
}

describe("what crosses to the other thread", () => {
  it.each([
    ["text", "text"],
    ["a number", -0.5],
    ["null", null],
    ["nothing", undefined],
    ["a list", [1, ["two"], { three: 3 }]],
    ["an object", { a: { b: [undefined, null] } }],
    ["an object with the name of a tag", { $: "error", message: "not one" }],
    ["bytes", Buffer.from([1, 2, 255])],
    ["a ReasonCode", new ReasonCode(PacketTypes.SUBACK, "Granted QoS 2")],
    ["SubscribeOptions", new SubscribeOptions(1, true, false, 2)],
    ["ConnectFlags", new ConnectFlags(true)],
    ["DisconnectFlags", new DisconnectFlags(true, new ValueError("why"))],
  ])("is the same there: %s", (_name, value) => {
    const there = crossed(value);
    expect(there).toEqual(value);
    expect(there?.constructor.name).toBe(value?.constructor.name);
  });

  it("are properties with their values and their packet", () => {
    const properties = new Properties(PacketTypes.PUBLISH);
    properties.UserProperty = [
      ["a", "1"],
      ["a", "2"],
    ];
    properties.CorrelationData = new Uint8Array([1, 2]);
    properties.TopicAlias = 5;
    const there = crossed(properties);
    expect(there.pack()).toEqual(properties.pack());
    expect(there).toBeInstanceOf(Properties);
    expect(there.packetType).toBe(PacketTypes.PUBLISH);
  });

  it("is a message with all that it has", () => {
    const message = new MQTTMessage(3, "a/b");
    message.payload = Buffer.from("{}");
    message.qos = 2;
    message.retain = true;
    message.properties = new Properties(PacketTypes.PUBLISH);
    const there = crossed(message);
    expect(there.json()).toEqual({});
    expect({ ...there, payload: null }).toEqual({ ...message, payload: null });
  });

  it("is a store in a file, which nobody has opened yet", () => {
    const there = crossed(new FileStore("outbox.log", { fsync: "interval", interval: 2 }));
    expect(there).toBeInstanceOf(FileStore);
    expect(there).toMatchObject({ path: "outbox.log", fsync: "interval", interval: 2 });
  });

  it("is a store in a database that is named", () => {
    const there = crossed(new LevelStore("outbox", { fsync: false }));
    expect(there).toBeInstanceOf(LevelStore);
    expect(there).toMatchObject({ database: "outbox", fsync: false });
  });

  it("is a function, by its number, and a client", () => {
    const fn = (a: number) => a + 1;
    expect(crossed({ fn }).fn(1)).toBe(2);
    expect(crossed(client)).toEqual({ id: 7 });
  });

  it.each<[string, () => unknown]>([
    ["a socket", () => new WebSocketLike()],
    ["a map", () => new Map()],
    ["a symbol", () => Symbol("s")],
    ["a class that extends FileStore", () => new LoudStore("outbox.log")],
    ["one deep inside", () => ({ a: [new Map()] })],
    ["an object inside itself", () => knot({})],
    ["a list inside itself", () => knot({ list: [] as unknown[] })],
  ])("is refused in words: %s", (_name, make) => {
    expect(() => pack(make(), crossing)).toThrow(
      expect.objectContaining({
        code: "ERR_MQTT_UNSUPPORTED",
        message: expect.stringMatching(/cannot be handed over/),
      }),
    );
  });

  it("says what to give instead of a SecureContext", () => {
    expect(() => pack({ context: createSecureContext() }, crossing)).toThrow(
      /a SecureContext cannot be handed over, .*give the options of tls\.createSecureContext\(\)/,
    );
  });
});

class WebSocketLike {}
class LoudStore extends FileStore {}

/** The value, as a part of itself. */
function knot<T extends object>(value: T): T {
  return Object.assign(value, "list" in value ? { list: [[value]] } : { self: value });
}

describe("an error that crosses", () => {
  it.each<[string, Error]>([
    ["ours", new ValueError("bad", { code: "ERR_MQTT_TOPIC" })],
    ["with a hint", new TransportError("no way", { hint: "look there" })],
    ["with fields", new WebsocketConnectionError("refused", { status: 403, body: "no" })],
    ["of JavaScript", new RangeError("out")],
    ["of the system", Object.assign(new Error("connect"), { code: "ECONNREFUSED", errno: -111, port: 1 })],
  ])("keeps class, code, message and fields: %s", (_name, error) => {
    // As one that was made there: one of this thread would come back as it is.
    const there = remade(error) as typeof error;
    expect(there).not.toBe(error);
    expect(Object.getPrototypeOf(there)).toBe(Object.getPrototypeOf(error));
    expect({ ...there, message: there.message, name: there.name }).toEqual({
      ...error,
      message: error.message,
      name: error.name,
    });
  });

  it("keeps its cause, and the causes of that", () => {
    const root = Object.assign(new Error("socket"), { code: "ECONNRESET" });
    const error = remade(
      new TransportError("lost", { cause: new MQTTException("why", { cause: root }) }),
    ) as Error;
    const { cause } = error as { cause: Error };
    expect(cause).toBeInstanceOf(MQTTException);
    expect(cause.cause).toMatchObject({ message: "socket", code: "ECONNRESET" });
  });

  it("keeps the errors of an AggregateError", () => {
    const error = remade(new AggregateError([new ValueError("one"), "two"], "all")) as AggregateError;
    expect(error).toBeInstanceOf(AggregateError);
    expect(error.message).toBe("all");
    expect(error.errors).toEqual([expect.any(ValueError), "two"]);
  });

  it("is of the nearest class that is known there, and loses only what cannot cross", () => {
    class Mine extends TypeError {
      readonly socket = new WebSocketLike();
      readonly more = 5;
    }
    const there = remade(new Mine("own")) as Mine;
    expect(there).toBeInstanceOf(TypeError);
    expect(there).toMatchObject({ message: "own", more: 5, socket: "[object Object]" });
  });

  it("refers to itself as text", () => {
    const error = new Error("round");
    error.cause = Object.assign(new Error("and round"), { cause: error });
    const all = new AggregateError([], "all");
    all.errors.push(all);
    expect(remade(knot(error))).toMatchObject({
      message: "round",
      cause: { message: "and round", cause: "Error: round" },
      self: "Error: round",
    });
    expect(remade(all)).toMatchObject({ errors: ["AggregateError: all"] });
  });

  it("costs no more for a long chain of causes that were assigned", () => {
    let error = new Error("0");
    for (let depth = 1; depth <= 40; depth += 1) {
      error = Object.assign(new Error(String(depth)), { cause: error });
    }
    let there = remade(error) as Error;
    for (let depth = 40; depth > 0; depth -= 1) {
      expect(there.message).toBe(String(depth));
      there = there.cause as Error;
    }
  });

  it("may be there twice", () => {
    const error = new Error("one");
    expect(crossed([error, { error }])).toEqual([error, { error }]);
  });

  it("is the very same when it comes back", () => {
    class Mine extends Error {}
    const error = new Mine("own");
    const there = remade(error);
    expect(unpack(structuredClone(pack(there, crossing)), crossing)).toBe(error);
  });
});

function remade(error: Error): unknown {
  return unpack(structuredClone(pack(error, crossing)), crossing);
}
