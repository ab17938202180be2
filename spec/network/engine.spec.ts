import { describe, expect, it } from "@jest/globals";
import { TransportError } from "../../lib/model/errors.ts";
import { packet_bytes } from "../support/packet_bytes.ts";
import { Rig } from "./rig.ts";

const cut = () => new TransportError("the link broke");

describe("keepalive", () => {
  const settings = { keepalive: 10 };

  it("asks after an interval of silence, each time anew [MQTT-3.1.2-23]", async () => {
    using rig = new Rig({ settings });
    await rig.connected();
    for (let round = 0; round < 3; round += 1) {
      await rig.clock.advance(9999);
      expect(rig.transport.take_writes()).toEqual([]);
      await rig.clock.advance(1);
      expect(rig.transport.take_writes()).toEqual(["c0 00"]);
      rig.transport.receive("d0 00");
    }
  });

  it("gives a silent broker up after one and a half intervals, and tells it once", async () => {
    using rig = new Rig({ settings });
    await rig.connected();
    await rig.clock.advance(14_999);
    expect(rig.transport.take_writes()).toEqual(["c0 00"]);
    expect(rig.heard()).toEqual([]);
    await rig.clock.advance(1);
    expect(rig.heard()).toEqual(["socket_close", "closed 16"]);
    expect(rig.transport.ended).toBe("destroy");
  });

  it("takes any byte for a sign of life, a part of a packet too", async () => {
    using rig = new Rig({ settings });
    await rig.connected();
    rig.transport.receive("30 ff 7f 00 01 61");
    for (let second = 0; second < 60; second += 1) {
      await rig.clock.advance(1000);
      rig.transport.receive("00");
    }
    expect(rig.heard()).toEqual([]);
  });

  it("asks a broker that only listens: sending alone proves nothing", async () => {
    using rig = new Rig({ settings });
    await rig.connected();
    for (let second = 0; second < 10; second += 1) {
      rig.engine.session.publish(
        { topic: "t", payload: new Uint8Array(0), qos: 0, retain: false, properties: null },
        rig.clock.now(),
      );
      rig.engine.touch();
      await rig.clock.advance(1000);
    }
    expect(rig.transport.take_writes().at(-1)).toBe("c0 00");
  });

  it("is off when it is 0", async () => {
    using rig = new Rig({ settings: { keepalive: 0 } });
    await rig.connected();
    await rig.clock.advance(86_400_000);
    expect(rig.transport.take_writes()).toEqual([]);
    expect(rig.heard()).toEqual([]);
  });

  it("follows the broker's Server Keep Alive [MQTT-3.1.2-21]", async () => {
    using rig = new Rig({ settings: { version: 5, keepalive: 60 } });
    rig.engine.loops.start(true);
    await rig.dial();
    rig.transport.receive(packet_bytes(5).connack({ properties: "13 0005" }));
    await rig.clock.advance(0);
    rig.transport.take_writes();
    await rig.clock.advance(5000);
    expect(rig.transport.take_writes()).toEqual(["c0 00"]);
  });

  it("goes on without a loop", async () => {
    using rig = new Rig({ settings });
    await rig.dial();
    await rig.welcome();
    await rig.clock.advance(10_000);
    expect(rig.transport.take_writes()).toEqual(["c0 00"]);
  });

  it.each([
    [10, 10_000],
    [0, 60_000],
  ])("bounds the wait for CONNACK: keepalive %d, %d ms", async (keepalive, wait_ms) => {
    using rig = new Rig({ settings: { keepalive } });
    rig.engine.loops.start(true);
    await rig.dial();
    await rig.clock.advance(wait_ms - 1);
    expect(rig.heard()).toEqual(["socket_open"]);
    await rig.clock.advance(1);
    expect(rig.heard()).toEqual(["socket_close", "closed 16"]);
  });

  it("asks first, after the process has slept through its moment", async () => {
    using rig = new Rig({ settings });
    await rig.connected();
    await rig.clock.oversleep(3_600_000);
    expect(rig.transport.take_writes()).toEqual(["c0 00"]);
    expect(rig.heard()).toEqual([]);
    rig.transport.receive("d0 00");
    await rig.clock.advance(9999);
    expect(rig.heard()).toEqual([]);
  });

  it("warns of a program that is busy for longer than half the keepalive", async () => {
    using rig = new Rig({ settings });
    await rig.connected();
    await rig.clock.oversleep(14_999);
    expect(rig.warnings).toEqual([]);
    rig.transport.receive("d0 00");
    await rig.clock.oversleep(15_000);
    expect(rig.warnings).toHaveLength(1);
    expect(rig.warnings[0]).toContain("busy");
  });
});

describe("reconnecting", () => {
  /** What the engine waits before its attempts, when each of them fails. */
  async function waits(rig: Rig, count: number): Promise<number[]> {
    const waited: number[] = [];
    for (let attempt = 0; attempt < count; attempt += 1) {
      const dialled = rig.network.dialled.length;
      const began = rig.clock.now();
      while (rig.network.dialled.length === dialled) await rig.clock.advance(100);
      waited.push(rig.clock.now() - began);
      rig.transport.close(cut());
    }
    return waited;
  }

  it("waits 1, 2, 4 ... 120 seconds between attempts that fail, and tells each", async () => {
    using rig = new Rig();
    await rig.connected();
    rig.transport.close(cut());
    expect(await waits(rig, 9)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 120_000, 120_000]);
    expect(rig.heard()).toEqual(["socket_close", "closed 7", ...Array(9).fill("connect_fail")]);
  });

  it("doubles for a broker that hangs up before CONNACK too", async () => {
    using rig = new Rig();
    await rig.connected();
    rig.transport.close(cut());
    const waited: number[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const dialled = rig.network.dialled.length;
      const began = rig.clock.now();
      while (rig.network.dialled.length === dialled) await rig.clock.advance(100);
      waited.push(rig.clock.now() - began);
      rig.transport.open();
      rig.transport.close();
    }
    expect(waited).toEqual([1000, 2000, 4000]);
    expect(rig.heard().filter((word) => word === "closed 7")).toHaveLength(4);
  });

  it("begins with the shortest wait again after CONNACK 0", async () => {
    using rig = new Rig();
    await rig.connected();
    rig.transport.close(cut());
    await waits(rig, 3);
    while (rig.transport.ended === null && rig.engine.session.phase === "idle") await rig.clock.advance(100);
    rig.transport.open();
    await rig.welcome();
    rig.transport.close(cut());
    expect(await waits(rig, 2)).toEqual([1000, 2000]);
  });

  it.each([
    ["disconnect()", (rig: Rig) => rig.engine.disconnect(0, null, true)],
    ["loop_stop()", (rig: Rig) => rig.engine.loops.stop()],
  ])("is called off by %s", async (_name, stop) => {
    using rig = new Rig();
    await rig.connected();
    rig.transport.close(cut());
    await rig.clock.advance(500);
    stop(rig);
    await rig.clock.advance(600_000);
    expect(rig.network.dialled).toHaveLength(1);
    expect(rig.clock.pending).toBe(0);
  });

  it("is taken up again by loop_start() after loop_stop()", async () => {
    using rig = new Rig();
    await rig.connected();
    rig.transport.close(cut());
    rig.engine.loops.stop();
    await rig.clock.advance(10_000);
    rig.engine.loops.start(true);
    await rig.clock.advance(2000);
    expect(rig.network.dialled).toHaveLength(2);
  });

  it("is not done with reconnect_on_failure false", async () => {
    using rig = new Rig({ reconnect_on_failure: false });
    await rig.connected();
    rig.transport.close(cut());
    await rig.clock.advance(600_000);
    expect(rig.network.dialled).toHaveLength(1);
  });

  it("is not done without a loop, until one runs", async () => {
    using rig = new Rig();
    await rig.dial();
    await rig.welcome();
    rig.transport.close(cut());
    await rig.clock.advance(600_000);
    expect(rig.network.dialled).toHaveLength(1);
    rig.engine.loops.start(true);
    await rig.clock.advance(1000);
    expect(rig.heard()).toEqual(["socket_open", "socket_close", "connack 0", "closed 7"]);
    expect(rig.network.dialled).toHaveLength(2);
  });
});

describe("an attempt that a newer one replaces", () => {
  it("resolves with NO_CONN, and its link does no harm any more", async () => {
    using rig = new Rig();
    const first = rig.engine.connect();
    await rig.clock.advance(0);
    const old = rig.transport;
    const second = rig.dial();
    expect(await first).toBe(4);
    expect(await second).toBe(0);
    expect(old.ended).toBe("destroy");
    old.open();
    old.close(cut());
    await rig.clock.advance(0);
    expect(rig.engine.session.phase).toBe("connecting");
    expect(rig.heard()).toEqual(["socket_open"]);
  });

  it("is not dialled at all while its on_pre_connect still runs", async () => {
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    using rig = new Rig({ before_attempt: () => gate });
    const first = rig.engine.connect();
    const second = rig.engine.connect();
    await rig.clock.advance(0);
    go();
    await rig.clock.advance(0);
    expect(await first).toBe(4);
    expect(rig.network.dialled).toHaveLength(1);
    rig.transport.open();
    expect(await second).toBe(0);
  });
});

describe("disconnect() and connect() at once", () => {
  it("still says goodbye to the first broker, and tells of it", async () => {
    using rig = new Rig();
    await rig.connected();
    const first = rig.transport;
    rig.engine.session.publish(
      { topic: "t", payload: new Uint8Array(0), qos: 0, retain: false, properties: null },
      rig.clock.now(),
    );
    rig.engine.disconnect(0, null, true);
    const dialled = rig.dial();
    expect(await dialled).toBe(0);
    expect(first.take_writes()).toEqual(["30 03 00 01 74 e0 00"]);
    expect(first.ended).toBe("end");
    await rig.welcome();
    expect(rig.heard()).toEqual(["published 1", "socket_close", "closed 0", "socket_open", "connack 0"]);
    expect(rig.engine.state).toBe("connected");
  });

  it("does not cut the first link while its last bytes are on their way", async () => {
    using rig = new Rig();
    await rig.connected();
    const first = rig.transport;
    rig.engine.disconnect(0, null, true);
    await rig.clock.advance(0);
    expect(first.take_writes()).toEqual(["e0 00"]);
    await rig.dial();
    expect(first.ended).toBe("end");
  });
});

describe("what has waited for a loop", () => {
  it("belongs to the link it came on: a new connect() does not tell of the old one's CONNACK", async () => {
    using rig = new Rig();
    await rig.dial();
    await rig.welcome();
    await rig.dial();
    rig.engine.loops.start(true);
    await rig.clock.advance(0);
    expect(rig.engine.state).toBe("connecting");
    expect(rig.heard()).toEqual(["socket_open", "socket_close", "socket_open"]);
    await rig.welcome();
    expect(rig.heard()).toEqual(["connack 0"]);
    expect(rig.engine.state).toBe("connected");
  });

  it("is not told after disconnect()", async () => {
    using rig = new Rig();
    await rig.dial();
    await rig.welcome();
    rig.engine.disconnect(0, null, true);
    await rig.clock.advance(0);
    rig.transport.close();
    expect(rig.heard()).toEqual(["socket_open", "socket_close", "closed 0"]);
    rig.engine.loops.start(true);
    await rig.clock.advance(0);
    expect(rig.heard()).toEqual([]);
  });
});

describe("loop()", () => {
  it("waits at most its time, and less when something happens", async () => {
    using rig = new Rig();
    await rig.dial();
    await rig.welcome();
    expect(await rig.engine.loop(1000)).toBe(0);
    expect(rig.heard()).toEqual(["socket_open", "connack 0"]);
    let rc: number | null = null;
    void rig.engine.loop(1000).then((code) => {
      rc = code;
    });
    await rig.clock.advance(999);
    expect(rc).toBeNull();
    await rig.clock.advance(1);
    expect(rc).toBe(0);
  });

  it("waits also while another loop runs: calling it again and again must not starve the program", async () => {
    using rig = new Rig();
    await rig.connected();
    let rc: number | null = null;
    void rig.engine.loop(1000).then((code) => {
      rc = code;
    });
    await rig.clock.advance(999);
    expect(rc).toBeNull();
    await rig.clock.advance(1);
    expect(rc).toBe(0);
  });

  it("gives the code of a loss, as paho: also for a broker that is silent", async () => {
    using rig = new Rig({ settings: { keepalive: 10 } });
    await rig.dial();
    await rig.welcome();
    await rig.engine.loop(0);
    const looping = rig.engine.loop(60_000);
    await rig.clock.advance(15_000);
    expect(await looping).toBe(7);
    expect(rig.heard().at(-1)).toBe("closed 16");
    expect(await rig.engine.loop(1000)).toBe(4);
  });
});

describe("a turn in which much is published", () => {
  const kilobyte = Buffer.alloc(1024);

  /** Publishes 400 KiB as a client does, in one turn; gives how much was written before its end. */
  async function written_in_the_turn(prepare: (rig: Rig) => void): Promise<[early: number, all: number]> {
    using rig = new Rig();
    await rig.connected();
    rig.engine.session.publish(
      { topic: "t", payload: kilobyte, qos: 0, retain: false, properties: null },
      rig.clock.now(),
    );
    rig.engine.touch();
    await rig.clock.advance(0);
    rig.transport.take_writes();
    prepare(rig);
    for (let count = 0; count < 1200; count += 1) {
      rig.engine.touch();
      const now = rig.clock.now();
      const plain = { topic: "t", payload: kilobyte, qos: 0, retain: false, properties: null } as const;
      if (!rig.engine.session.publish_plainly(plain, { mid: 0 }, now)) rig.engine.session.publish(plain, now);
    }
    const written = () => rig.transport.take_writes().join("").replaceAll(" ", "").length / 2;
    const early = written();
    rig.transport.drain();
    await rig.clock.advance(0);
    return [early, early + written()];
  }

  it("lets it leave as it comes, not all at its end", async () => {
    const [early, all] = await written_in_the_turn(() => {});
    expect(early).toBeGreaterThan(1_000_000);
    expect(all).toBe(1200 * (1024 + 3 + 3));
  });

  it("holds it back while the transport likes no more", async () => {
    const [early, all] = await written_in_the_turn((rig) => {
      rig.transport.congested = true;
    });
    expect(early).toBeLessThan(600_000);
    expect(all).toBe(1200 * (1024 + 3 + 3));
  });

  it("leaves writing to an application that does it itself", async () => {
    const [early] = await written_in_the_turn((rig) => {
      rig.writes_by_hand = true;
    });
    expect(early).toBe(0);
  });
});
