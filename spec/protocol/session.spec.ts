import { describe, expect, it } from "@jest/globals";
import { MQTTErrorCode } from "../../lib/model/enums.ts";
import { TransportError } from "../../lib/model/errors.ts";
import {
  connack,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  suback,
  unsuback,
} from "../support/core_packets.ts";
import { Wire } from "../support/session_wire.ts";

describe("owes", () => {
  const owes = (wire: Wire) => wire.session.owes;

  it("is true on a link that is being opened or ended, and false without one", () => {
    const wire = new Wire();
    wire.publish("1", 1);
    expect(owes(wire)).toBe(false);
    wire.session.dial();
    expect(owes(wire)).toBe(true);
    wire.opened();
    expect(owes(wire)).toBe(true);
    wire.accept().send(puback(1));
    expect(owes(wire)).toBe(false);
    wire.disconnect();
    expect(owes(wire)).toBe(true);
    wire.flush();
    expect(owes(wire)).toBe(true);
    wire.cut();
    expect(owes(wire)).toBe(false);
  });

  it("is true on a link that is given up, until it is gone", () => {
    const wire = new Wire().connected();
    wire.session.receive(Buffer.from("0000", "hex"), wire.now);
    expect([wire.session.phase, owes(wire)]).toEqual(["closing", true]);
    wire.flush();
    expect(owes(wire)).toBe(false);
  });

  it("is true until all that was asked of an open link is settled", () => {
    const wire = new Wire({ version: 5 }).connected();
    expect(owes(wire)).toBe(false);
    wire.publish("1", 0);
    expect(owes(wire)).toBe(true);
    wire.flush();
    expect(owes(wire)).toBe(false);

    wire.publish("2", 2);
    wire.flush();
    expect(owes(wire)).toBe(true);
    wire.send(pubrec(2)).send(pubcomp(2));
    expect(owes(wire)).toBe(false);

    wire.subscribe(["a"]);
    wire.unsubscribe("a");
    wire.flush();
    wire.send(suback(3, 0));
    expect(owes(wire)).toBe(true);
    wire.send(unsuback(4, 0));
    expect(owes(wire)).toBe(false);

    wire.send(publish("a", "", { qos: 1, mid: 1 }));
    expect(owes(wire)).toBe(false);
    wire.session.ack(1);
    expect(owes(wire)).toBe(true);
    wire.flush();
    expect(owes(wire)).toBe(false);
  });
});

describe("wants_write", () => {
  const wants = (wire: Wire) => wire.session.wants_write;

  it("is true exactly when take_work gives something", () => {
    const wire = new Wire({ max_inflight: 1 });
    const is_truthful = () => {
      const before = wants(wire);
      const work = wire.session.take_work(wire.now);
      expect(work.length > 0).toBe(before);
      expect(wants(wire)).toBe(false);
      return before;
    };
    wire.publish("1", 1);
    expect(is_truthful()).toBe(false);
    wire.session.dial();
    expect(is_truthful()).toBe(false);
    wire.session.open(wire.now);
    expect(is_truthful()).toBe(true);
    wire.publish("2", 1);
    expect(is_truthful()).toBe(false);
    wire.session.receive(Buffer.from("20020000", "hex"), wire.now);
    expect(is_truthful()).toBe(true);
    expect(is_truthful()).toBe(false);
    wire.publish("3", 0);
    expect(is_truthful()).toBe(true);
    wire.session.receive(Buffer.from("40020001", "hex"), wire.now);
    expect(is_truthful()).toBe(true);
    wire.session.tick(wire.now + 60_000);
    expect(is_truthful()).toBe(true);
    wire.subscribe(["a"]);
    expect(is_truthful()).toBe(true);
    wire.disconnect();
    expect(is_truthful()).toBe(true);
    wire.session.receive(Buffer.from("30030001610000", "hex"), wire.now);
    expect(wire.session.phase).toBe("closing");
    expect(is_truthful()).toBe(true);
    wire.session.closed(null);
    expect(is_truthful()).toBe(false);
  });
});

describe("room in the queue", () => {
  it("is there while at most half of each limit is used", () => {
    const wire = new Wire({ max_queued_messages: 4, max_queued_bytes: 20 });
    const has_room = () => wire.session.has_room;
    wire.publish("1", 1);
    wire.publish("2", 1);
    expect(has_room()).toBe(true);
    wire.publish("3", 1);
    expect(has_room()).toBe(false);
    wire.connected().send(puback(1), puback(2), puback(3));
    expect(has_room()).toBe(true);
    wire.publish("0123456789", 1);
    expect(has_room()).toBe(false);
  });

  it("is always there without limits", () => {
    const wire = new Wire();
    for (let count = 0; count < 100; count++) wire.publish("1", 1);
    expect(wire.session.has_room).toBe(true);
  });
});

describe("counts", () => {
  it("follow a message from the queue to its end, in every phase", () => {
    const wire = new Wire({ max_inflight: 1 });
    const counts = () => wire.session.counts;
    wire.publish("12345", 2);
    wire.publish("12", 1);
    expect(counts()).toEqual({ queued: 2, in_flight: 0, bytes: 9, dropped: 0 });
    wire.connected();
    wire.flush();
    expect(counts()).toEqual({ queued: 1, in_flight: 1, bytes: 9, dropped: 0 });
    wire.cut();
    expect(counts()).toEqual({ queued: 1, in_flight: 1, bytes: 9, dropped: 0 });
    wire.open();
    expect(counts()).toMatchObject({ queued: 1, in_flight: 1 });
    wire.accept(true);
    wire.send(pubrec(1));
    expect(counts()).toEqual({ queued: 1, in_flight: 1, bytes: 9, dropped: 0 });
    wire.send(pubcomp(1)).send(puback(2));
    expect(counts()).toEqual({ queued: 0, in_flight: 0, bytes: 0, dropped: 0 });
  });

  it("count what was dropped or not accepted", () => {
    const wire = new Wire({ max_queued_messages: 1 });
    wire.publish("1", 1);
    wire.publish("2", 1);
    expect(wire.session.counts.dropped).toBe(1);
    wire.session.dial();
    wire.publish("3", 0);
    wire.cut();
    expect(wire.session.counts).toEqual({ queued: 1, in_flight: 0, bytes: 2, dropped: 2 });
  });
});

describe("next_timeout", () => {
  const next = (wire: Wire) => {
    const at = wire.session.next_timeout();
    return at === null ? null : at - wire.now;
  };

  it("is the nearest of all moments that matter in the phase", () => {
    const wire = new Wire({ version: 5, keepalive: 60 });
    expect(next(wire)).toBeNull();
    wire.session.dial();
    expect(next(wire)).toBeNull();
    wire.opened();
    expect(next(wire)).toBe(60_000);
    wire.now += 10_000;
    wire.accept();
    expect(next(wire)).toBe(60_000);
    wire.session.configure({ ...wire.settings, max_inflight: 1 });
    wire.publish("1", 1);
    wire.flush();
    wire.reconnected();
    wire.publish_with({ MessageExpiryInterval: 30 }, "2", 1);
    expect(next(wire)).toBe(30_000);
    wire.disconnect();
    wire.flush();
    expect(next(wire)).toBe(30_000);
    wire.wait(30_000);
    // The message that DISCONNECT waited for has expired: it has left just now.
    expect(next(wire)).toBe(90_000);
    wire.session.receive(Buffer.from("0000", "hex"), wire.now);
    expect(wire.session.phase).toBe("closing");
    expect(next(wire)).toBeNull();
  });

  it("never lets a session be woken in vain for ever", () => {
    const wire = new Wire({ version: 5, keepalive: 10 }).open();
    let wakings = 0;
    for (let at = wire.session.next_timeout(); at !== null; at = wire.session.next_timeout()) {
      wire.now = Math.max(at, wire.now);
      wire.session.tick(wire.now);
      wire.flush();
      wakings += 1;
    }
    expect(wakings).toBe(1);
    expect(wire.session.phase).toBe("idle");
  });
});

describe("a session", () => {
  it("tells what happened in its order", () => {
    const wire = new Wire().open();
    wire.publish("1", 1);
    wire.subscribe(["a"]);
    wire.send(connack());
    wire.send(publish("a"), puback(1), suback(2, 0), pubrel(3));
    wire.publish("2", 0);
    wire.cut();
    expect(wire.event_types()).toEqual([
      "connack",
      "message",
      "published",
      "subscribed",
      "abandoned",
      "closed",
    ]);
  });

  it("gives each event once", () => {
    const wire = new Wire().open().accept();
    wire.flush();
    expect(wire.session.take_events()).toEqual([]);
    expect(wire.event_types()).toEqual(["connack"]);
  });

  it("restores nothing on a link that is not up", () => {
    const wire = new Wire().open();
    wire.subscribe(["a"]);
    wire.received();
    wire.session.restore_subscriptions();
    wire.expect();
  });

  it("cannot be dialled twice or opened without a dial: a bug of ours", () => {
    const wire = new Wire();
    expect(() => wire.session.open(0)).toThrow('"open" cannot happen in phase "idle"');
    wire.session.dial();
    expect(() => wire.session.dial()).toThrow('"dial" cannot happen in phase "dialling"');
  });
});

describe("a broker that sends and does not read", () => {
  /** PUBRELs for what was never sent, of which nobody takes the answers. */
  function flooded(pubrels: number): Wire {
    const wire = new Wire({ version: 5 }).connected();
    wire.session.receive(Buffer.alloc(4 * pubrels, Buffer.of(0x62, 2, 0, 1)), wire.now);
    return wire;
  }

  it("may let as many answers wait as two spaces of packet ids hold", () => {
    const wire = flooded(131_070);
    wire.flush();
    expect(wire.session.phase).toBe("connected");
    expect(wire.received()).toHaveLength(131_070);
  });

  it("loses its link with one more, and nothing of it is kept", () => {
    const wire = flooded(131_071);
    expect(wire.session.phase).toBe("closing");
    expect(wire.received()).toEqual([]);
    expect(wire.ending).toEqual({ flush: false });
    const { rc, error } = wire.closed();
    expect(rc).toBe(MQTTErrorCode.MQTT_ERR_CONN_LOST);
    expect(error).toBeInstanceOf(TransportError);
    expect(error?.message).toBe("the broker sends, but does not read");
    expect(wire.connected(true).session.phase).toBe("connected");
  });
});
