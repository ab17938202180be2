import { describe, expect, it } from "@jest/globals";
import type { Packet } from "../../lib/codec/packets.ts";
import { Outbound } from "../../lib/protocol/outbound.ts";
import { PacketIds } from "../../lib/protocol/packet_ids.ts";
import { connect, puback, pubcomp, publication, publish, pubrec, pubrel } from "../support/core_packets.ts";
import { Wire } from "../support/session_wire.ts";

const versions = [3, 4, 5] as const;

function sent(payload: string, qos: 1 | 2, mid: number, dup = false): Packet {
  return publish("t", payload, { qos, mid, dup });
}

describe.each(versions)("our QoS 1 message on version %i", (version) => {
  it("is done with PUBACK [MQTT-4.3.2-1]", () => {
    const wire = new Wire({ version }).connected();
    const message = wire.accepted("a", 1);
    wire.expect(sent("a", 1, 1));
    expect(wire.session.counts).toMatchObject({ queued: 0, in_flight: 1, bytes: 2 });
    wire.send(puback(1));
    expect(wire.told("published")).toEqual([{ type: "published", message, packet: puback(1) }]);
    expect(message.state).toBe("settled");
    expect(wire.session.counts).toEqual({ queued: 0, in_flight: 0, bytes: 0, dropped: 0 });
  });

  it("is sent again with DUP and the same id on the next link [MQTT-4.4.0-1], [MQTT-3.3.1-1]", () => {
    const wire = new Wire({ version }).connected();
    wire.publish("a", 1);
    wire.expect(sent("a", 1, 1)).reconnected();
    wire.expect(sent("a", 1, 1, true)).send(puback(1));
    wire.reconnected().expect();
    expect(wire.told("published")).toHaveLength(1);
  });

  it("that had not left when the link broke carries no DUP", () => {
    const wire = new Wire({ version }).connected();
    wire.publish("a", 1);
    wire.reconnected().expect(sent("a", 1, 1));
  });

  it("is never sent again on the same link", () => {
    const wire = new Wire({ version, keepalive: 0 }).connected();
    wire.publish("a", 1);
    wire.expect(sent("a", 1, 1));
    wire.wait(1e9).expect();
  });
});

describe.each(versions)("our QoS 2 message on version %i", (version) => {
  it("is done with PUBCOMP [MQTT-4.3.3-1]", () => {
    const wire = new Wire({ version }).connected();
    const message = wire.accepted("a", 2);
    wire
      .expect(sent("a", 2, 1))
      .send(pubrec(1))
      .expect(pubrel(1));
    expect(wire.session.counts.in_flight).toBe(1);
    expect(wire.told("published")).toEqual([]);
    wire.send(pubcomp(1)).expect();
    expect(wire.told("published")).toEqual([{ type: "published", message, packet: pubcomp(1) }]);
  });

  it("gets one PUBREL for each PUBREC", () => {
    const wire = new Wire({ version }).connected();
    wire.publish("a", 2);
    wire.received();
    wire.send(pubrec(1), pubrec(1)).expect(pubrel(1), pubrel(1));
  });

  it("is published again when the link broke before PUBREC", () => {
    const wire = new Wire({ version }).connected();
    wire.publish("a", 2);
    wire.expect(sent("a", 2, 1)).reconnected();
    wire
      .expect(sent("a", 2, 1, true))
      .send(pubrec(1))
      .expect(pubrel(1))
      .send(pubcomp(1));
    expect(wire.told("published")).toHaveLength(1);
  });

  it("is never published again after PUBREC: PUBREL is, over as many links as it takes [MQTT-4.3.3-4]", () => {
    const wire = new Wire({ version }).connected();
    wire.publish("a", 2);
    wire.expect(sent("a", 2, 1)).send(pubrec(1));
    for (let link = 0; link < 3; link += 1) {
      wire
        .cut()
        .open()
        .expect(connect({ version, clean: false }))
        .cut();
      wire.connected(true).expect(pubrel(1));
    }
    wire.send(pubcomp(1));
    expect(wire.told("published")).toHaveLength(1);
    wire.reconnected().expect();
  });

  it("that was released and not answered keeps its phase when PUBREL itself had not left", () => {
    const wire = new Wire({ version }).connected();
    wire.publish("a", 2);
    wire.received();
    wire.session.receive(Buffer.from("50020001", "hex"), wire.now);
    wire.reconnected().expect(pubrel(1));
  });

  it("takes a PUBCOMP as it is told", () => {
    const wire = new Wire({ version: 5 }).connected();
    wire.publish("a", 2);
    wire.send(pubrec(1)).send(pubcomp(1, 0x92));
    expect(wire.told("published")).toMatchObject([{ packet: { reason_code: 0x92 } }]);
    expect(wire.session.counts.in_flight).toBe(0);
  });
});

describe("our QoS 2 message, when the broker has lost the session,", () => {
  // 3.1 has no session present flag: there it is lost with a clean session only.
  it.each([3, 4, 5] as const)("begins again, also after PUBREC, on version %i", (version) => {
    const wire = new Wire({ version, clean: version === 3 }).connected();
    wire.publish("a", 2);
    wire.received();
    wire.send(pubrec(1)).expect(pubrel(1));
    wire.reconnected(false).expect(sent("a", 2, 1, true));
    wire.send(pubrec(1)).expect(pubrel(1)).send(pubcomp(1));
    expect(wire.told("published")).toHaveLength(1);
  });

  it("begins again in its place among those that had no PUBREC", () => {
    const wire = new Wire().connected();
    for (const payload of ["A", "B", "C"]) wire.publish(payload, 2);
    wire.send(pubrec(2));
    wire.received();
    wire.reconnected(false).expect(sent("A", 2, 1, true), sent("B", 2, 2, true), sent("C", 2, 3, true));
  });
});

describe("a reason code of 0x80 and more", () => {
  it.each([puback(1, 0x97), puback(1, 0x87)])("in PUBACK is the end of the message: %p", (packet) => {
    const wire = new Wire({ version: 5 }).connected();
    wire.publish("a", 1);
    wire.send(packet);
    expect(wire.told("published")).toMatchObject([{ packet }]);
    expect(wire.session.counts.in_flight).toBe(0);
  });

  it("in PUBREC is the end of the message, without PUBREL (4.3.3)", () => {
    const wire = new Wire({ version: 5 }).connected();
    wire.publish("a", 2);
    wire
      .expect(sent("a", 2, 1))
      .send(pubrec(1, 0x97))
      .expect();
    expect(wire.told("published")).toMatchObject([{ packet: pubrec(1, 0x97) }]);
    wire.reconnected().expect();
  });

  it("in PUBREC after a PUBREC without is one too", () => {
    const wire = new Wire({ version: 5 }).connected();
    wire.publish("a", 2);
    wire.send(pubrec(1), pubrec(1, 0x91));
    expect(wire.told("published")).toHaveLength(1);
    expect(wire.session.counts.in_flight).toBe(0);
  });

  it("below, as 0x10 in PUBREC, is none", () => {
    const wire = new Wire({ version: 5 }).connected();
    wire.publish("a", 2);
    wire
      .expect(sent("a", 2, 1))
      .send(pubrec(1, 0x10))
      .expect(pubrel(1));
  });
});

describe("an ack that answers nothing", () => {
  it.each(versions)("is ignored with a notice: unknown ids on version %i", (version) => {
    const wire = new Wire({ version }).connected().send(puback(7), pubrec(8), pubcomp(9)).expect();
    expect(wire.notices()).toEqual([
      "PUBACK for packet id 7 answers nothing that is in flight: ignored",
      "PUBREC for packet id 8 answers nothing that is in flight: ignored",
      "PUBCOMP for packet id 9 answers nothing that is in flight: ignored",
    ]);
    expect(wire.session.phase).toBe("connected");
  });

  it.each([
    ["PUBREC", 1, pubrec(1)],
    ["PUBCOMP", 1, pubcomp(1)],
    ["PUBACK", 2, puback(1)],
    ["PUBCOMP before PUBREC", 2, pubcomp(1)],
  ] as const)("is ignored with a notice: %s for QoS %i", (_name, qos, packet) => {
    const wire = new Wire().connected();
    wire.publish("a", qos);
    wire.received();
    wire.send(packet).expect();
    expect(wire.notices()).toHaveLength(1);
    expect(wire.session.counts.in_flight).toBe(1);
  });

  it.each([puback(1), pubrec(1)])("is ignored when the message still waits for its turn: %p", (packet) => {
    const wire = new Wire({ max_inflight: 1 }).connected();
    wire.publish("0", 1);
    wire.reconnected();
    wire.publish("a", packet.type === 4 ? 1 : 2);
    wire.received();
    wire.send({ ...packet, mid: 2 });
    expect(wire.notices()).toHaveLength(1);
    expect(wire.session.counts).toMatchObject({ queued: 1, in_flight: 1 });
  });
});

describe("what is sent again", () => {
  it("keeps the order of its first sending, whatever QoS [MQTT-4.6.0-1]; PUBRELs go first [MQTT-4.6.0-4]", () => {
    const wire = new Wire().connected();
    wire.publish("1", 1);
    wire.publish("2", 2);
    wire.publish("3", 2);
    wire.publish("4", 1);
    wire.publish("5", 2);
    wire.received();
    wire.send(pubrec(5), pubrec(2));
    wire.publish("6", 1);
    wire.reconnected();
    wire.expect(
      pubrel(5),
      pubrel(2),
      sent("1", 1, 1, true),
      sent("3", 2, 3, true),
      sent("4", 1, 4, true),
      sent("6", 1, 6),
    );
  });

  it("goes before what was published meanwhile, and before what is asked while the link is opened", () => {
    const wire = new Wire().connected();
    wire.publish("1", 1);
    wire.received();
    wire.cut();
    expect(wire.publish("2", 1).rc).toBe(4);
    wire.session.dial();
    wire.publish("3", 0);
    wire.subscribe(["a"]);
    wire.opened().accept(true);
    expect(
      wire
        .received()
        .slice(1)
        .map((packet) => ("mid" in packet ? packet.mid : 0)),
    ).toEqual([1, 2, 0, 4]);
  });

  it("finds its old place also among what an earlier link has not come to sending again", () => {
    const wire = new Wire({ max_inflight: 3 }).connected();
    wire.publish("A", 2);
    wire.publish("B", 2);
    wire.publish("C", 2);
    wire.received();
    wire.send(pubrec(2));
    wire.session.configure({ ...wire.settings, max_inflight: 1 });
    // B is in flight as PUBREL, so that A and C wait again.
    wire.reconnected().expect(pubrel(2));
    wire.session.configure({ ...wire.settings, max_inflight: 20 });
    wire.reconnected(false).expect(sent("A", 2, 1, true), sent("B", 2, 2, true), sent("C", 2, 3, true));
  });

  it("survives links that end before CONNACK", () => {
    const wire = new Wire().connected();
    wire.publish("1", 1);
    wire.publish("2", 2);
    wire.received();
    for (let link = 0; link < 3; link += 1) {
      wire.cut();
      wire.publish(`more ${link}`, 1);
      wire.open().expect(connect({ clean: false }));
    }
    wire.accept(true);
    expect(wire.received().map((packet) => ("payload" in packet ? String(packet.payload) : ""))).toEqual([
      "1",
      "2",
      "more 0",
      "more 1",
      "more 2",
    ]);
  });
});

describe("a publication", () => {
  it("of a session that knows no link yet is kept, and sent by the first", () => {
    const wire = new Wire();
    expect(wire.publish("1", 1)).toMatchObject({ rc: 4, message: { mid: 1 } });
    expect(wire.publish("2", 2)).toMatchObject({ rc: 4, message: { mid: 2 } });
    wire.connected().expect(sent("1", 1, 1), sent("2", 2, 2));
  });

  it("of QoS 0 without a link is dropped with NO_CONN", () => {
    const wire = new Wire();
    expect(wire.publish("1", 0)).toEqual({ rc: 4, message: null });
    wire.connected().expect();
  });

  it("of QoS 0 waits for a link that is being opened, and is gone with it", () => {
    const wire = new Wire();
    wire.session.dial();
    const { rc, message } = wire.publish("1", 0);
    expect(rc).toBe(0);
    wire.cut(new Error("no way"));
    expect(wire.told("abandoned")).toMatchObject([{ message, error: { code: "ERR_MQTT_CONNECTION_LOST" } }]);
    expect(wire.session.counts).toEqual({ queued: 0, in_flight: 0, bytes: 0, dropped: 1 });
    wire.connected().expect();
  });

  it("of QoS 0 is kept with queue_qos0, in its place in the order, over any number of links", () => {
    const wire = new Wire({ queue_qos0: true });
    expect(wire.publish("1", 0)).toMatchObject({ rc: 4, message: { mid: 1 } });
    wire.publish("2", 1);
    wire.open().cut();
    wire.publish("3", 0);
    wire.connected();
    wire.expect(publish("t", "1"), sent("2", 1, 2), publish("t", "3"));
    expect(wire.told("published")).toMatchObject([{ packet: null }, { packet: null }]);
  });

  it("of QoS 0 is told as published when it has left", () => {
    const wire = new Wire().connected();
    const { message } = wire.publish("1", 0);
    expect(wire.session.take_events()).toEqual([]);
    wire.expect(publish("t", "1"));
    expect(wire.told("published")).toEqual([{ type: "published", message, packet: null }]);
    expect(wire.session.counts.bytes).toBe(0);
  });

  it("finds all 65535 ids in use, and the queue goes on when one is free again", () => {
    const wire = new Wire({ max_inflight: 65_535 }).connected();
    for (let count = 0; count < 65_535; count += 1) wire.publish("", 1);
    expect(wire.publish("", 1)).toEqual({ rc: 15, message: null });
    expect(wire.publish("", 0).rc).toBe(0);
    expect(wire.subscribe(["a"])).toEqual({ rc: 15, mid: null });
    expect(wire.unsubscribe("a")).toEqual({ rc: 15, mid: null });
    expect(wire.received()).toHaveLength(65_536);
    wire.send(puback(40_000));
    expect(wire.publish("", 1)).toMatchObject({ rc: 0, message: { mid: 40_000 } });
  });
});

describe("the books of what is open", () => {
  const limits = {
    max_queued_messages: 0,
    max_queued_bytes: 0,
    max_queued_age_ms: 0,
    queue_policy: "reject",
    queue_qos0: false,
  } as const;
  it("do not forget or double a byte", () => {
    const outbound = new Outbound(new PacketIds());
    const ticket = { mid: 0 };
    const place = { seq: 0, alias: 0, expires_at: 1, useless_at: 1, ticket };
    const stamped = outbound.accept(publication("1"), place, limits, false, () => {});
    expect([stamped?.ticket, ticket.mid]).toEqual([ticket, stamped?.mid]);
    outbound.abandon(stamped as never);
    const take = (payload: string, seq: number) =>
      outbound.accept(
        publication(payload),
        { seq, alias: 0, expires_at: 1, useless_at: 1, ticket: null },
        limits,
        false,
        () => {},
      );
    const [one, two] = [take("12", 1), take("345", 2)];
    if (one === null || two === null) throw new Error("not accepted");
    expect([outbound.bytes, outbound.unsettled]).toEqual([7, 2]);
    outbound.left(one);
    expect([outbound.in_flight, outbound.unsettled]).toEqual([1, 2]);
    expect(outbound.take_expired(2)).toEqual([two]);
    outbound.complete(one);
    expect([outbound.bytes, outbound.unsettled]).toEqual([0, 0]);
    expect(outbound.find(1)).toBeUndefined();
  });

  it("give all that is not settled, wherever it stands, to who comes to the end", () => {
    const wire = new Wire({ max_inflight: 2, queue_qos0: true }).connected();
    expect(wire.session.take_all()).toEqual([]);
    const messages = [wire.accepted("1", 1), wire.accepted("2", 2), wire.accepted("3", 1)];
    wire.received();
    wire.send(pubrec(2));
    wire.session.closed(null);
    messages.push(wire.accepted("4", 0));
    expect(new Set(wire.session.take_all())).toEqual(new Set(messages));
  });
});
