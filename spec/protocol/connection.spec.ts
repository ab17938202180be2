import { describe, expect, it } from "@jest/globals";
import { FULL_BYTES } from "../../lib/codec/output.ts";
import type { Phase } from "../../lib/protocol/phase.ts";
import {
  connack,
  connect,
  disconnect,
  pingreq,
  puback,
  publish,
  pubrel,
  suback,
} from "../support/core_packets.ts";
import { Wire } from "../support/session_wire.ts";

const versions = [3, 4, 5] as const;

/** A session in each phase, nothing handed over. */
const in_phase: Record<Phase, () => Wire> = {
  idle: () => new Wire(),
  dialling: () => {
    const wire = new Wire();
    wire.session.dial();
    return wire;
  },
  connecting: () => new Wire().open(),
  connected: () => new Wire().connected(),
  disconnecting: () => {
    const wire = new Wire().connected();
    wire.disconnect();
    return wire;
  },
  closing: () => {
    const wire = new Wire({ retry_refused: false }).open();
    wire.session.receive(Buffer.from("20020005", "hex"), wire.now);
    return wire;
  },
};

const phases = Object.keys(in_phase) as Phase[];

describe.each(phases)("in phase %s", (phase) => {
  it("the session says so", () => {
    expect(in_phase[phase]().session.phase).toBe(phase);
  });

  it("wishes are taken where the link is up or being opened, and kept or refused elsewhere", () => {
    const takes = ["dialling", "connecting", "connected"].includes(phase);
    const wire = in_phase[phase]();
    expect(wire.publish("1", 1).rc).toBe(takes ? 0 : 4);
    expect(wire.publish("0", 0).message === null).toBe(!takes);
    expect(wire.subscribe(["a"]).rc).toBe(takes ? 0 : 4);
    expect(wire.unsubscribe("a").rc).toBe(takes ? 0 : 4);
    expect(wire.session.ack(1)).toBe(false);
  });

  it("the end of the link leads to idle, and is told once", () => {
    const wire = in_phase[phase]();
    wire.session.take_events();
    wire.cut();
    wire.cut();
    expect(wire.session.phase).toBe("idle");
    expect(wire.event_types()).toEqual(phase === "idle" ? [] : ["closed"]);
    expect(wire.session.next_timeout()).toBeNull();
    expect([wire.session.owes, wire.session.wants_write]).toEqual([false, false]);
  });

  it("a link that is replaced is gone without a word", () => {
    const wire = in_phase[phase]();
    wire.session.take_events();
    wire.session.replaced();
    expect(wire.session.phase).toBe("idle");
    expect(wire.event_types()).toEqual([]);
  });

  it("bytes are read from CONNECT on until the link is given up", () => {
    const wire = in_phase[phase]();
    wire.session.take_events();
    wire.session.receive(Buffer.from("0000", "hex"), wire.now);
    const fails = ["connecting", "connected", "disconnecting"].includes(phase);
    expect(wire.session.phase).toBe(fails ? "closing" : phase);
  });

  it("a second goodbye changes nothing", () => {
    const wire = in_phase[phase]();
    wire.disconnect();
    const after = wire.session.phase;
    expect(wire.disconnect()).toBe(["idle", "closing"].includes(after) ? 4 : 0);
    expect(wire.session.phase).toBe(after);
  });

  it("time alone does not break anything", () => {
    const wire = in_phase[phase]();
    wire.session.heard(wire.now);
    wire.wait(1e9).wait(1e9);
    expect(["idle", "dialling"]).toContain(wire.session.phase);
  });
});

describe("the end of a link", () => {
  it.each([
    ["dialling", false],
    ["connecting", true],
    ["connected", true],
  ] as const)("in phase %s says whether it had been up: %p, and what the transport says", (phase, opened) => {
    const error = new Error("reset");
    const wire = in_phase[phase]().cut(error);
    expect(wire.told("closed")).toEqual([
      { type: "closed", opened, cause: { rc: 7, packet: null, error, retry: false } },
    ]);
  });

  it("after disconnect() is a success, whatever the transport says", () => {
    const error = new Error("reset");
    expect(in_phase.disconnecting().cut(error).closed()).toEqual({
      rc: 0,
      packet: null,
      error,
      retry: false,
    });
  });
});

describe.each(versions)("disconnect() on version %i", (version) => {
  it("of a link that is up sends DISCONNECT, with reason and properties on MQTT 5 [MQTT-3.14.4-1]", () => {
    const wire = new Wire({ version }).connected();
    expect(wire.disconnect(4, { SessionExpiryInterval: 5 })).toBe(0);
    expect(wire.session.phase).toBe("disconnecting");
    wire.expect(version === 5 ? disconnect(4, { SessionExpiryInterval: 5 }) : disconnect());
    expect(wire.ending).toEqual({ flush: true });
    expect(wire.told("closed")).toEqual([]);
    expect(wire.cut().closed()).toMatchObject({ rc: 0, error: null });
  });

  it("of a link that is being opened is the end of it, when nothing was handed over", () => {
    const wire = new Wire({ version });
    wire.session.dial();
    expect(wire.disconnect()).toBe(0);
    expect(wire.session.take_work(wire.now)).toEqual([{ type: "close", flush: false }]);
    expect(wire.cut().told("closed")).toMatchObject([{ opened: false, cause: { rc: 0, error: null } }]);
  });

  it("before CONNACK follows CONNECT at once, when nothing was handed over; what comes then is nothing to us", () => {
    const wire = new Wire({ version }).open();
    wire.disconnect(4);
    expect(wire.received()).toMatchObject([{ type: 1 }, { type: 14, reason_code: version === 5 ? 4 : 0 }]);
    expect(wire.ending).toEqual({ flush: true });
    wire.accept().send(publish("a"));
    expect(wire.event_types()).toEqual([]);
    expect(wire.cut().closed()).toMatchObject({ rc: 0, error: null });
  });

  it.each(["dialling", "connecting"] as const)("in phase %s lets what was handed over go first", (phase) => {
    const wire = new Wire({ version });
    wire.session.dial();
    if (phase === "connecting") wire.opened();
    wire.publish("1", 1);
    wire.subscribe(["a"]);
    expect([wire.disconnect(), wire.disconnect()]).toEqual([0, 0]);
    // This comes too late.
    expect([wire.publish("2", 0).rc, wire.publish("3", 1).rc, wire.subscribe(["b"]).rc]).toEqual([4, 4, 4]);
    if (phase === "dialling") wire.opened();
    expect(wire.received()).toHaveLength(1);
    expect(wire.session.owes).toBe(true);
    wire.accept();
    expect(wire.received().map(({ type }) => type)).toEqual([3, 8, 14]);
    expect(wire.session.phase).toBe("disconnecting");
    wire.session.restore_subscriptions();
    wire.send(puback(1), suback(2, 0));
    expect(wire.event_types()).toEqual(["connack", "published", "subscribed"]);
    expect(wire.cut().closed().rc).toBe(0);
  });

  it("counts what was published long before as handed over", () => {
    const wire = new Wire({ version });
    wire.publish("1", 1);
    wire.open().received();
    wire.disconnect();
    wire.accept();
    expect(wire.received().map(({ type }) => type)).toEqual([3, 14]);
  });

  it("need not wait for what the window holds back: that stays for a later link", () => {
    const wire = new Wire({ version, max_inflight: 1 }).connected();
    wire.publish("1", 1);
    wire.publish("2", 1);
    wire.publish("3", 0);
    wire.session.disconnect(0, null, wire.now, false);
    wire.expect(publish("t", "1", { qos: 1, mid: 1 }), publish("t", "3"), disconnect());
    wire.cut().connected(true);
    wire.expect(publish("t", "1", { qos: 1, mid: 1, dup: true }));
  });

  it("lets acks and PUBRELs that are due go first", () => {
    const wire = new Wire({ version }).connected();
    wire.publish("1", 2);
    wire.send(publish("a", "x", { qos: 1, mid: 9 }));
    wire.received();
    wire.session.receive(Buffer.from("50020001", "hex"), wire.now);
    wire.session.ack(9);
    wire.disconnect();
    wire.expect(pubrel(1), puback(9), disconnect());
  });

  it("lets the answers go first that become due while it waits", () => {
    const wire = new Wire({ version }).connected();
    wire.publish("1", 2);
    wire.send(publish("a", "x", { qos: 1, mid: 9 }));
    wire.received();
    wire.disconnect();
    wire.session.receive(Buffer.from("50020001", "hex"), wire.now);
    wire.session.ack(9);
    wire.expect(pubrel(1), puback(9), disconnect());
  });

  it("is a success too when the broker refuses, fails, breaks a rule or is silent", () => {
    const leaving = () => {
      const wire = new Wire({ version, retry_refused: false }).open();
      wire.publish("1", 1);
      wire.disconnect();
      wire.received();
      return wire;
    };
    expect(
      leaving()
        .send(connack({ reason_code: version === 5 ? 0x87 : 5 }))
        .closed().rc,
    ).toBe(0);
    expect(leaving().cut().closed().rc).toBe(0);
    expect(leaving().send_bytes("21020000").closed()).toMatchObject({
      rc: 0,
      error: { code: "ERR_MQTT_MALFORMED" },
    });
    expect(leaving().wait(60_000).closed()).toMatchObject({ rc: 0, error: { code: "ERR_MQTT_TIMEOUT" } });
  });
});

describe("a farewell", () => {
  it.each([
    [60, 90_000],
    [2, 10_000],
    [0, 10_000],
  ])("with a keepalive of %i s may take %i ms, and is then the end", (keepalive, patience) => {
    const wire = new Wire({ keepalive }).connected();
    wire.disconnect();
    expect(wire.session.next_timeout()).toBe(wire.now + patience);
    wire.expect(disconnect());
    wire.wait(patience - 1);
    expect(wire.session.phase).toBe("disconnecting");
    wire.wait(1);
    expect(wire.ending).toEqual({ flush: false });
    expect(wire.closed()).toMatchObject({ rc: 0, error: null });
  });

  it("before CONNACK may take ten seconds", () => {
    const wire = new Wire().open();
    wire.disconnect();
    wire.received();
    wire.wait(9_999);
    expect(wire.session.phase).toBe("disconnecting");
    expect(wire.wait(1).closed().rc).toBe(0);
  });

  it("may take longer as long as something leaves", () => {
    const wire = new Wire({ keepalive: 0 }).connected();
    for (let count = 0; count < 10; count += 1) wire.publish(Buffer.alloc(FULL_BYTES), 0);
    wire.disconnect();
    for (let count = 0; count < 10; count += 1) {
      wire.now += 9_000;
      wire.session.tick(wire.now);
      expect(wire.session.take_work(wire.now)).toHaveLength(1);
    }
    expect(wire.session.phase).toBe("disconnecting");
    wire.wait(9_000).expect(disconnect());
  });

  it("asks for no ping", () => {
    const wire = new Wire({ keepalive: 20 }).connected();
    wire.disconnect();
    wire.expect(disconnect()).wait(25_000).expect();
  });
});

describe("a link that is up", () => {
  it("has no end but that of its keepalive", () => {
    const wire = new Wire().connected();
    expect(wire.session.next_timeout()).toBe(wire.now + 60_000);
    wire.wait(60_000).expect(pingreq);
    wire.wait(30_000);
    expect(wire.closed()).toMatchObject({ rc: 16 });
  });

  it("can be lost and opened again any number of times", () => {
    const wire = new Wire();
    wire.open().expect(connect()).accept();
    for (let count = 0; count < 50; count += 1) wire.reconnected();
    expect(wire.session.phase).toBe("connected");
  });
});
