import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { MalformedPacket, MQTTException, ProtocolError, ValueError } from "../../lib/model/errors.ts";
import { type PacketType, PacketTypes } from "../../lib/model/packettypes.ts";
import * as entry from "../../lib/model/properties.ts";
import { Properties } from "../../lib/model/properties.ts";
import { type PropertyRow, property_table, wire_types } from "../../lib/model/property_table.ts";
import { ByteReader } from "../../lib/model/wire_values.ts";
import { caught } from "./caught.ts";
import { class_members, module_members } from "./facts/member_facts.ts";
import { property_facts } from "./facts/property_facts.ts";

const { CONNECT, CONNACK, PUBLISH, SUBSCRIBE, WILLMESSAGE } = PacketTypes;
const rows: readonly PropertyRow[] = property_table;

/** Assigns by a name that the compiler does not know. */
function assign(properties: object, name: string, value: unknown): void {
  (properties as Record<string, unknown>)[name] = value;
}

function sample(row: PropertyRow): unknown {
  switch (row.type) {
    case "Binary Data":
      return Buffer.from([1, 2]);
    case "UTF-8 Encoded String":
      return "text";
    case "UTF-8 String Pair":
      return [["name", "value"]];
    default:
      return row.multiple ? [row.max] : row.max;
  }
}

describe("the module", () => {
  it("has paho's members", () => {
    const members: Record<string, unknown> = { ...entry };
    for (const name of module_members.properties)
      expect([name, typeof members[name]]).not.toEqual([name, "undefined"]);
  });

  it("has paho's methods and attributes", () => {
    const properties = new Properties(PUBLISH);
    for (const name of class_members.Properties) expect([name, name in properties]).toEqual([name, true]);
  });
});

describe("new Properties()", () => {
  it("keeps the packet type", () => {
    expect(new Properties(WILLMESSAGE).packetType).toBe(99);
  });

  it("takes properties to begin with", () => {
    const properties = new Properties(PUBLISH, { UserProperty: [["a", "b"]], TopicAlias: 3 });
    expect(properties.UserProperty).toEqual([["a", "b"]]);
    expect(properties.TopicAlias).toBe(3);
  });

  it("checks them as an assignment does", () => {
    expect(() => new Properties(PUBLISH, { TopicAlias: 0 })).toThrow(ValueError);
  });

  it("makes an instance of Properties, by that name", () => {
    expect(new Properties(PUBLISH)).toBeInstanceOf(Properties);
    expect(new Properties(PUBLISH).constructor.name).toBe("Properties");
  });

  it.each([
    [48, "48 is the first byte of a PUBLISH, not a packet type: use PacketTypes.PUBLISH."],
    [16, "16 is the first byte of a CONNECT, not a packet type: use PacketTypes.CONNECT."],
    [0, "0 is not a packet type: use a number of PacketTypes, such as PacketTypes.PUBLISH."],
    [17, "17 is not a packet type: use a number of PacketTypes, such as PacketTypes.PUBLISH."],
    [256, "256 is not a packet type: use a number of PacketTypes, such as PacketTypes.PUBLISH."],
    ["PUBLISH", "PUBLISH is not a packet type: use a number of PacketTypes, such as PacketTypes.PUBLISH."],
  ])("refuses the packet type %p", (type, sentence) => {
    expect(() => new Properties(type as never)).toThrow(new ValueError(sentence));
  });
});

describe("a property", () => {
  it.each(property_facts)(
    "%i %s may be set for exactly its packets",
    (_id, name, _spaced, _type, packets) => {
      const row = rows.find((candidate) => candidate.name === name) as PropertyRow;
      for (const packet of [...PacketTypes.indexes, WILLMESSAGE]) {
        const properties = new Properties(packet);
        if (packets.includes(packet)) {
          assign(properties, name, sample(row));
          expect((properties as unknown as Record<string, unknown>)[name]).toEqual(sample(row));
        } else {
          const error = caught(() => assign(properties, name, sample(row)));
          expect(error).toBeInstanceOf(MQTTException);
          expect(error).toMatchObject({ code: "ERR_MQTT_PROPERTY" });
        }
      }
    },
  );

  it.each(
    property_facts.flatMap(([, name, , , packets, , accepted, refused]) => [
      ...(accepted ?? []).map((value) => [name, value, packets[0], true] as const),
      // The standard sets no such limit to the packet size (3.1.2.11.4).
      ...(refused ?? [])
        .filter((value) => name !== "MaximumPacketSize" || value < 1 || value > 4294967295)
        .map((value) => [name, value, packets[0], false] as const),
    ]),
  )("%s = %i has paho's verdict", (name, value, packet, is_legal) => {
    const call = () => assign(new Properties(packet as PacketType), name, value);
    if (is_legal) expect(call).not.toThrow();
    else expect(call).toThrow(MQTTException);
  });

  it.each(rows.filter((row) => row.max !== undefined).map((row) => [row.name, row] as const))(
    "%s is held to the range of the standard, in a list too",
    (name, row) => {
      const packet = row.packets[0] as PacketType;
      const { min, max } = row as { min: number; max: number };
      for (const value of [min, max]) {
        expect(() => assign(new Properties(packet), name, value)).not.toThrow();
      }
      for (const value of [min - 1, max + 1, min + 0.5, Number.NaN, Infinity]) {
        const error = caught(() => assign(new Properties(packet), name, row.multiple ? [value] : value));
        expect(error).toBeInstanceOf(ValueError);
        expect(error).toMatchObject({
          code: "ERR_MQTT_PROPERTY",
          message: `${name} must be a whole number from ${min} to ${max}, not ${value}.`,
        });
      }
      for (const value of ["1", true, 1n, {}]) {
        expect(() => assign(new Properties(packet), name, value)).toThrow(TypeError);
      }
    },
  );

  it("of an unknown name is refused with the nearest name", () => {
    const error = caught(() => assign(new Properties(PUBLISH), "TopicAlais", 1));
    expect(error).toBeInstanceOf(MQTTException);
    expect(error).toMatchObject({
      code: "ERR_MQTT_PROPERTY",
      message: 'MQTT 5 has no property "TopicAlais": did you mean "TopicAlias"?',
    });
  });

  it("of another packet is refused with the packets that carry it", () => {
    expect(() => assign(new Properties(PUBLISH), "SessionExpiryInterval", 1)).toThrow(
      "SessionExpiryInterval is not allowed in PUBLISH, only in CONNECT, CONNACK, DISCONNECT.",
    );
    expect(() => assign(new Properties(WILLMESSAGE), "TopicAlias", 1)).toThrow(
      "TopicAlias is not allowed in WILLMESSAGE, only in PUBLISH.",
    );
  });

  it("can be set by the standard's name with spaces, as in paho", () => {
    const properties = new Properties(PUBLISH);
    assign(properties, "Topic Alias", 7);
    expect(properties.TopicAlias).toBe(7);
  });

  it("named packetType is refused", () => {
    expect(() => assign(new Properties(PUBLISH), "packetType", 1)).toThrow("packetType cannot be changed");
  });

  it("is in the object only while it is set", () => {
    const properties = new Properties(PUBLISH);
    expect("TopicAlias" in properties).toBe(false);
    expect(properties.TopicAlias).toBeUndefined();
    properties.TopicAlias = 1;
    expect("TopicAlias" in properties).toBe(true);
    expect(Object.keys(properties)).toEqual(["TopicAlias"]);
    delete properties.TopicAlias;
    expect("TopicAlias" in properties).toBe(false);
  });

  it.each([undefined, null])("is removed by %p", (nothing) => {
    const properties = new Properties(PUBLISH, { TopicAlias: 1, UserProperty: ["a", "b"] });
    assign(properties, "TopicAlias", nothing);
    assign(properties, "UserProperty", nothing);
    expect(Object.keys(properties)).toEqual([]);
    expect(properties.isEmpty()).toBe(true);
  });

  it("replaces its value", () => {
    const properties = new Properties(PUBLISH, { TopicAlias: 1 });
    properties.TopicAlias = 2;
    expect(properties.TopicAlias).toBe(2);
  });

  it("keeps the value it had when a new one is refused", () => {
    const properties = new Properties(PUBLISH, { TopicAlias: 1 });
    expect(() => {
      properties.TopicAlias = 0;
    }).toThrow(ValueError);
    expect(properties.TopicAlias).toBe(1);
  });
});

describe("text and bytes", () => {
  it.each(["\0", "\ud800", "x".repeat(65536)])("that MQTT cannot carry are refused", (text) => {
    for (const value of [
      ["a", text],
      [text, "a"],
    ] as [string, string][]) {
      const error = caught(() => new Properties(PUBLISH, { UserProperty: value }));
      expect(error).toMatchObject({ code: "ERR_MQTT_PROPERTY" });
    }
    expect(() => new Properties(PUBLISH, { ContentType: text })).toThrow(ValueError);
  });

  it.each(["", "a/+", "a/#"])("ResponseTopic = %p is refused [MQTT-3.3.2-14]", (topic) => {
    expect(caught(() => new Properties(PUBLISH, { ResponseTopic: topic }))).toMatchObject({
      name: "ValueError",
      code: "ERR_MQTT_PROPERTY",
    });
  });

  it("ResponseTopic may be any topic name", () => {
    expect(new Properties(PUBLISH, { ResponseTopic: "a/b" }).ResponseTopic).toBe("a/b");
  });

  it("bytes are a snapshot, a Buffer in Node", () => {
    const data = new Uint8Array([1, 2]);
    const properties = new Properties(PUBLISH, { CorrelationData: data });
    data[0] = 9;
    expect(properties.CorrelationData).toEqual(Buffer.from([1, 2]));
  });

  it("bytes may come in any buffer or view", () => {
    const properties = new Properties(PUBLISH);
    const buffer = new Uint8Array([1, 2, 3]).buffer;
    assign(properties, "CorrelationData", buffer);
    expect(properties.CorrelationData).toEqual(Buffer.from([1, 2, 3]));
    assign(properties, "CorrelationData", new DataView(buffer, 1));
    expect(properties.CorrelationData).toEqual(Buffer.from([2, 3]));
  });

  it("more than 65535 bytes are refused", () => {
    expect(caught(() => new Properties(PUBLISH, { CorrelationData: new Uint8Array(65536) }))).toMatchObject({
      name: "ValueError",
      code: "ERR_MQTT_PROPERTY",
    });
  });

  it.each([
    ["CorrelationData", "abc"],
    ["CorrelationData", [1, 2]],
    ["ContentType", 5],
    ["UserProperty", "a"],
    ["UserProperty", { a: "b" }],
    ["UserProperty", ["a"]],
    ["UserProperty", ["a", "b", "c"]],
    ["UserProperty", ["a", 1]],
    ["UserProperty", [["a", "b"], "c"]],
  ])("%s = %j is a TypeError", (name, value) => {
    const properties = new Properties(PUBLISH);
    expect(() => assign(properties, name, value)).toThrow(TypeError);
    expect(properties.isEmpty()).toBe(true);
  });
});

describe("the two accumulating properties", () => {
  it("add a single value or a list to what is there", () => {
    const properties = new Properties(PUBLISH);
    properties.UserProperty = ["a", "b"];
    properties.UserProperty = [
      ["c", "d"],
      ["a", "e"],
    ];
    properties.SubscriptionIdentifier = 1;
    properties.SubscriptionIdentifier = [2, 3];
    expect(properties.UserProperty).toEqual([
      ["a", "b"],
      ["c", "d"],
      ["a", "e"],
    ]);
    expect(properties.SubscriptionIdentifier).toEqual([1, 2, 3]);
  });

  it("take snapshots of lists and pairs", () => {
    const pair: [string, string] = ["a", "b"];
    const list = [pair];
    const properties = new Properties(PUBLISH, { UserProperty: list });
    pair[1] = "x";
    list.push(["c", "d"]);
    expect(properties.UserProperty).toEqual([["a", "b"]]);
  });

  it("stay absent with an empty list", () => {
    const properties = new Properties(PUBLISH, { UserProperty: [], SubscriptionIdentifier: [] });
    expect("UserProperty" in properties).toBe(false);
    expect("SubscriptionIdentifier" in properties).toBe(false);
  });

  it("allow one SubscriptionIdentifier in a SUBSCRIBE (3.8.2.1.2)", () => {
    const properties = new Properties(SUBSCRIBE, { SubscriptionIdentifier: 1 });
    const error = caught(() => {
      properties.SubscriptionIdentifier = 2;
    });
    expect(error).toMatchObject({ name: "ValueError", code: "ERR_MQTT_PROPERTY" });
    expect(error.message).toContain("SubscriptionIdentifier may stand only once in SUBSCRIBE");
    expect(properties.SubscriptionIdentifier).toEqual([1]);
    properties.SubscriptionIdentifier = undefined;
    properties.SubscriptionIdentifier = 2;
    expect(properties.SubscriptionIdentifier).toEqual([2]);
  });
});

describe("paho's methods", () => {
  it("isEmpty() and clear()", () => {
    const properties = new Properties(PUBLISH, { TopicAlias: 1, UserProperty: ["a", "b"] });
    expect(properties.isEmpty()).toBe(false);
    properties.clear();
    expect(properties.isEmpty()).toBe(true);
    expect(properties.TopicAlias).toBeUndefined();
  });

  it("allowsMultiple(), getIdentFromName() and getNameFromIdent()", () => {
    const properties = new Properties(PUBLISH);
    for (const [id, name, spaced, , , multiple] of property_facts) {
      expect(properties.allowsMultiple(name)).toBe(multiple);
      expect(properties.getIdentFromName(name)).toBe(id);
      expect(properties.getNameFromIdent(id)).toBe(spaced);
    }
    expect(properties.allowsMultiple("Nothing")).toBe(false);
    expect(properties.getIdentFromName("User Property")).toBe(-1);
    expect(properties.getNameFromIdent(4)).toBeNull();
  });

  it("types, names and properties show the tables", () => {
    const { types, names, properties } = new Properties(PUBLISH);
    for (const [id, , spaced, type, packets] of property_facts) {
      expect(names[spaced]).toBe(id);
      expect(properties[id]).toEqual([type, packets]);
      expect(types[type]).toBe(wire_types[type]);
    }
  });

  it("json() is a plain object in the order of the table, CorrelationData in hexadecimal", () => {
    const properties = new Properties(PUBLISH, {
      UserProperty: ["a", "b"],
      CorrelationData: new Uint8Array([1, 255]),
      PayloadFormatIndicator: 1,
    });
    const json = properties.json();
    expect(json).toEqual({ PayloadFormatIndicator: 1, CorrelationData: "01ff", UserProperty: [["a", "b"]] });
    expect(Object.keys(json)).toEqual(["PayloadFormatIndicator", "CorrelationData", "UserProperty"]);
    expect(new Properties(CONNECT, { AuthenticationData: new Uint8Array([7]) }).json()).toEqual({
      AuthenticationData: Buffer.from([7]),
    });
  });

  it("the string form lists names and values", () => {
    expect(String(new Properties(PUBLISH))).toBe("[]");
    const properties = new Properties(PUBLISH, {
      UserProperty: [
        ["a", "b"],
        ["c", "d"],
      ],
      SubscriptionIdentifier: [1, 2],
      CorrelationData: new Uint8Array([1]),
      ContentType: "text/plain",
    });
    expect(`${properties}`).toBe(
      "[ContentType : text/plain, CorrelationData : 01, SubscriptionIdentifier : [1, 2], UserProperty : [('a', 'b'), ('c', 'd')]]",
    );
  });

  it("writeProperty() and readProperty() know the wire types by number", () => {
    const properties = new Properties(PUBLISH);
    expect([...properties.writeProperty(35, 1, 258)]).toEqual([35, 1, 2]);
    expect([...properties.writeProperty(4, 0, 7)]).toEqual([4, 7]);
    expect(properties.readProperty(new Uint8Array([1, 2, 3]), 1, 3)).toEqual([258, 2]);
    expect(() => properties.readProperty(new Uint8Array([1, 2, 3]), 1, 1)).toThrow(MalformedPacket);
    expect(() => properties.readProperty(new Uint8Array([1]), 7, 1)).toThrow(ValueError);
  });

  it("copy() shares nothing and checks every value again", () => {
    const properties = new Properties(PUBLISH, {
      UserProperty: ["a", "b"],
      CorrelationData: new Uint8Array([1]),
    });
    const copy = properties.copy();
    expect(copy).toEqual(properties);
    expect(copy.packetType).toBe(PUBLISH);
    properties.UserProperty?.push(["c", "d"]);
    (properties.CorrelationData as Uint8Array)[0] = 9;
    expect(copy.json()).toEqual({ CorrelationData: "01", UserProperty: [["a", "b"]] });
    properties.UserProperty?.push(["c", "\0"]);
    expect(() => properties.copy()).toThrow(ValueError);
  });
});

describe("pack()", () => {
  it("is one zero byte without properties", () => {
    expect([...new Properties(CONNECT).pack()]).toEqual([0]);
  });

  it("writes by ascending identifier, each value of a list in its own entry", () => {
    const properties = new Properties(PUBLISH, {
      UserProperty: [
        ["a", "b"],
        ["c", "d"],
      ],
      TopicAlias: 258,
      SubscriptionIdentifier: [1, 128],
      PayloadFormatIndicator: 1,
    });
    expect(Buffer.from(properties.pack()).toString("hex")).toBe(
      "180101" + "0b01" + "0b8001" + "230102" + "26000161000162" + "26000163000164",
    );
  });

  it("has a length of as many bytes as it needs", () => {
    const packed = new Properties(PUBLISH, { ContentType: "x".repeat(200) }).pack();
    expect([...packed.subarray(0, 5)]).toEqual([0xcb, 0x01, 3, 0, 200]);
  });

  it("refuses what was put into a list behind its back", () => {
    const properties = new Properties(PUBLISH, { UserProperty: ["a", "b"] });
    properties.UserProperty?.push(["a", "\0"]);
    expect(() => properties.pack()).toThrow(ValueError);
  });
});

const text = fc.string({ unit: "grapheme", maxLength: 20 }).filter((value) => !value.includes("\0"));

function value_of(row: PropertyRow): fc.Arbitrary<unknown> {
  switch (row.type) {
    case "Binary Data":
      return fc.uint8Array({ maxLength: 300 }).map((value) => Buffer.from(value));
    case "UTF-8 Encoded String":
      return row.name === "ResponseTopic" ? text.map((value) => `r/${value.replace(/[+#]/g, "")}`) : text;
    case "UTF-8 String Pair":
      return fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 4 });
    default: {
      const number = fc.integer({ min: row.min as number, max: row.max as number });
      return row.multiple ? fc.array(number, { minLength: 1, maxLength: 1 }) : number;
    }
  }
}

const some_properties = fc
  .constantFrom(...PacketTypes.indexes, WILLMESSAGE)
  .chain((packet) =>
    fc
      .record(
        Object.fromEntries(
          rows.filter((row) => row.packets.includes(packet)).map((row) => [row.name, value_of(row)]),
        ),
        { requiredKeys: [] },
      )
      .map((values) => new Properties(packet, values)),
  );

describe("unpack()", () => {
  it("gives back what pack() wrote, for every packet", () => {
    fc.assert(
      fc.property(some_properties, (properties) => {
        const packed = properties.pack();
        const read = new Properties(properties.packetType);
        const [self, used] = read.unpack(Buffer.concat([packed, Buffer.from([1, 2, 3])]));
        expect(self).toBe(read);
        expect(used).toBe(packed.length);
        expect({ ...read }).toEqual({ ...properties });
      }),
    );
  });

  it("throws MalformedPacket or ProtocolError, and nothing else, for any bytes", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PacketTypes.indexes, WILLMESSAGE),
        fc.uint8Array({ maxLength: 40 }),
        (packet, body) => {
          const properties = new Properties(packet);
          try {
            properties.unpack(Uint8Array.of(body.length, ...body));
          } catch (error) {
            expect(error instanceof MalformedPacket || error instanceof ProtocolError).toBe(true);
            expect(properties.isEmpty()).toBe(true);
          }
        },
      ),
    );
  });

  it("refuses every block that is cut", () => {
    fc.assert(
      fc.property(some_properties, (properties) => {
        const packed = properties.pack();
        for (let length = 0; length < packed.length; length++) {
          const read = new Properties(properties.packetType);
          expect(() => read.unpack(packed.subarray(0, length))).toThrow(MalformedPacket);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("replaces what was set", () => {
    const properties = new Properties(PUBLISH, { TopicAlias: 1 });
    properties.unpack(new Uint8Array([2, 1, 1]));
    expect(properties.json()).toEqual({ PayloadFormatIndicator: 1 });
  });

  it("keeps no view of the buffer", () => {
    const buffer = new Uint8Array([4, 9, 0, 1, 7]);
    const [properties] = new Properties(PUBLISH).unpack(buffer);
    buffer.fill(0);
    expect(properties.CorrelationData).toEqual(Buffer.from([7]));
  });

  it("collects repeated UserProperty and, in a PUBLISH, SubscriptionIdentifier", () => {
    const [properties] = new Properties(PUBLISH).unpack(
      new Uint8Array([14, 11, 1, 11, 2, 38, 0, 0, 0, 0, 38, 0, 0, 0, 0]),
    );
    expect(properties.SubscriptionIdentifier).toEqual([1, 2]);
    expect(properties.UserProperty).toEqual([
      ["", ""],
      ["", ""],
    ]);
  });

  it.each<[string, PacketType, number[]]>([
    ["an unknown identifier (2.2.2.2)", PUBLISH, [2, 4, 0]],
    ["the property of another packet (2.2.2.2)", PUBLISH, [5, 17, 0, 0, 0, 1]],
    ["a length beyond the end", PUBLISH, [3, 1, 1]],
    ["a value beyond the block", PUBLISH, [1, 1, 1]],
    ["bad UTF-8 [MQTT-1.5.4-1]", PUBLISH, [4, 3, 0, 1, 0xff]],
    ["U+0000 [MQTT-1.5.4-2]", PUBLISH, [4, 3, 0, 1, 0]],
    ["U+0000 in a pair [MQTT-1.5.4-2]", CONNECT, [6, 38, 0, 0, 0, 1, 0]],
    ["no bytes", PUBLISH, []],
    ["an overlong length [MQTT-1.5.5-1]", PUBLISH, [0x80, 0]],
  ])("is malformed (0x81) with %s", (_name, packet, bytes) => {
    const error = caught(() => new Properties(packet).unpack(new Uint8Array(bytes)));
    expect(error).toBeInstanceOf(MalformedPacket);
    expect(error).toMatchObject({ reason_code: 0x81 });
  });

  it.each<[string, PacketType, number[], number]>([
    ["a repeated single property", PUBLISH, [4, 1, 1, 1, 1], 0x82],
    ["two SubscriptionIdentifiers in a SUBSCRIBE (3.8.2.1.2)", SUBSCRIBE, [4, 11, 1, 11, 2], 0x82],
    ["SubscriptionIdentifier 0 (3.3.2.3.8)", PUBLISH, [2, 11, 0], 0x82],
    ["TopicAlias 0 (3.3.2.3.4)", PUBLISH, [3, 35, 0, 0], 0x94],
    ["ReceiveMaximum 0 (3.2.2.3.3)", CONNACK, [3, 33, 0, 0], 0x82],
    ["MaximumPacketSize 0 (3.2.2.3.6)", CONNACK, [5, 39, 0, 0, 0, 0], 0x82],
    ["MaximumQoS 2 (3.2.2.3.4)", CONNACK, [2, 36, 2], 0x82],
    ["RetainAvailable 2 (3.2.2.3.5)", CONNACK, [2, 37, 2], 0x82],
    ["RequestProblemInformation 2 (3.1.2.11.7)", CONNECT, [2, 23, 2], 0x82],
    ["a wildcard in ResponseTopic [MQTT-3.3.2-14]", PUBLISH, [4, 8, 0, 1, 0x23], 0x82],
  ])("is a protocol error with %s", (_name, packet, bytes, reason_code) => {
    const properties = new Properties(packet);
    const error = caught(() => properties.unpack(new Uint8Array(bytes)));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ reason_code });
    expect(properties.isEmpty()).toBe(true);
  });

  it("accepts the largest MaximumPacketSize of the wire", () => {
    const [properties] = new Properties(CONNACK).unpack(new Uint8Array([5, 39, 255, 255, 255, 255]));
    expect(properties.MaximumPacketSize).toBe(4294967295);
  });
});

describe("the codec's way in and out", () => {
  it("lend_packed() is what pack() gives, for as long as nothing else is packed", () => {
    const long = new Properties(PUBLISH, { ContentType: "é".repeat(9000), TopicAlias: 1 });
    const lent = long.lend_packed();
    expect(Buffer.from(lent)).toEqual(long.pack());
    expect(new Properties(PUBLISH).unpack(lent)[0].json()).toEqual(long.json());
    expect([...new Properties(PUBLISH, { TopicAlias: 2 }).lend_packed()]).toEqual([3, 35, 0, 2]);
  });

  it("read_block() leaves the reader behind the block", () => {
    const reader = new ByteReader(new Uint8Array([9, 2, 1, 1, 7]), 1);
    const properties = new Properties(PUBLISH);
    properties.read_block(reader);
    expect(reader.at).toBe(4);
    expect(properties.PayloadFormatIndicator).toBe(1);
  });
});
