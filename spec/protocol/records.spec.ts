// Records are read as they were written, and whatever else lies in a store is refused in words.

import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { Snapshot } from "../../lib/model/bytes.ts";
import { MQTTException } from "../../lib/model/errors.ts";
import { type Contents, OutboundMessage } from "../../lib/protocol/outbound_message.ts";
import {
  identity_record,
  MessageRecord,
  read_identity,
  read_message,
  read_subscription,
  subscription_record,
} from "../../lib/protocol/records.ts";
import { props, publication, subscription } from "../support/core_packets.ts";

const NEVER = Number.POSITIVE_INFINITY;
const wall = { to_wall: () => 1000 };
const words = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
  .filter((text) => !/[+#\0\ud800-\udfff]/.test(text));

const messages = fc.record({
  topic: words,
  payload: fc.uint8Array({ maxLength: 300 }),
  qos: fc.constantFrom(1 as const, 2 as const),
  retain: fc.boolean(),
  mid: fc.integer({ min: 1, max: 65535 }),
  properties: fc.option(fc.record({ ContentType: words, MessageExpiryInterval: fc.nat() })),
  useless_at: fc.option(fc.integer({ min: 0, max: 2 ** 40 })),
});

describe("the record of a message", () => {
  it("is read as it was written, with moments in the time of the wall", () => {
    const record = new MessageRecord();
    fc.assert(
      fc.property(messages, ({ properties, useless_at, mid, ...contents }) => {
        const given = props(3, properties);
        const rarities = {
          block: given?.pack() ?? null,
          alias: 0,
          expires_at: useless_at === null ? NEVER : useless_at + 5,
          useless_at: useless_at ?? NEVER,
        };
        const message = new OutboundMessage(contents, 1, 1, mid, null, rarities);
        const read = read_message(record.of(message, wall).bytes());
        expect({ ...read, payload: [...read.payload] }).toEqual({
          ...contents,
          payload: [...contents.payload],
          mid,
          properties: given,
          expires_at: rarities.expires_at + 1000,
          useless_at: rarities.useless_at + 1000,
        });
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, Contents["payload"]]>([
    ["text", "text"],
    ["text beyond ASCII", "été".repeat(50)],
    ["few bytes among others", new Snapshot(Buffer.alloc(32, 1))],
    ["many bytes among others", new Snapshot(Buffer.alloc(33, 1))],
    ["many bytes of their own", new Snapshot(Buffer.alloc(10_000, 1))],
  ])("can be written behind others, with a payload of %s", (_what, payload) => {
    const message = new OutboundMessage({ ...publication(""), payload }, 1, 1, 1, null);
    const record = new MessageRecord();
    const alone = record.of(message, wall).bytes();
    const bytes = new Uint8Array(record.of(message, wall).most + 7).fill(0xee);
    const length = record.write(bytes, 7);
    expect(bytes.subarray(0, 7)).toEqual(new Uint8Array(7).fill(0xee));
    expect(Buffer.compare(bytes.subarray(7, 7 + length), alone)).toBe(0);
    expect(Buffer.compare(read_message(alone).payload, message.payload)).toBe(0);
  });

  it.each([
    ["of QoS 0", Uint8Array.of(1, 0, 0, 1, 0, 1, 116)],
    ["of QoS 3", Uint8Array.of(1, 3, 0, 1, 0, 1, 116)],
    ["without a packet id", Uint8Array.of(1, 1, 0, 0, 0, 1, 116)],
    ["with a topic that ends too early", Uint8Array.of(1, 1, 0, 1, 0, 2, 116)],
    ["with a topic that is no text", Uint8Array.of(1, 1, 0, 1, 0, 1, 0xff)],
    ["with a wildcard in its topic", Uint8Array.of(1, 1, 0, 1, 0, 1, 35)],
    ["with half of its moments", Uint8Array.of(1, 9, 0, 1, 0, 1, 116, 0, 0)],
    ["with half of its properties", Uint8Array.of(1, 17, 0, 1, 0, 1, 116, 9, 1)],
  ])("is refused %s", (_what, bytes) => {
    expect(() => read_message(bytes)).toThrow();
  });
});

describe("the other records", () => {
  it("are read as they were written", () => {
    for (const left_below of [0, 2 ** 40, Number.POSITIVE_INFINITY]) {
      const identity = { client_id: "küche", version: 5, epoch: 70_000, window: 300, left_below } as const;
      expect(read_identity(identity_record(identity))).toEqual(identity);
    }
    for (const retain_handling of [0, 1, 2] as const) {
      const plain = subscription({ filter: "ä/#", qos: 2, no_local: true, retain_handling });
      const stored = { subscription: plain, properties: null };
      expect(read_subscription(subscription_record(stored))).toEqual(stored);
    }
    const rich = {
      subscription: subscription({ filter: "a", retain_as_published: true }),
      properties: props(8, { UserProperty: [["a", "b"]] }),
    };
    expect(read_subscription(subscription_record(rich))).toEqual(rich);
  });

  it.each([
    ["with QoS 3", Uint8Array.of(1, 3, 0, 1, 97)],
    ["with an option that there is not", Uint8Array.of(1, 0x30, 0, 1, 97)],
    ["with a filter that is none", Uint8Array.of(1, 0, 0, 2, 97, 35)],
  ])("are refused %s", (_what, bytes) => {
    expect(() => read_subscription(bytes)).toThrow();
  });
});

it.each([
  ["message", read_message],
  ["subscription", read_subscription],
  ["identity", read_identity],
])("reading any bytes as a %s gives one, or fails with words", (_what, read) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, is_ours) => {
      if (is_ours && bytes.length > 0) bytes[0] = 1;
      try {
        read(bytes);
      } catch (error) {
        expect(error instanceof MQTTException || (error as Error).name === "TypeError").toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
