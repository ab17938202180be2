import { describe, expect, it } from "@jest/globals";
import { disconnect, pingresp, publish } from "../support/core_packets.ts";
import { Wire } from "../support/session_wire.ts";

const message = (payload: string | Uint8Array = "x", rest: { topic?: string; retain?: boolean } = {}) => ({
  topic: "t",
  payload,
  retain: false,
  ...rest,
});

/** A link on which "t" was published to before. */
function used(...args: ConstructorParameters<typeof Wire>): Wire {
  const wire = new Wire(...args).connected();
  wire.publish("first", 0);
  wire.received();
  wire.told("published");
  return wire;
}

describe("a message that needs nothing but to leave", () => {
  it("leaves at once, in its place, and is told by its ticket when it is gone", () => {
    const wire = used();
    const [one, two] = [{ mid: 0 }, { mid: 0 }];
    expect(wire.session.publish_at_once(message("1"), one)).toBe(true);
    expect(wire.session.publish_at_once(message(Buffer.from("2"), { retain: true }), two)).toBe(true);
    wire.publish("3", 1);
    expect([one.mid, two.mid]).toEqual([2, 3]);
    expect(wire.session.counts).toMatchObject({ queued: 3, in_flight: 0, bytes: 14 });
    expect([wire.session.wants_write, wire.session.owes]).toEqual([true, true]);
    wire.expect(
      publish("t", "1"),
      publish("t", "2", { retain: true }),
      publish("t", "3", { qos: 1, mid: 4 }),
    );
    expect(wire.told("left")).toEqual([{ type: "left", tickets: [one, two] }]);
    expect(wire.session.counts).toMatchObject({ queued: 0, in_flight: 1 });
  });

  it("goes to a topic that was published to before, which the session remembers", () => {
    const wire = used();
    expect([wire.session.has_published_to("t"), wire.session.has_published_to("other")]).toEqual([
      true,
      false,
    ]);
  });

  it("leaves before DISCONNECT", () => {
    const wire = used();
    wire.session.publish_at_once(message(), { mid: 0 });
    wire.disconnect();
    wire.expect(publish("t", "x"), disconnect());
  });

  it("counts as traffic", () => {
    const wire = used({ keepalive: 10 });
    for (let second = 0; second < 30; second += 1) {
      wire.session.publish_at_once(message(), { mid: 0 });
      wire.send(pingresp).wait(1000);
    }
    expect(wire.received().every((packet) => packet.type === 3)).toBe(true);
  });

  it("is lost with the link that has not taken it", () => {
    const wire = used();
    const ticket = { mid: 0 };
    wire.session.publish_at_once(message(), ticket);
    wire.cut();
    expect(wire.told("lost")).toEqual([
      {
        type: "lost",
        tickets: [ticket],
        error: expect.objectContaining({ code: "ERR_MQTT_CONNECTION_LOST" }),
      },
    ]);
    expect(wire.session.counts).toMatchObject({ queued: 0, dropped: 1 });
    wire.connected().expect();
  });

  it("is lost, too, when the user opens another link, or the broker breaks a rule", () => {
    const wire = used();
    wire.session.publish_at_once(message(), { mid: 0 });
    wire.session.replaced();
    expect(wire.told("lost")).toHaveLength(1);
    const other = used({ version: 4 });
    other.session.receive(Buffer.from("0000", "hex"), other.now);
    expect(other.session.publish_at_once(message(), { mid: 0 })).toBe(false);
  });
});

describe("a message that has to stand in the queue instead", () => {
  const no_ticket = { mid: 0 };

  it.each<[string, () => Wire, Parameters<typeof message>]>([
    ["to a topic that was never used", () => used(), ["x", { topic: "other" }]],
    [
      "behind another",
      () => {
        const wire = used();
        wire.publish("x", 0);
        return wire;
      },
      [],
    ],
    [
      "behind a subscription",
      () => {
        const wire = used();
        wire.subscribe(["a"]);
        return wire;
      },
      [],
    ],
    ["larger than a page", () => used(), [Buffer.alloc(5000)]],
    ["while QoS 0 is kept for later", () => used({ queue_qos0: true }), []],
    [
      "while somebody reads the log",
      () => {
        const wire = used();
        wire.session.tracing = true;
        return wire;
      },
      [],
    ],
    [
      "after disconnect()",
      () => {
        const wire = used();
        wire.disconnect();
        return wire;
      },
      [],
    ],
    ["without a link", () => used().cut(), []],
    ["before CONNACK", () => used().cut().open(), []],
  ])("is one %s", (_when, prepare, args) => {
    const wire = prepare();
    expect(wire.session.publish_at_once(message(...args), no_ticket)).toBe(false);
    expect(no_ticket.mid).toBe(0);
  });

  it("is one that the broker's limits may forbid", () => {
    const wire = new Wire({ version: 5 }).connected(false, { RetainAvailable: 0, MaximumPacketSize: 40 });
    wire.publish("first", 0);
    wire.received();
    expect(wire.session.publish_at_once(message("x".repeat(30)), no_ticket)).toBe(false);
    expect(wire.session.publish_at_once(message("x", { retain: true }), no_ticket)).toBe(false);
    expect(wire.session.publish_at_once(message("x"), no_ticket)).toBe(true);
  });

  it("is one that comes when the transport has taken nothing for long", () => {
    const wire = used();
    let count = 0;
    while (wire.session.publish_at_once(message("x".repeat(1000)), { mid: 0 })) count += 1;
    expect(count).toBeGreaterThan(200);
    expect(count).toBeLessThan(300);
  });
});
