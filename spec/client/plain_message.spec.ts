import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { plain_message } from "../../lib/client/plain_message.ts";
import { publication_of, without_absent } from "../../lib/client/publication.ts";
import { MQTTProtocolVersion } from "../../lib/model/enums.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { Properties } from "../../lib/model/properties.ts";

const { MQTTv311, MQTTv5 } = MQTTProtocolVersion;

/** What is published, whichever way was gone. */
function essence({
  topic,
  payload,
  qos,
  retain,
  properties,
}: ReturnType<typeof publication_of> | NonNullable<ReturnType<typeof plain_message>>) {
  return {
    topic,
    payload: Buffer.from(payload as Uint8Array).toString("hex"),
    qos,
    retain,
    properties: properties?.json() ?? {},
  };
}

function plainly(args: readonly unknown[], version: MQTTProtocolVersion = MQTTv5) {
  const [topic, payload, qos, retain, properties] = args;
  return plain_message(topic, payload, qos, retain, properties, version);
}

const properties = (values: object) => new Properties(PacketTypes.PUBLISH, values);
const expiry = properties({ MessageExpiryInterval: 60 });

describe("a call of publish() that needs no closer look", () => {
  it.each<[unknown[]]>([
    [["t"]],
    [["t", "x"]],
    [["t", null]],
    [["t", undefined, 1]],
    [["t", 21.5]],
    [["t", 1e-7, 2, true]],
    [["t", Buffer.from("x"), 1, false, null]],
    [["t", "x", {}]],
    [["t", "x", { qos: 1 }]],
    [["t", "x", { qos: undefined, retain: true }]],
    [["t", "x", { properties: expiry, qos: 2 }]],
    [["t", "x", 0, false, expiry]],
    [["t", "x", { properties: properties({}) }]],
  ])("is %j", (args) => {
    const plain = plainly(args);
    expect(plain).not.toBeNull();
    expect(essence(plain as NonNullable<typeof plain>)).toEqual(essence(publication_of(args, MQTTv5)));
  });

  it.each<[string, unknown[]]>([
    ["with the payload by name", ["t", { payload: "x" }]],
    ["with a name that is none", ["t", "x", { qso: 1 }]],
    ["with an argument twice", ["t", "x", { qos: 1 }, true]],
    ["with an argument twice, of which one is properties", ["t", "x", { qos: 1 }, undefined, expiry]],
    ["with what is no literal", ["t", "x", new (class {})()]],
    ["with null in its place", ["t", "x", null]],
    ["with a flag by number", ["t", "x", 0, 1]],
    ["with a flag by number and name", ["t", "x", { retain: 1 }]],
    ["with a QoS that is none", ["t", "x", 3]],
    ["with half of a character", ["t", "\ud83d"]],
    ["with an object", ["t", [1]]],
    ["without a topic", [undefined, "x"]],
    ["with a topic alias", ["t", "x", 0, false, properties({ TopicAlias: 1 })]],
    ["with properties for another packet", ["t", "x", 0, false, new Properties(PacketTypes.CONNECT)]],
    ["with properties that are none", ["t", "x", 0, false, { MessageExpiryInterval: 60 }]],
  ])("is none %s", (_name, args) => {
    expect(plainly(args)).toBeNull();
  });

  it("has no properties on MQTT 3.1.1", () => {
    expect(plainly(["t", "x", 0, false, expiry], MQTTv311)).toBeNull();
  });

  it("says what a closer look would say, whatever it is given", () => {
    const odd = fc.constantFrom<unknown>(
      undefined,
      null,
      0,
      1,
      2,
      3,
      -0,
      1n,
      true,
      "x",
      "é",
      "",
      [],
      {},
      expiry,
      Number.NaN,
    );
    const named = fc.record(
      { qos: odd, retain: odd, properties: odd, payload: odd, other: odd },
      { requiredKeys: [] },
    );
    const any = fc.oneof({ weight: 3, arbitrary: odd }, named);
    fc.assert(
      fc.property(fc.constantFrom<unknown>("t", "a/b"), any, any, any, any, (...args) => {
        const plain = plainly(args);
        if (plain === null) return;
        expect(essence(plain)).toEqual(essence(publication_of(without_absent([...args]), MQTTv5)));
      }),
      { numRuns: 5000 },
    );
  });
});
