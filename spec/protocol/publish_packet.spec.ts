import { describe, expect, it } from "@jest/globals";
import { puback, publish } from "../support/core_packets.ts";
import { Wire } from "../support/session_wire.ts";

describe("a PUBLISH of ours", () => {
  it.each([3, 4, 5] as const)(
    "says on version %i what was published, and no id with QoS 0 [MQTT-2.2.1-2]",
    (version) => {
      const wire = new Wire({ version }).connected();
      wire.publish("x", 0, { topic: "a", retain: true });
      wire.publish("y", 2, { topic: "b" });
      wire.expect(publish("a", "x", { retain: true }), publish("b", "y", { qos: 2, mid: 2 }));
    },
  );

  // Somebody who reads the log has all go the strict way.
  it.each([false, true])("carries its properties on MQTT 5 only (with a log: %s)", (has_log) => {
    const properties = { ContentType: "text", UserProperty: [["k", "v"]] as [string, string][] };
    const five = new Wire({ version: 5 }).connected();
    five.session.tracing = has_log;
    five.publish_with(properties, "x", 0);
    five.expect(publish("t", "x", {}, properties));
    const four = new Wire({ version: 4 }).connected();
    four.publish_with(properties, "x", 0);
    four.expect(publish("t", "x"));
  });

  it("leaves the properties of the user as they were", () => {
    const wire = new Wire({ version: 5 }).connected();
    const message = wire.publish_with({ TopicAlias: 1, MessageExpiryInterval: 9 }, "x", 1).message;
    wire.now += 5_000;
    wire.received();
    expect(message?.properties).toMatchObject({ TopicAlias: 1, MessageExpiryInterval: 9 });
  });
});

describe("Message Expiry Interval", () => {
  const queued = () => {
    const wire = new Wire({ version: 5 });
    wire.publish_with({ MessageExpiryInterval: 10 }, "x", 1);
    return wire;
  };

  it.each([
    [0, 10],
    [1, 10],
    [2_500, 8],
    [9_999, 1],
  ])("is, after %i ms in the queue, sent as %i s, also where somebody reads the log", (ms, left) => {
    for (const has_log of [false, true]) {
      const wire = queued();
      wire.session.tracing = has_log;
      wire.now += ms;
      wire.connected().expect(publish("t", "x", { qos: 1, mid: 1 }, { MessageExpiryInterval: left }));
    }
  });

  it("drops the message when it passes in the queue, at that moment", () => {
    const wire = queued();
    expect(wire.session.next_timeout()).toBe(wire.now + 10_000);
    wire.wait(9_999);
    expect(wire.told("abandoned")).toEqual([]);
    wire.wait(1);
    const error = {
      code: "ERR_MQTT_DROPPED",
      message: expect.stringContaining("Message Expiry Interval has passed"),
    };
    expect(wire.told("abandoned")).toMatchObject([{ error }]);
    expect(wire.session.next_timeout()).toBeNull();
    expect(wire.session.counts).toEqual({ queued: 0, in_flight: 0, bytes: 0, dropped: 1 });
    wire.connected().expect();
  });

  it("drops the message also when nobody woke the session in time", () => {
    const wire = queued();
    wire.publish("y", 1);
    wire.now += 10_000;
    wire.connected().expect(publish("t", "y", { qos: 1, mid: 2 }));
    expect(wire.told("abandoned")).toHaveLength(1);
  });

  it("does not drop what has left once, and is sent as what is left of it, but never as 0", () => {
    const wire = queued().connected();
    wire.received();
    wire.cut();
    wire.wait(4_000);
    wire
      .connected(true)
      .expect(publish("t", "x", { qos: 1, mid: 1, dup: true }, { MessageExpiryInterval: 6 }));
    wire.cut();
    wire.wait(60_000);
    wire
      .connected(true)
      .expect(publish("t", "x", { qos: 1, mid: 1, dup: true }, { MessageExpiryInterval: 1 }));
  });

  it("is not waited for once the message has left", () => {
    const wire = queued().connected();
    wire.send(puback(1));
    wire.wait(10_000);
    expect(wire.told("abandoned")).toEqual([]);
    expect(wire.session.next_timeout()).toBe(wire.now + 50_000);
  });

  it("of many is looked at once a second, and for QoS 0 too", () => {
    const wire = new Wire({ version: 5, queue_qos0: true });
    wire.publish_with({ MessageExpiryInterval: 1 }, "1", 0);
    wire.now += 300;
    wire.publish_with({ MessageExpiryInterval: 1 }, "2", 1);
    wire.publish_with({ MessageExpiryInterval: 5 }, "3", 1);
    wire.publish("4", 1);
    wire.wait(700);
    const gone = () =>
      wire
        .told("abandoned")
        .map(({ message }) => String(message.payload))
        .join("");
    expect(gone()).toBe("1");
    expect(wire.session.next_timeout()).toBe(wire.now + 1_000);
    wire.wait(1_000);
    expect(gone()).toBe("2");
    expect(wire.session.next_timeout()).toBe(wire.now + 3_300);
    wire.wait(3_300);
    expect(gone()).toBe("3");
    expect(wire.session.next_timeout()).toBeNull();
    expect(wire.session.counts.queued).toBe(1);
  });

  it("passes over what was sent on an earlier link and waits again", () => {
    const wire = new Wire({ version: 5, max_inflight: 2 }).connected();
    wire.publish_with({ MessageExpiryInterval: 5 }, "1", 1);
    wire.publish_with({ MessageExpiryInterval: 5 }, "2", 1);
    wire.received();
    wire.reconnected(true, { ReceiveMaximum: 1 }).wait(60_000);
    expect(wire.told("abandoned")).toEqual([]);
    expect(wire.session.counts).toMatchObject({ queued: 1, in_flight: 1 });
  });
});
