import { describe, expect, it } from "@jest/globals";
import { Decoder } from "../../lib/codec/decoder.ts";
import { FULL_BYTES } from "../../lib/codec/output.ts";
import type { Packet } from "../../lib/codec/packets.ts";
import type { Work } from "../../lib/protocol/outputs.ts";
import {
  connack,
  connect,
  disconnect,
  puback,
  publish,
  pubrec,
  pubrel,
  subscribe,
  unsubscribe,
} from "../support/core_packets.ts";
import { plain } from "../support/plain_packet.ts";
import { Wire } from "../support/session_wire.ts";

function sizes(work: readonly Work[]): number[] {
  return work.map((item) => (item.type === "send" ? item.bytes.length : 0));
}

function packets(work: readonly Work[]): Packet[] {
  const decoder = new Decoder({ version: 4, max_packet_size: 1_000_000, role: "server" });
  return work.flatMap((item) => (item.type === "send" ? decoder.push(item.bytes).map(plain) : []));
}

describe("what leaves", () => {
  it("leaves in the order in which it was asked for", () => {
    const wire = new Wire().connected();
    wire.publish("1", 0);
    wire.subscribe(["a"]);
    wire.publish("2", 2);
    wire.unsubscribe("a");
    wire.publish("3", 1);
    wire.expect(
      publish("t", "1"),
      subscribe(2, ["a"]),
      publish("t", "2", { qos: 2, mid: 3 }),
      unsubscribe(4, ["a"]),
      publish("t", "3", { qos: 1, mid: 5 }),
    );
  });

  it("does not wait behind what the window holds back", () => {
    const wire = new Wire({ max_inflight: 1 }).connected();
    wire.publish("1", 1);
    wire.publish("2", 1);
    wire.subscribe(["a"]);
    wire.publish("3", 0);
    wire.expect(publish("t", "1", { qos: 1, mid: 1 }), subscribe(3, ["a"]), publish("t", "3"));
    wire.send(puback(1)).expect(publish("t", "2", { qos: 1, mid: 2 }));
  });

  it("does not overtake within its kind: QoS 0 and QoS 1 keep their order while the window is open", () => {
    const wire = new Wire().connected();
    const asked = [0, 1, 1, 0, 2, 0, 1] as const;
    for (const [index, qos] of asked.entries()) wire.publish(String(index), qos);
    const left = wire.received().map((packet) => ("payload" in packet ? Number(String(packet.payload)) : -1));
    expect(left).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("leaves in portions, so that a slow link finds the rest in the queue", () => {
    const wire = new Wire({ version: 4, max_inflight: 0 }).connected();
    const half = Buffer.alloc(0.6 * FULL_BYTES);
    for (let count = 0; count < 5; count += 1) wire.publish(half, count === 3 ? 1 : 0);
    const portions: number[] = [];
    for (let work = wire.session.take_work(0); work.length > 0; work = wire.session.take_work(0)) {
      portions.push(work.length);
      expect(sizes(work).every((size) => size > half.length)).toBe(true);
    }
    expect(portions).toEqual([2, 2, 1]);
    expect(wire.session.counts.queued).toBe(0);
  });

  it("waits in the queue, not encoded, as long as nobody takes it", () => {
    const wire = new Wire().connected();
    wire.publish("1", 0);
    wire.publish("2", 1);
    expect(wire.session.counts).toMatchObject({ queued: 2, in_flight: 0 });
    expect(wire.session.take_events()).toEqual([]);
    expect(packets(wire.session.take_work(wire.now))).toHaveLength(2);
    expect(wire.session.take_work(wire.now)).toEqual([]);
    expect(wire.session.counts).toMatchObject({ queued: 0, in_flight: 1 });
  });

  it("is nothing but CONNECT before CONNACK [MQTT-3.1.0-1]", () => {
    const wire = new Wire();
    wire.session.dial();
    wire.publish("1", 0);
    wire.publish("2", 1);
    wire.subscribe(["a"]);
    expect(wire.session.take_work(wire.now)).toEqual([]);
    wire.opened().expect(connect());
    expect(wire.session.take_work(wire.now)).toEqual([]);
  });

  it("is DISCONNECT last: nothing follows it [MQTT-3.14.4-2]", () => {
    const wire = new Wire().connected();
    wire.publish("1", 1);
    wire.disconnect();
    expect(wire.publish("2", 1).rc).toBe(4);
    expect(wire.publish("3", 0)).toEqual({ rc: 4, message: null });
    expect(wire.subscribe(["a"])).toEqual({ rc: 4, mid: null });
    wire.expect(publish("t", "1", { qos: 1, mid: 1 }), disconnect());
    wire.send(publish("a", "x", { qos: 1, mid: 1 }), puback(1));
    wire.session.ack(1);
    wire.expect();
    wire
      .cut()
      .connected()
      .expect(publish("t", "2", { qos: 1, mid: 2 }));
  });

  it("is DISCONNECT only when all that was handed over before has left, however narrow the window", () => {
    const wire = new Wire({ max_inflight: 1 }).connected();
    for (const payload of ["1", "2", "3"]) wire.publish(payload, 1);
    wire.disconnect();
    wire.publish("later", 1);
    wire.expect(publish("t", "1", { qos: 1, mid: 1 }));
    expect(wire.session.wants_write).toBe(false);
    wire.send(puback(1)).expect(publish("t", "2", { qos: 1, mid: 2 }));
    wire.send(puback(2)).expect(publish("t", "3", { qos: 1, mid: 3 }), disconnect());
  });

  it("is DISCONNECT only after PUBREL: before that no broker has to deliver a message of QoS 2", () => {
    const wire = new Wire().connected();
    wire.publish("1", 2);
    wire.disconnect();
    wire.expect(publish("t", "1", { qos: 2, mid: 1 }));
    wire.send(pubrec(1)).expect(pubrel(1), disconnect());
  });

  it("is DISCONNECT all the same when the broker takes no more for ten seconds", () => {
    const wire = new Wire({ max_inflight: 1, keepalive: 0 }).connected();
    for (const payload of ["1", "2"]) wire.publish(payload, 1);
    wire.disconnect();
    wire.expect(publish("t", "1", { qos: 1, mid: 1 }));
    expect(wire.session.next_timeout()).toBe(wire.now + 10_000);
    wire.wait(10_000);
    wire.expect(disconnect());
    expect(wire.ending).toEqual({ flush: true });
    expect(wire.session.counts).toMatchObject({ queued: 1, in_flight: 1 });
  });

  it("is, of a session that is woken late, the same", () => {
    const wire = new Wire().open();
    wire.session.receive(Buffer.from("20020000", "hex"), wire.now);
    wire.publish("1", 1);
    wire.disconnect();
    wire.expect(connect(), publish("t", "1", { qos: 1, mid: 1 }), disconnect());
    expect(wire.ending).toEqual({ flush: true });
  });

  it("is a close at the end of a link that was refused, and no more than once", () => {
    const wire = new Wire({ retry_refused: false }).open();
    wire.session.receive(Buffer.from("20020005", "hex"), wire.now);
    expect(wire.session.wants_write).toBe(true);
    expect(wire.session.take_work(wire.now)).toEqual([{ type: "close", flush: false }]);
    expect(wire.session.take_work(wire.now)).toEqual([]);
    expect(wire.session.wants_write).toBe(false);
    expect(wire.session.phase).toBe("closing");
    wire.send(connack());
    expect(wire.event_types()).toEqual(["connack"]);
  });
});
