import { describe, expect, it } from "@jest/globals";
import type { SessionEvent } from "../../lib/protocol/outputs.ts";
import { disconnect, props, puback, pubcomp, publish, pubrec, pubrel } from "../support/core_packets.ts";
import { Wire } from "../support/session_wire.ts";

const versions = [3, 4, 5] as const;

type MessageEvent = Extract<SessionEvent, { type: "message" }>;

function only_message(wire: Wire): MessageEvent {
  const messages = wire.told("message");
  expect(messages).toHaveLength(1);
  return messages[0] as MessageEvent;
}

/** The handler of this message has finished. */
function finish(wire: Wire, { packet, delivery }: MessageEvent): boolean {
  return wire.session.ack(packet.mid, delivery);
}

describe.each(versions)("a message of the broker on version %i", (version) => {
  it("with QoS 0 is delivered, and that is all", () => {
    const wire = new Wire({ version }).connected().send(publish("a", "x", { retain: true }));
    expect(only_message(wire)).toEqual({
      type: "message",
      packet: publish("a", "x", { retain: true }),
      delivery: null,
    });
    wire.expect();
  });

  it("with QoS 1 gets PUBACK when the handler has finished, once [MQTT-4.3.2-4]", () => {
    const wire = new Wire({ version })
      .connected()
      .send(publish("a", "x", { qos: 1, mid: 7 }))
      .expect();
    const message = only_message(wire);
    expect(finish(wire, message)).toBe(true);
    wire.expect(puback(7));
    expect(finish(wire, message)).toBe(false);
    expect(wire.session.ack(7)).toBe(false);
    wire.expect();
  });

  it("with QoS 2 gets PUBREC when the handler has finished, and PUBCOMP for PUBREL [MQTT-4.3.3-8]", () => {
    const wire = new Wire({ version })
      .connected()
      .send(publish("a", "x", { qos: 2, mid: 7 }))
      .expect();
    const message = only_message(wire);
    expect(finish(wire, message)).toBe(true);
    wire.expect(pubrec(7));
    expect(finish(wire, message)).toBe(false);
    wire.send(pubrel(7)).expect(pubcomp(7));
    expect(wire.told("message")).toEqual([]);
  });

  it("with QoS 2 is not delivered twice, whether DUP is set or not [MQTT-4.3.3-10]", () => {
    const wire = new Wire({ version }).connected();
    wire.send(publish("a", "x", { qos: 2, mid: 7 }), publish("a", "x", { qos: 2, mid: 7, dup: true }));
    wire.send(publish("a", "x", { qos: 2, mid: 7 })).expect();
    finish(wire, only_message(wire));
    wire
      .expect(pubrec(7))
      .send(publish("a", "x", { qos: 2, mid: 7, dup: true }))
      .expect(pubrec(7));
    expect(wire.told("message")).toEqual([]);
    wire.send(pubrel(7)).expect(pubcomp(7));
    wire.send(publish("a", "y", { qos: 2, mid: 7 }));
    expect(only_message(wire).packet.payload).toEqual(Buffer.from("y"));
  });

  it("with QoS 2 is not delivered twice when it comes again on the next link", () => {
    const wire = new Wire({ version }).connected().send(publish("a", "x", { qos: 2, mid: 7 }));
    const message = only_message(wire);
    wire
      .reconnected()
      .send(publish("a", "x", { qos: 2, mid: 7, dup: true }))
      .expect();
    expect(wire.told("message")).toEqual([]);
    expect(finish(wire, message)).toBe(true);
    wire.expect(pubrec(7)).send(pubrel(7)).expect(pubcomp(7));
  });

  it("with QoS 2 whose handler finishes while there is no link gets PUBREC when it comes again", () => {
    const wire = new Wire({ version }).connected().send(publish("a", "x", { qos: 2, mid: 7 }));
    const message = only_message(wire);
    wire.cut();
    expect(finish(wire, message)).toBe(true);
    wire.connected(true).expect();
    wire.send(publish("a", "x", { qos: 2, mid: 7, dup: true })).expect(pubrec(7));
    expect(wire.told("message")).toEqual([]);
  });

  it("with QoS 2 whose handler finishes before CONNACK is not answered to a broker that may not know it", () => {
    const wire = new Wire({ version }).connected().send(publish("a", "x", { qos: 2, mid: 7 }));
    const message = only_message(wire);
    wire.cut().open();
    wire.received();
    expect(finish(wire, message)).toBe(true);
    wire.accept(true).expect();
    wire.send(publish("a", "x", { qos: 2, mid: 7, dup: true })).expect(pubrec(7));
  });

  it("with QoS 2 that was answered is only waiting for PUBREL, over any number of links", () => {
    const wire = new Wire({ version }).connected().send(publish("a", "x", { qos: 2, mid: 7 }));
    finish(wire, only_message(wire));
    wire.reconnected().reconnected().send(pubrel(7)).expect(pubcomp(7));
  });

  it("with QoS 1 that was not answered comes again as a new one", () => {
    const wire = new Wire({ version }).connected().send(publish("a", "x", { qos: 1, mid: 7 }));
    const old = only_message(wire);
    wire.reconnected().send(publish("a", "x", { qos: 1, mid: 7, dup: true }));
    const again = only_message(wire);
    expect(finish(wire, old)).toBe(false);
    wire.expect();
    expect(finish(wire, again)).toBe(true);
    wire.expect(puback(7));
  });

  it("with QoS 1 that comes again on the same link, not yet answered, is not delivered again", () => {
    const wire = new Wire({ version }).connected().send(publish("a", "x", { qos: 1, mid: 7 }));
    wire.send(publish("a", "x", { qos: 1, mid: 7, dup: true }));
    finish(wire, only_message(wire));
    wire.expect(puback(7));
  });

  it("under an id that stands for another takes its place", () => {
    const wire = new Wire({ version }).connected();
    wire.send(publish("a", "1", { qos: 1, mid: 7 }), publish("a", "2", { qos: 1, mid: 7 }));
    const [one, two] = wire.told("message") as [MessageEvent, MessageEvent];
    expect(finish(wire, one)).toBe(false);
    expect(finish(wire, two)).toBe(true);
    wire.send(publish("a", "3", { qos: 1, mid: 8 }), publish("a", "4", { qos: 2, mid: 8, dup: true }));
    expect(wire.told("message")).toHaveLength(2);
    expect(wire.session.ack(8)).toBe(true);
    wire.expect(puback(7), pubrec(8));
  });

  it("may be acknowledged by its id alone", () => {
    const wire = new Wire({ version }).connected();
    wire.send(publish("a", "1", { qos: 1, mid: 7 }), publish("a", "2", { qos: 2, mid: 8 }));
    expect([wire.session.ack(8), wire.session.ack(7), wire.session.ack(9)]).toEqual([true, true, false]);
    wire.expect(pubrec(8), puback(7));
  });

  it("is acknowledged in the order in which handlers finish", () => {
    const wire = new Wire({ version }).connected();
    const all = [1, 2, 3].map((mid) => publish("a", "x", { qos: 1, mid }));
    wire.send(...all);
    for (const message of wire.told("message").reverse()) finish(wire, message);
    wire.expect(puback(3), puback(2), puback(1));
  });

  it("has ids that are not ours", () => {
    const wire = new Wire({ version }).connected();
    wire.publish("ours", 2);
    wire.expect(publish("t", "ours", { qos: 2, mid: 1 }));
    wire.send(publish("a", "theirs", { qos: 2, mid: 1 }), pubrec(1));
    finish(wire, only_message(wire));
    wire.expect(pubrel(1), pubrec(1)).send(pubcomp(1), pubrel(1)).expect(pubcomp(1));
    expect(wire.told("published")).toHaveLength(1);
  });

  it("that began a session which the broker has lost is nobody's any more", () => {
    const wire = new Wire({ version, clean: version === 3 })
      .connected()
      .send(publish("a", "x", { qos: 2, mid: 7 }));
    const old = only_message(wire);
    wire.reconnected(false).send(publish("a", "new", { qos: 2, mid: 7 }));
    const fresh = only_message(wire);
    expect(finish(wire, old)).toBe(false);
    expect(finish(wire, fresh)).toBe(true);
    wire.expect(pubrec(7));
  });

  it("is still delivered after disconnect(), up to the end of the link", () => {
    const wire = new Wire({ version }).connected();
    wire.disconnect();
    wire.expect(disconnect()).send(publish("a", "x", { qos: 1, mid: 1 }));
    finish(wire, only_message(wire));
    wire.expect();
  });
});

describe("PUBREL for an id that is not known", () => {
  it.each([
    [3, 0],
    [4, 0],
    [5, 0x92],
  ] as const)("is answered on version %i by PUBCOMP with %i", (version, reason_code) => {
    new Wire({ version }).connected().send(pubrel(7)).expect(pubcomp(7, reason_code));
  });

  it("is one for a QoS 1 message too", () => {
    const wire = new Wire({ version: 5 }).connected().send(publish("a", "x", { qos: 1, mid: 7 }), pubrel(7));
    wire.expect(pubcomp(7, 0x92));
    expect(wire.session.ack(7)).toBe(true);
  });

  it("before PUBREC was sent ends the exchange all the same", () => {
    const wire = new Wire({ version: 5 }).connected().send(publish("a", "x", { qos: 2, mid: 7 }), pubrel(7));
    wire.expect(pubcomp(7));
    expect(wire.session.ack(7)).toBe(false);
  });
});

describe("our Receive Maximum", () => {
  const limited = () =>
    new Wire({ version: 5, connect_properties: props(1, { ReceiveMaximum: 2 }) }).connected();
  const message = (mid: number, qos: 1 | 2 = 1) => publish("a", "", { qos, mid });

  it("ends the link with 0x93 when the broker sends more at once [MQTT-3.3.4-9]", () => {
    const wire = limited().send(message(1), message(2, 2)).send(publish("a"), message(3));
    wire.expect(disconnect(0x93));
    expect(wire.closed()).toMatchObject({ rc: 2, error: { reason_code: 0x93 } });
    expect(wire.told("message")).toHaveLength(3);
  });

  it("does not count QoS 1 that was acknowledged, nor QoS 2 that was completed", () => {
    const wire = limited().send(message(1), message(2, 2));
    wire.session.ack(1);
    wire.expect(puback(1)).send(message(3));
    wire.session.ack(2);
    wire.expect(pubrec(2)).send(pubrel(2), message(4)).expect(pubcomp(2));
    expect(wire.session.phase).toBe("connected");
  });

  it("counts QoS 2 until PUBREL", () => {
    const wire = limited().send(message(1, 2), message(2, 2));
    wire.session.ack(1);
    wire.send(message(3));
    expect(wire.closed()).toMatchObject({ error: { reason_code: 0x93 } });
  });

  it("counts a message that comes again once", () => {
    const wire = limited().send(message(1), message(2), { ...message(2), dup: true });
    expect(wire.session.phase).toBe("connected");
  });

  it("begins anew with each link, whatever is still open from earlier ones (4.9)", () => {
    const wire = limited().send(message(1, 2), message(2, 2));
    wire.session.ack(1);
    wire.session.ack(2);
    wire.reconnected().send(pubrel(1), message(3), message(4));
    expect(wire.session.phase).toBe("connected");
    wire.send({ ...message(2, 2), dup: true });
    expect(wire.closed()).toMatchObject({ error: { reason_code: 0x93 } });
  });

  it("does not exist before MQTT 5", () => {
    const wire = new Wire({ version: 4, connect_properties: props(1, { ReceiveMaximum: 1 }) }).connected();
    wire.send(message(1), message(2));
    expect(wire.session.phase).toBe("connected");
  });
});
