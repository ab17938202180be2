import { describe, expect, it } from "@jest/globals";
import { encode } from "../../lib/codec/encoder.ts";
import { Keepalive } from "../../lib/protocol/keepalive.ts";
import { pingreq, pingresp, publish } from "../support/core_packets.ts";
import { Wire } from "../support/session_wire.ts";

const K = 10_000;

describe("the keepalive", () => {
  it("asks for a ping when nothing was sent for the interval [MQTT-3.1.2-23]", () => {
    const keepalive = new Keepalive(K, 0);
    keepalive.received(9_000);
    expect(keepalive.next_timeout()).toBe(K);
    expect(keepalive.check(K - 1)).toBeNull();
    expect(keepalive.check(K)).toBe("ping");
  });

  it("asks for one when nothing was received for the interval, however much is sent", () => {
    const keepalive = new Keepalive(K, 0);
    for (let now = 10; now < K; now += 10) {
      keepalive.sent(now);
      expect(keepalive.check(now)).toBeNull();
    }
    expect(keepalive.next_timeout()).toBe(K);
    expect(keepalive.check(K)).toBe("ping");
  });

  it("asks for none while something is sent and something is received", () => {
    const keepalive = new Keepalive(K, 0);
    for (let now = 0; now < 10 * K; now += K / 2) {
      keepalive.sent(now);
      keepalive.received(now);
      expect(keepalive.check(now + K / 2 - 1)).toBeNull();
    }
  });

  it("gives up one and a half intervals after the last byte came", () => {
    const keepalive = new Keepalive(K, 0);
    keepalive.check(K);
    expect(keepalive.next_timeout()).toBe(1.5 * K);
    expect(keepalive.check(1.5 * K - 1)).toBeNull();
    expect(keepalive.check(1.5 * K)).toBe("dead");
  });

  it("takes any byte for a sign of life", () => {
    const keepalive = new Keepalive(K, 0);
    keepalive.check(K);
    keepalive.received(1.4 * K);
    expect(keepalive.check(1.5 * K)).toBeNull();
    expect(keepalive.next_timeout()).toBe(2 * K);
  });

  it.each([1.6, 2, 1000])("asks before it gives up when its moment comes %d intervals late", (late) => {
    const keepalive = new Keepalive(K, 0);
    expect(keepalive.check(late * K)).toBe("ping");
    expect(keepalive.check((late + 0.5) * K - 1)).toBeNull();
    expect(keepalive.check((late + 0.5) * K)).toBe("dead");
  });

  it("asks once more, not at once, after a ping that was never answered and a long sleep", () => {
    const keepalive = new Keepalive(K, 0);
    keepalive.check(K);
    // A large packet comes, behind which PINGRESP waits; then the process sleeps.
    keepalive.received(1.4 * K);
    expect(keepalive.check(50 * K)).toBe("ping");
    expect(keepalive.check(50.5 * K)).toBe("dead");
  });

  it("never asks and never gives up when it is 0", () => {
    const keepalive = new Keepalive(0, 0);
    expect(keepalive.next_timeout()).toBe(Number.POSITIVE_INFINITY);
    expect(keepalive.check(1e12)).toBeNull();
  });
});

describe.each([3, 4, 5] as const)("on a link of version %i, the keepalive", (version) => {
  it("sends PINGREQ over and over while the broker answers", () => {
    const wire = new Wire({ version, keepalive: 10 }).connected();
    for (let round = 0; round < 5; round += 1) {
      wire.live(K).expect(pingreq).send(pingresp);
    }
    expect(wire.session.phase).toBe("connected");
  });

  it("pings a broker to which QoS 0 goes 100 times a second, and notices within 1.5 intervals that it is gone", () => {
    const wire = new Wire({ version, keepalive: 10 }).connected();
    const begin = wire.now;
    let pings = 0;
    while (wire.session.phase === "connected") {
      wire.publish("x", 0);
      wire.live(10);
      pings += wire.received().filter(({ type }) => type === pingreq.type).length;
    }
    expect(pings).toBe(1);
    expect(wire.now - begin).toBe(1.5 * K);
    expect(wire.closed()).toMatchObject({ rc: 16, error: { code: "ERR_MQTT_TIMEOUT" } });
  });

  it("holds a link on which one large packet comes slowly", () => {
    const wire = new Wire({ version, keepalive: 10 }).connected();
    const bytes = encode(publish("t", "x".repeat(4_000)), version);
    for (let at = 0; at < bytes.length; at += 100) {
      wire.live(9_000).send_bytes(bytes.subarray(at, at + 100));
    }
    expect(wire.told("message")).toHaveLength(1);
    expect(wire.session.phase).toBe("connected");
  });

  it("lets PINGREQ pass what waits in the queue", () => {
    const wire = new Wire({ version, keepalive: 10 }).connected();
    wire.publish("large", 0);
    wire.session.tick(wire.now + K);
    wire.expect(pingreq, publish("t", "large"));
  });

  it("is not blamed on a broker that is not read", () => {
    const wire = new Wire({ version, keepalive: 10 }).connected();
    for (let round = 0; round < 10; round += 1) {
      wire.session.heard(wire.now);
      wire.live(9_999);
    }
    expect(wire.session.phase).toBe("connected");
  });
});

describe("Server Keep Alive", () => {
  it("takes the place of ours [MQTT-3.1.2-21]", () => {
    const wire = new Wire({ version: 5, keepalive: 60 }).connected(false, { ServerKeepAlive: 10 });
    expect(wire.session.next_timeout()).toBe(wire.now + K);
    wire.live(K).expect(pingreq);
    wire.live(K / 2);
    expect(wire.closed().rc).toBe(16);
  });

  it("of 0 turns it off", () => {
    const wire = new Wire({ version: 5, keepalive: 60 }).connected(false, { ServerKeepAlive: 0 });
    expect(wire.session.next_timeout()).toBeNull();
    wire.wait(1e9).expect();
  });

  it("is asked for anew on the next link", () => {
    const wire = new Wire({ version: 5, keepalive: 60 }).connected(false, { ServerKeepAlive: 10 });
    wire.reconnected(false);
    expect(wire.session.next_timeout()).toBe(wire.now + 60_000);
  });
});

describe("a broker that is asked in between", () => {
  it.each([60, 0])("has the time that it is given to answer, with a keepalive of %d", (keepalive) => {
    const wire = new Wire({ keepalive }).connected();
    wire.session.probe(wire.now, 5000);
    wire.expect(pingreq);
    wire.wait(2000);
    wire.session.probe(wire.now, 5000);
    wire.expect(pingreq);
    expect(wire.session.next_timeout()).toBe(wire.now + 3000);
    wire.wait(3000);
    expect(wire.closed()).toMatchObject({ rc: 16, error: { code: "ERR_MQTT_TIMEOUT" } });
  });

  it("has all the time of the keepalive again once it has answered", () => {
    const wire = new Wire({ version: 4, keepalive: 10 }).connected();
    wire.session.probe(wire.now, 5000);
    wire.send(pingresp).expect(pingreq);
    expect(wire.session.next_timeout()).toBe(wire.now + K);
  });

  it("is not asked unless it is there", () => {
    const wire = new Wire().open();
    wire.received();
    wire.session.probe(wire.now, 5000);
    wire.expect();
  });
});
