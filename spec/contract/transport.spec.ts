// What every way to a broker must do, whatever lies between: the contract of lib/transport/transport.ts, as to the life
// of a connection. How it is opened and how it carries much are specified beside this.

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { TransportError } from "../../lib/model/errors.ts";
import type { Transport } from "../../lib/transport/transport.ts";
import { type Door, door } from "../support/doors.ts";
import { eventually } from "../support/eventually.ts";
import type { FarEnd } from "../support/far_end.ts";
import { leaked_since, open_handles } from "../support/leak_check.ts";
import { all_ways, begin, Ear, meet as meet_at, open, opened, patience, sample } from "./ways.ts";

describe.each(all_ways)("a way over %s", (_name, kind) => {
  const meet = () => meet_at(kind);
  let before = open_handles();

  beforeEach(() => {
    before = open_handles();
  });

  afterEach(async () => {
    expect(await leaked_since(before)).toEqual([]);
  });

  it("opens, and tells it later, once", async () => {
    await using there = await meet();
    const { ear, transport } = open(there.way);
    expect(ear.told).toEqual([]);
    await ear.has("opened");
    expect(transport.socket).not.toBeNull();
    transport.destroy();
  });

  it("carries bytes both ways", async () => {
    await using there = await meet();
    const { ear, transport, far } = await opened(there);
    for (const text of ["a", "bc", "def"]) {
      transport.write(Buffer.from(text));
      far.send(Buffer.from(text.toUpperCase()));
    }
    await eventually(() => expect(Buffer.concat(far.received).toString()).toBe("abcdef"), patience);
    await eventually(() => expect(ear.heard.toString()).toBe("ABCDEF"), patience);
    transport.destroy();
  });

  it("does not change or keep the bytes it is given", async () => {
    await using there = await meet();
    const { transport, far } = await opened(there);
    const bytes = new Uint8Array([1, 2, 3]);
    transport.write(bytes);
    expect([...bytes]).toEqual([1, 2, 3]);
    await eventually(() => expect(Buffer.concat(far.received)).toEqual(Buffer.from([1, 2, 3])), patience);
    transport.destroy();
  });

  it("says where there is nobody, with a TransportError", async () => {
    await using there = await meet();
    await there.stop();
    const { ear } = open(there.way);
    await ear.has("closed");
    expect(ear.error).toBeInstanceOf(TransportError);
    expect((ear.error as TransportError).hint).not.toBe("");
  });

  it("slows the far end down while it is paused", async () => {
    await using there = await meet();
    const { ear, transport, far } = await opened(there);
    transport.pause();
    far.send(Buffer.from("late"));
    transport.write(Buffer.from("meanwhile"));
    await eventually(() => expect(Buffer.concat(far.received).toString()).toBe("meanwhile"), patience);
    expect(ear.heard.toString()).toBe("");
    transport.resume();
    await eventually(() => expect(ear.heard.toString()).toBe("late"), patience);
    transport.destroy();
  });

  it("can be paused as soon as it is open", async () => {
    await using there = await meet();
    const ear = new Ear();
    const transport = begin(there.way, ear);
    ear.opened = () => {
      ear.told.push("opened");
      transport.pause();
    };
    const far = await there.accept();
    far.send(Buffer.from("late"));
    await ear.has("opened");
    transport.write(Buffer.from("meanwhile"));
    await eventually(() => expect(Buffer.concat(far.received).toString()).toBe("meanwhile"), patience);
    expect(ear.heard.toString()).toBe("");
    transport.resume();
    await eventually(() => expect(ear.heard.toString()).toBe("late"), patience);
    transport.destroy();
  });

  it("ends in good order even while it is paused, with bytes unread", async () => {
    await using there = await meet();
    const { ear, transport, far } = await opened(there);
    transport.pause();
    far.send(sample(1024 * 1024));
    transport.write(Buffer.from("last words"));
    await eventually(() => expect(Buffer.concat(far.received).toString()).toBe("last words"), patience);
    transport.write(Buffer.from(" indeed"));
    transport.end();
    expect(await far.closed).toBe("in order");
    expect(Buffer.concat(far.received).toString()).toBe("last words indeed");
    await ear.has("opened", "closed");
    expect(ear.error).toBeNull();
  });

  it("sends everything before it ends, and tells the end once", async () => {
    await using there = await meet();
    const { ear, transport, far } = await opened(there);
    const bytes = sample(5 * 1024 * 1024);
    transport.write(bytes);
    transport.end();
    expect(await far.closed).toBe("in order");
    expect(Buffer.concat(far.received).equals(bytes)).toBe(true);
    await ear.has("opened", "closed");
    expect(ear.error).toBeNull();
    await eventually(() => expect(there.open).toBe(0), patience);
  });

  it("ends while it is opening without an error", async () => {
    await using there = await meet();
    const { ear, transport } = open(there.way);
    transport.end();
    expect(ear.told).toEqual([]);
    await ear.has("closed");
    expect(ear.error).toBeNull();
    await eventually(() => expect(there.open).toBe(0), patience);
  });

  it("tells without an error that the far end has closed in good order, after what it sent", async () => {
    await using there = await meet();
    const { ear, transport, far } = await opened(there);
    far.send(Buffer.from("farewell"));
    far.close();
    await ear.has("opened", "closed");
    expect(ear.heard.toString()).toBe("farewell");
    expect(ear.error).toBeNull();
    await eventually(() => expect(there.open).toBe(0), patience);
    transport.destroy();
    expect(ear.told).toEqual(["opened", "closed"]);
  });

  it("still hands over what was written when the far end closes its half", async () => {
    await using there = await meet();
    const { ear, transport, far } = await opened(there);
    const bytes = sample(5 * 1024 * 1024);
    far.pause();
    transport.write(bytes);
    far.close();
    far.resume();
    await ear.has("opened", "closed");
    expect(ear.error).toBeNull();
    await far.closed;
    expect(Buffer.concat(far.received).equals(bytes)).toBe(true);
  });

  it("tells with a TransportError that the connection has broken", async () => {
    await using there = await meet();
    const { ear, transport, far } = await opened(there);
    far.pause();
    transport.write(sample(65_536));
    await eventually(() => expect(transport.pending).toBe(0), patience);
    far.reset();
    await ear.has("opened", "closed");
    expect(ear.error).toBeInstanceOf(TransportError);
    await eventually(() => expect(there.open).toBe(0), patience);
  });

  it.each<[string, (at: Door) => Promise<{ ear: Ear; transport: Transport; far?: FarEnd }>]>([
    ["at once", async (at) => open(at.way)],
    [
      "while it is opening",
      async (at) => {
        const begun = open(at.way);
        await eventually(() => at.open > 0 || begun.ear.told.length > 0, patience);
        return begun;
      },
    ],
    ["when it is open", opened],
    [
      "with bytes on their way",
      async (at) => {
        const begun = await opened(at);
        begun.far.pause();
        begun.transport.write(sample(5 * 1024 * 1024));
        return begun;
      },
    ],
    [
      "while it is ending",
      async (at) => {
        const begun = await opened(at);
        begun.far.pause();
        begun.transport.write(sample(5 * 1024 * 1024));
        begun.transport.end();
        return begun;
      },
    ],
  ])("can be destroyed %s, and tells and leaves nothing", async (_when, prepare) => {
    await using there = await meet();
    const { ear, transport, far } = await prepare(there);
    const told = [...ear.told];
    transport.destroy();
    transport.destroy();
    // Only who reads comes to the end.
    far?.resume();
    await eventually(() => expect(there.open).toBe(0), patience);
    expect(ear.told).toEqual(told);
  });

  if (kind.page) return;

  it("does not keep the process alive", async () => {
    await using there = await meet();
    const before = open_handles().get("TCPSocketWrap") ?? 0;
    const { transport, far } = await opened(there);
    // The far end of the connection, and that of its proxy, are of this process, too.
    const far_ends = kind.layer === "unix" ? 0 : kind.proxy === undefined ? 1 : 3;
    expect((open_handles().get("TCPSocketWrap") ?? 0) - before).toBeLessThanOrEqual(far_ends);
    far.close();
    transport.destroy();
  });
});

describe("a far end that has closed its half and reads no more", () => {
  it("does not keep the transport for ever", async () => {
    await using there = await door({ layer: "tcp" });
    const { ear, transport, far } = await opened(there);
    far.pause();
    transport.write(sample(20 * 1024 * 1024));
    far.close();
    await ear.has("opened", "closed");
    expect(ear.error).toBeNull();
    far.resume();
  });
});
