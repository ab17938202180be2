import { describe, expect, it } from "@jest/globals";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { Delivery } from "../../lib/network/delivery.ts";
import type { PumpEvent } from "../../lib/network/pump.ts";
import { close_cause } from "../../lib/protocol/outputs.ts";

type Kind = "message" | "connack" | "published" | "closed" | "subscribed";

function message(topic: string, bytes = 0): PumpEvent {
  const packet = { topic, payload: new Uint8Array(bytes) };
  return { type: "message", packet, delivery: null } as unknown as PumpEvent;
}

const event = {
  connack: { type: "connack" } as unknown as PumpEvent,
  subscribed: { type: "subscribed" } as unknown as PumpEvent,
  qos0_left: { type: "published", packet: null } as unknown as PumpEvent,
  acked: { type: "published", packet: { type: PacketTypes.PUBACK } } as unknown as PumpEvent,
  abandoned: { type: "abandoned" } as unknown as PumpEvent,
  lost: { type: "closed", opened: true, cause: close_cause(7) } as PumpEvent,
  left: { type: "closed", opened: true, cause: close_cause(0) } as PumpEvent,
  failed: { type: "closed", opened: false, cause: close_cause(7) } as PumpEvent,
  socket_open: { type: "socket_open", socket: null } as PumpEvent,
  register: { type: "register_write", socket: null } as PumpEvent,
};

function rig(handle: (word: string) => void | Promise<void> = () => {}, in_turn = true) {
  const log: string[] = [];
  const gate = { open: true };
  const delivery = new Delivery({
    is_open: () => gate.open,
    in_turn,
    deliver: (told) => {
      const name = told.type === "message" ? told.packet.topic : (told.type as Kind);
      log.push(name);
      return handle(name);
    },
    finished: ({ packet }) => log.push(`${packet.topic} done`),
    pause_reading: () => log.push("pause"),
    resume_reading: () => log.push("resume"),
  });
  return { delivery, log, gate };
}

/** A handler whose end the spec decides. */
function slow() {
  const ends: (() => void)[] = [];
  const handle = () => new Promise<void>((resolve) => ends.push(resolve));
  const end = async () => {
    ends.shift()?.();
    for (let turn = 0; turn < 5; turn += 1) await null;
  };
  return { handle, end };
}

describe("a delivery that does not wait for handlers", () => {
  it("hands the next message over, and finishes each when its own handler has", async () => {
    const { handle, end } = slow();
    const { delivery, log } = rig(handle, false);
    delivery.push([message("a"), message("b"), event.lost]);
    expect(log).toEqual(["a", "b", "closed"]);
    await end();
    expect(log.slice(3)).toEqual(["a done"]);
    await end();
    expect(log.slice(3)).toEqual(["a done", "b done"]);
  });

  it("bounds what is handed over and not finished", async () => {
    const { handle, end } = slow();
    const { delivery, log } = rig(handle, false);
    const half = 8 * 1024 * 1024;
    delivery.push([message("a", half), message("b", half)]);
    expect(log).toEqual(["a", "b", "pause"]);
    await end();
    await end();
    expect(log.slice(3)).toEqual(["a done", "resume", "b done"]);
  });
});

describe("while a loop runs", () => {
  it("tells everything at once, in order", () => {
    const { delivery, log } = rig();
    delivery.push([event.connack, message("a"), event.subscribed, message("b"), event.lost]);
    expect(log).toEqual(["connack", "a", "a done", "subscribed", "b", "b done", "closed"]);
  });

  it("tells what a callback causes after what came before it", () => {
    const { delivery, log } = rig((word) => {
      if (word === "connack") delivery.push([event.qos0_left]);
    });
    delivery.push([event.connack, message("a")]);
    expect(log).toEqual(["connack", "a", "a done", "published"]);
  });

  it("stops where a callback stops the loop, and goes on from there", () => {
    const { delivery, log, gate } = rig((word) => {
      if (word === "a") gate.open = false;
    });
    delivery.push([message("a"), message("b"), event.lost]);
    expect(log).toEqual(["a", "a done"]);
    expect(delivery.has_held).toBe(true);
    gate.open = true;
    delivery.drain();
    expect(log).toEqual(["a", "a done", "b", "b done", "closed"]);
    expect(delivery.has_held).toBe(false);
  });
});

describe("without a loop", () => {
  it.each([
    ["connack", event.connack, false],
    ["message", message("m"), false],
    ["subscribed", event.subscribed, false],
    ["an acknowledged publish", event.acked, false],
    ["a publish of QoS 0 that has left", event.qos0_left, true],
    ["a publish that was given up", event.abandoned, true],
    ["the loss of the link", event.lost, false],
    ["the end after disconnect()", event.left, true],
    ["an attempt that failed", event.failed, true],
    ["an open socket", event.socket_open, true],
    ["a wish to write", event.register, true],
  ])("%s is told: %3$s", (_name, news, told) => {
    const { delivery, log, gate } = rig();
    gate.open = false;
    delivery.push([news]);
    expect(log.length > 0).toBe(told);
    expect(delivery.has_held).toBe(!told);
    gate.open = true;
    delivery.drain();
    expect(log.length > 0).toBe(true);
  });
});

describe("a handler that takes its time", () => {
  it("holds up the next message, and nothing else", async () => {
    const { handle, end } = slow();
    const { delivery, log } = rig((word) => (word.length === 1 ? handle() : undefined));
    delivery.push([message("a"), message("b"), event.acked]);
    expect(log).toEqual(["a", "published"]);
    await end();
    expect(log).toEqual(["a", "published", "a done", "b"]);
    await end();
    expect(log.at(-1)).toBe("b done");
  });

  it("is waited for at the end", async () => {
    const { handle, end } = slow();
    const { delivery, log } = rig(handle);
    delivery.push([message("a"), message("b")]);
    delivery.when_idle(() => log.push("idle"));
    await end();
    expect(log).toEqual(["a", "a done", "b"]);
    await end();
    expect(log).toEqual(["a", "a done", "b", "b done", "idle"]);
  });

  it("is not waited for when there is none", () => {
    const { delivery, log } = rig();
    delivery.when_idle(() => log.push("idle"));
    expect(log).toEqual(["idle"]);
  });

  it("slows the broker down when 16 MiB wait, until half of it is handled", async () => {
    const { handle, end } = slow();
    const { delivery, log } = rig((word) => (word.length === 1 ? handle() : undefined));
    const MIB = 1024 * 1024;
    delivery.push([message("a", 5 * MIB), message("b", 5 * MIB), message("c", 5 * MIB)]);
    expect(log).toEqual(["a"]);
    delivery.push([message("d", MIB)]);
    expect(log).toEqual(["a", "pause"]);
    await end();
    expect(log.slice(2)).toEqual(["a done", "b"]);
    await end();
    expect(log.slice(4)).toEqual(["resume", "b done", "c"]);
  });

  it.each([
    ["one after the other", true],
    ["all at once", false],
  ])("bears that handlers hand payloads over to somebody else: %s", async (_how, in_turn) => {
    const { handle, end } = slow();
    const messages = ["a", "b", "c"].map((topic) => message(topic, 6 * 1024 * 1024));
    const payload_of = (topic: string) =>
      messages
        .map((told) => (told as Extract<PumpEvent, { type: "message" }>).packet)
        .find((packet) => packet.topic === topic)?.payload as Uint8Array;
    const { delivery, log } = rig((word) => {
      if (word.length !== 1) return undefined;
      const { buffer } = payload_of(word);
      structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
      return handle();
    }, in_turn);
    for (const told of messages) delivery.push([told]);
    expect(log.filter((word) => word === "pause")).toHaveLength(1);
    for (let count = 0; count < 3; count += 1) await end();
    expect(log.filter((word) => word === "resume")).toHaveLength(1);
  });

  it("counts empty messages too", () => {
    const { delivery, log, gate } = rig();
    gate.open = false;
    delivery.push(Array.from({ length: 65_536 }, () => message("m")));
    expect(log).toEqual(["pause"]);
    gate.open = true;
    delivery.drain();
    expect(log.filter((word) => word === "resume")).toHaveLength(1);
    expect(log.filter((word) => word === "m done")).toHaveLength(65_536);
  });
});
