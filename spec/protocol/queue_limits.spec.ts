import { describe, expect, it } from "@jest/globals";
import type { SessionSettings } from "../../lib/protocol/settings.ts";
import { puback } from "../support/core_packets.ts";
import { Wire } from "../support/session_wire.ts";

/** A session whose window is 1, so that its second message waits. */
function limited(rest: Partial<SessionSettings>): Wire {
  return new Wire({ max_inflight: 1, ...rest });
}

/** The payloads of what leaves when the broker acknowledges all. */
function payloads(wire: Wire): string {
  let all = "";
  for (;;) {
    const packets = wire.received();
    if (packets.length === 0) return all;
    for (const packet of packets) {
      if (!("payload" in packet)) continue;
      all += String(packet.payload);
      if (packet.qos === 1) wire.send(puback(packet.mid));
    }
  }
}

function dropped(wire: Wire): string {
  const events = wire.told("abandoned");
  for (const { error } of events) expect(error.code).toBe("ERR_MQTT_DROPPED");
  return events.map(({ message }) => String(message.payload)).join("");
}

describe("max_queued_messages", () => {
  it("counts all that is not settled, in flight or waiting", () => {
    const wire = limited({ max_queued_messages: 2 }).connected();
    expect([wire.publish("1", 1).rc, wire.publish("2", 2).rc, wire.publish("3", 1).rc]).toEqual([0, 0, 15]);
    expect(wire.session.counts).toMatchObject({ in_flight: 0, queued: 2, dropped: 1 });
    wire.send(puback(1));
    expect(wire.publish("4", 1).rc).toBe(0);
  });

  it("refuses nothing of QoS 0, for it is not kept", () => {
    const wire = limited({ max_queued_messages: 1 }).connected();
    wire.publish("1", 1);
    expect(wire.publish("2", 0).rc).toBe(0);
    expect(wire.publish("3", 1)).toEqual({ rc: 15, message: null });
  });

  it("counts QoS 0 where it is kept", () => {
    const wire = limited({ max_queued_messages: 2, queue_qos0: true });
    expect([
      wire.publish("1", 0).rc,
      wire.publish("2", 1).rc,
      wire.publish("3", 0).rc,
      wire.publish("4", 1).rc,
    ]).toEqual([4, 4, 15, 15]);
    expect(payloads(wire.connected())).toBe("12");
  });

  it("of 0 is no limit", () => {
    const wire = limited({}).connected();
    for (let count = 0; count < 1_000; count += 1) expect(wire.publish("", 1).rc).toBe(0);
  });

  it("that is changed holds at once", () => {
    const wire = limited({}).connected();
    wire.publish("1", 1);
    wire.session.configure({ ...wire.settings, max_queued_messages: 1 });
    expect(wire.publish("2", 1).rc).toBe(15);
  });
});

describe("max_queued_bytes", () => {
  it("counts payload and topic of all that is not settled, also of QoS 0", () => {
    const wire = limited({ max_queued_bytes: 10 }).connected();
    expect([wire.publish("1234", 1).rc, wire.publish("1234", 0).rc, wire.publish("", 1).rc]).toEqual([
      0, 0, 15,
    ]);
    wire.received();
    expect(wire.session.counts.bytes).toBe(5);
    expect([wire.publish("1234", 1).rc, wire.publish("", 0).rc]).toEqual([0, 15]);
  });
});

describe("the policy drop_oldest", () => {
  it("drops the oldest that has not left", () => {
    const wire = limited({ max_queued_messages: 3, queue_policy: "drop_oldest" }).connected();
    wire.publish("1", 1);
    wire.flush();
    for (const payload of ["2", "3", "4", "5"]) expect(wire.publish(payload, 1).rc).toBe(0);
    expect(dropped(wire)).toBe("23");
    expect(payloads(wire)).toBe("145");
    expect(wire.session.counts).toEqual({ queued: 0, in_flight: 0, bytes: 0, dropped: 2 });
  });

  it("drops as many as the bytes ask for", () => {
    const wire = limited({ max_queued_bytes: 9, queue_policy: "drop_oldest" });
    for (const payload of ["1", "2", "3", "4"]) wire.publish(payload, 1);
    expect(wire.publish("5678", 1).rc).toBe(4);
    expect(dropped(wire)).toBe("12");
    expect(payloads(wire.connected())).toBe("345678");
  });

  it("drops nothing that has left once: the broker may have it", () => {
    const wire = limited({
      max_queued_messages: 2,
      max_inflight: 2,
      queue_policy: "drop_oldest",
    }).connected();
    wire.publish("1", 1);
    wire.publish("2", 1);
    wire.flush();
    wire.cut();
    expect(wire.publish("3", 1)).toEqual({ rc: 15, message: null });
    wire.open();
    expect(wire.publish("4", 1).rc).toBe(15);
    wire.accept(true);
    expect(payloads(wire)).toBe("12");
    expect(dropped(wire)).toBe("");
  });

  it("passes over what has left to the oldest that has not", () => {
    const wire = new Wire({ max_queued_messages: 4, queue_policy: "drop_oldest" }).connected();
    wire.publish("1", 1);
    wire.publish("2", 1);
    wire.flush();
    wire.session.configure({ ...wire.settings, max_inflight: 1 });
    wire.publish("3", 1);
    wire.publish("4", 1);
    wire.reconnected();
    expect(wire.publish("5", 1).rc).toBe(0);
    expect(dropped(wire)).toBe("3");
  });

  it.each([
    ["more than the limit", "1234567890"],
    ["too much beside what is in flight", "123456"],
  ])("drops nothing for a message that is %s", (_name, payload) => {
    const wire = limited({ max_queued_bytes: 10, queue_policy: "drop_oldest" }).connected();
    wire.publish("abc", 1);
    wire.flush();
    wire.publish("d", 1);
    expect(wire.publish(payload, 1)).toEqual({ rc: 15, message: null });
    expect(dropped(wire)).toBe("");
    expect(payloads(wire)).toBe("abcd");
  });

  it("does not drop what gives no room: QoS 0 for a limit that counts QoS 1 and 2", () => {
    const wire = limited({ max_queued_messages: 1, queue_policy: "drop_oldest" });
    wire.session.dial();
    wire.publish("1", 0);
    wire.publish("2", 1);
    wire.publish("3", 0);
    wire.publish("4", 1);
    expect(dropped(wire)).toBe("2");
    wire.opened().accept();
    expect(payloads(wire)).toBe("134");
  });

  it("drops QoS 0 in its turn where it counts", () => {
    const wire = limited({ max_queued_messages: 2, queue_qos0: true, queue_policy: "drop_oldest" });
    for (const [payload, qos] of [
      ["1", 1],
      ["2", 0],
      ["3", 1],
      ["4", 0],
      ["5", 0],
    ] as const)
      wire.publish(payload, qos);
    expect(dropped(wire)).toBe("123");
    expect(payloads(wire.connected())).toBe("45");
  });

  it("gives up an old message for its id when all ids are in use", () => {
    const wire = limited({ queue_policy: "drop_oldest" });
    wire.session.dial();
    wire.publish("first", 0);
    for (let count = 0; count < 65_535; count += 1) wire.publish(count === 0 ? "old" : "", 1);
    expect(wire.publish("new", 1).rc).toBe(0);
    expect(dropped(wire)).toBe("old");
  });
});

describe("the policy latest_per_topic", () => {
  it("lets the latest of a topic take the place of an older one that waits", () => {
    const wire = limited({ queue_policy: "latest_per_topic" }).connected();
    wire.publish("1", 1, { topic: "a" });
    wire.flush();
    wire.publish("2", 1, { topic: "a" });
    wire.publish("3", 1, { topic: "b" });
    wire.publish("4", 1, { topic: "a" });
    expect(dropped(wire)).toBe("2");
    expect(payloads(wire)).toBe("134");
  });

  it("drops nothing of what can leave at once", () => {
    const wire = new Wire({ queue_policy: "latest_per_topic" }).connected();
    wire.publish("1", 1);
    wire.publish("2", 1);
    expect(dropped(wire)).toBe("");
    expect(payloads(wire)).toBe("12");
  });

  it("drops nothing for QoS 0 on a link, where it never waits", () => {
    const wire = limited({ queue_policy: "latest_per_topic" }).connected();
    wire.publish("1", 1);
    wire.flush();
    wire.publish("2", 2);
    wire.publish("3", 0);
    expect(dropped(wire)).toBe("");
    wire.publish("4", 1);
    expect(dropped(wire)).toBe("2");
  });

  it("drops nothing that has left once, and looks at QoS 0 too", () => {
    const wire = limited({ queue_policy: "latest_per_topic" }).connected();
    wire.publish("1", 1);
    wire.flush();
    wire.cut();
    wire.session.dial();
    wire.publish("2", 0);
    wire.publish("3", 1);
    wire.opened().accept(true);
    expect(dropped(wire)).toBe("2");
    expect(payloads(wire)).toBe("13");
  });

  it("falls back on the oldest when a limit is reached without an older one of the topic", () => {
    const wire = limited({ queue_policy: "latest_per_topic", max_queued_messages: 2 });
    wire.publish("1", 1, { topic: "a" });
    wire.publish("2", 1, { topic: "b" });
    wire.publish("3", 1, { topic: "c" });
    expect(dropped(wire)).toBe("1");
    wire.publish("4", 1, { topic: "c" });
    expect(dropped(wire)).toBe("3");
    expect(payloads(wire.connected())).toBe("24");
  });

  it("drops the older one and more where its place is too small, and each of them once", () => {
    const wire = limited({ queue_policy: "latest_per_topic", max_queued_bytes: 8 });
    wire.publish("1", 1, { topic: "a" });
    wire.publish("2", 1, { topic: "b" });
    wire.publish("3", 1, { topic: "c" });
    wire.publish("45678", 1, { topic: "b" });
    expect(dropped(wire)).toBe("21");
    expect(payloads(wire.connected())).toBe("345678");
  });

  it("keeps the older one where the latest is refused", () => {
    const wire = limited({ queue_policy: "latest_per_topic", max_queued_bytes: 8 });
    wire.publish("1", 1);
    expect(wire.publish("1234567890", 1).rc).toBe(15);
    expect(payloads(wire.connected())).toBe("1");
  });
});
