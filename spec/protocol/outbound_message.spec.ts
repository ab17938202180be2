import { describe, expect, it } from "@jest/globals";
import { encode } from "../../lib/codec/encoder.ts";
import { type MQTTException, ValueError } from "../../lib/model/errors.ts";
import { check_size, weight } from "../../lib/protocol/outbound_message.ts";
import { publication, publish } from "../support/core_packets.ts";
import { Wire } from "../support/session_wire.ts";

const MAX_REMAINING = 268_435_455;
// Its pages are never touched: it costs address space only.
const huge = new Uint8Array(MAX_REMAINING);

describe("the size of a message", () => {
  it.each([
    [4, 0, null, 2 + 2],
    [4, 1, null, 2 + 2 + 2],
    [5, 0, null, 2 + 2 + 1],
    [5, 2, null, 2 + 2 + 2 + 1],
    [5, 1, { ContentType: "x" }, 2 + 2 + 2 + 1 + 4],
    [3, 1, { ContentType: "x" }, 2 + 2 + 2],
  ] as const)(
    "on version %i with QoS %i and %p counts topic, id and properties",
    (version, qos, properties, rest) => {
      const of_length = (length: number) =>
        publication(huge.subarray(0, length), { topic: "é", qos }, properties);
      expect(() => check_size(of_length(MAX_REMAINING - rest), version)).not.toThrow();
      expect(() => check_size(of_length(MAX_REMAINING - rest + 1), version)).toThrow(ValueError);
    },
  );

  it("that MQTT does not allow is refused in the call, before any effect", () => {
    const wire = new Wire().connected();
    let error: unknown = null;
    try {
      wire.publish(huge, 1);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ValueError);
    expect((error as MQTTException).code).toBe("ERR_MQTT_PAYLOAD");
    expect((error as MQTTException).message).toContain("needs 268435460 bytes");
    wire.expect();
    expect(wire.session.counts).toEqual({ queued: 0, in_flight: 0, bytes: 0, dropped: 0 });
  });

  it("is measured as the encoder measures it", () => {
    const payload = "x".repeat(100);
    const { length } = encode(publish("é", payload, { qos: 1, mid: 1 }, { ContentType: "x" }), 5);
    expect(length).toBe(2 + 2 + 2 + 2 + 1 + 4 + 100);
  });

  it("in a queue is that of payload and topic", () => {
    expect(weight(publication("123", { topic: "ab" }))).toBe(5);
  });
});
