import { describe, expect, it } from "@jest/globals";
import { Pump, type PumpEvent } from "../../lib/network/pump.ts";
import { Session } from "../../lib/protocol/session.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { packet_bytes } from "../support/packet_bytes.ts";
import { session_settings } from "./rig.ts";

const { connack, publish } = packet_bytes(4);

function rig() {
  const clock = new FakeClock();
  const network = new MemoryNetwork();
  const session = new Session(session_settings());
  const told: PumpEvent[] = [];
  const lateness: number[] = [];
  const hand = { writes: false };
  const pump = new Pump(session, clock, {
    on_events: (events) => told.push(...events),
    on_bytes: () => {},
    on_round: () => {},
    on_late: (late_ms) => lateness.push(late_ms),
    writes_by_hand: () => hand.writes,
  });
  const send = (topic: string, qos: 0 | 1 = 0) => {
    const payload = new Uint8Array(0);
    session.publish({ topic, payload, qos, retain: false, properties: null }, clock.now());
    pump.touch();
  };
  const dial = () => {
    session.dial();
    pump.open(network.open, 5000, () => new Error("too late"));
    return network.latest;
  };
  const connected = async () => {
    const transport = dial();
    transport.open();
    transport.receive(connack());
    await clock.advance(0);
    transport.take_writes();
    told.length = 0;
    return transport;
  };
  return { clock, network, session, told, lateness, hand, pump, send, dial, connected };
}

const types = (events: readonly PumpEvent[]) => events.map(({ type }) => type);

describe("the pump", () => {
  it("writes CONNECT when the transport is open, and tells of the socket", () => {
    const { dial, told, pump } = rig();
    const transport = dial();
    expect(pump.socket).toBeNull();
    transport.open();
    expect(pump.socket).toBe(transport.socket);
    expect(transport.take_writes()).toHaveLength(1);
    expect(types(told)).toEqual(["socket_open"]);
  });

  it("writes all of one turn at once, in order", async () => {
    const { connected, send, clock } = rig();
    const transport = await connected();
    send("a");
    send("b", 1);
    send("c");
    expect(transport.take_writes()).toEqual([]);
    await clock.advance(0);
    expect(transport.take_writes()).toEqual(["30 03 00 01 61 32 05 00 01 62 00 02 30 03 00 01 63"]);
  });

  it("holds messages back while the transport likes no more, not encoded, and goes on when it does", async () => {
    const { connected, send, clock, session } = rig();
    const transport = await connected();
    transport.congested = true;
    send("a");
    await clock.advance(0);
    send("b");
    await clock.advance(0);
    expect(transport.take_writes()).toEqual(["30 03 00 01 61"]);
    expect(session.wants_write).toBe(true);
    transport.drain();
    expect(transport.take_writes()).toEqual(["30 03 00 01 62"]);
  });

  it("performs the work before it tells the events", async () => {
    const { connected, send, clock, told } = rig();
    const transport = await connected();
    send("a");
    await clock.advance(0);
    expect(types(told)).toEqual(["published"]);
    expect(transport.take_writes()).toHaveLength(1);
  });

  it("gives up opening after the time for it, and hears nothing of the transport any more", async () => {
    const { dial, clock, told, network } = rig();
    const transport = dial();
    await clock.advance(4999);
    expect(transport.ended).toBeNull();
    await clock.advance(1);
    expect(transport.ended).toBe("destroy");
    expect(told).toMatchObject([
      { type: "closed", opened: false, cause: { error: { message: "too late" } } },
    ]);
    transport.open();
    transport.receive(connack());
    expect(told).toHaveLength(1);
    expect(network.dialled).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it("stops the clock of the opening when it is open", async () => {
    const { connected, clock, told, pump } = rig();
    await connected();
    await clock.advance(5000);
    expect(told).toEqual([]);
    pump.replace();
  });

  it("keeps one timer, for the next moment of the session", async () => {
    const { connected, clock, pump } = rig();
    await connected();
    expect(clock.pending).toBe(1);
    pump.touch();
    await clock.advance(0);
    expect(clock.pending).toBe(1);
  });

  it("tells how late the timer was", async () => {
    const { connected, clock, lateness } = rig();
    await connected();
    await clock.oversleep(61_500);
    expect(lateness).toEqual([1500]);
  });

  it("tells the end of a link once: socket first, then the link", async () => {
    const { connected, told } = rig();
    const transport = await connected();
    transport.close(new Error("cut"));
    expect(told).toMatchObject([
      { type: "socket_close" },
      { type: "closed", cause: { rc: 7, error: { message: "cut" } } },
    ]);
    transport.receive(publish({ topic: "late" }));
    transport.close();
    expect(told).toHaveLength(2);
  });

  it("replaces a link without a word to broker or user but that the socket is closed", async () => {
    const { connected, told, pump, session, clock } = rig();
    const transport = await connected();
    pump.replace();
    pump.touch();
    await clock.advance(0);
    expect(transport.ended).toBe("destroy");
    expect(transport.take_writes()).toEqual([]);
    expect(session.phase).toBe("idle");
    expect(types(told)).toEqual(["socket_close"]);
  });

  it("lets what was sent leave before it closes after our DISCONNECT", async () => {
    const { connected, told, session, pump, clock, send } = rig();
    const transport = await connected();
    send("a");
    session.disconnect(0, null, clock.now());
    pump.touch();
    await clock.advance(0);
    expect(transport.take_writes()).toEqual(["30 03 00 01 61 e0 00"]);
    expect(transport.ended).toBe("end");
    expect(types(told)).toEqual(["published"]);
    transport.close();
    expect(types(told)).toEqual(["published", "socket_close", "closed"]);
  });

  it("drops a link whose broker does not end it after our DISCONNECT", async () => {
    const { connected, told, session, pump, clock } = rig();
    const transport = await connected();
    session.disconnect(0, null, clock.now());
    pump.touch();
    await clock.advance(90_000);
    expect(told).toMatchObject([{ type: "socket_close" }, { type: "closed", cause: { rc: 0 } }]);
    expect(transport.ended).toBe("destroy");
  });

  it("closes a link that it gives up even when the transport takes nothing more", async () => {
    const { connected, told, send, clock } = rig();
    const transport = await connected();
    transport.congested = true;
    send("a");
    await clock.advance(0);
    transport.receive("ff ff");
    expect(types(told)).toEqual(["published", "socket_close", "closed"]);
  });

  it("does not blame the broker for the silence while nothing is read", async () => {
    const { connected, pump, clock, told } = rig();
    const transport = await connected();
    pump.pause();
    expect(transport.is_paused).toBe(true);
    await clock.advance(600_000);
    expect(told).toEqual([]);
    pump.resume();
    expect(transport.is_paused).toBe(false);
    await clock.advance(150_000);
    expect(types(told)).toEqual(["socket_close", "closed"]);
  });
});

it("a pump that does not read still hears CONNACK on a new link, and only then stops again", async () => {
  const { dial, connected, pump, clock, told } = rig();
  const lost = await connected();
  pump.pause();
  lost.receive("ff ff");
  told.length = 0;
  const transport = dial();
  transport.open();
  await clock.advance(0);
  expect(transport.is_paused).toBe(false);
  transport.receive(connack());
  expect(types(told)).toEqual(["socket_open", "connack"]);
  expect(transport.is_paused).toBe(true);
});

describe("the pump, when the application writes itself", () => {
  it("asks once for it, writes on demand, and takes the wish back when nothing is left", async () => {
    const { dial, hand, told, pump, send, clock } = rig();
    hand.writes = true;
    const transport = dial();
    transport.open();
    pump.touch();
    await clock.advance(0);
    expect(types(told)).toEqual(["socket_open", "register_write"]);
    expect(transport.take_writes()).toEqual([]);
    pump.write();
    pump.tell();
    expect(transport.take_writes()).toHaveLength(1);
    expect(types(told).slice(2)).toEqual(["unregister_write"]);
    transport.receive(connack());
    send("a");
    send("b");
    await clock.advance(0);
    expect(types(told).slice(3)).toEqual(["connack", "register_write"]);
    pump.replace();
  });

  it("takes the wish back while the transport likes no more, and asks again when it does", async () => {
    const { connected, hand, told, pump, send, clock } = rig();
    const transport = await connected();
    hand.writes = true;
    send("a");
    await clock.advance(0);
    transport.congested = true;
    pump.write();
    send("b");
    await clock.advance(0);
    const wishes = () => types(told).filter((type) => type.endsWith("register_write"));
    expect(wishes()).toEqual(["register_write", "unregister_write"]);
    transport.drain();
    expect(wishes().slice(2)).toEqual(["register_write"]);
    pump.write();
    pump.tell();
    expect(wishes().slice(3)).toEqual(["unregister_write"]);
    expect(transport.take_writes()).toHaveLength(2);
  });

  it("takes the wish back before the socket closes", async () => {
    const { connected, hand, told, send, clock } = rig();
    const transport = await connected();
    hand.writes = true;
    send("a");
    await clock.advance(0);
    transport.close();
    expect(types(told).slice(0, 3)).toEqual(["register_write", "unregister_write", "socket_close"]);
  });

  it("still closes a broken link by itself", async () => {
    const { connected, hand, told } = rig();
    const transport = await connected();
    hand.writes = true;
    transport.receive("40 ff ff ff ff 7f");
    expect(types(told)).toContain("closed");
  });
});
