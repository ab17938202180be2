// What is left of a log that was cut off, or in which bits have changed.

import { describe, expect, it } from "@jest/globals";
import { checksum } from "../../lib/store/checksum.ts";
import {
  aside,
  bytes,
  type Change,
  disk_with,
  log_store,
  look,
  outcome,
  pairs,
  path,
  written,
} from "./logs.ts";

const changes: Change[] = [
  [1, "first"],
  [2 ** 40 + 2, "second"],
  [3, ""],
  [1, "first again"],
  [2 ** 40 + 2, null],
  [4, "last"],
];
const { log, places } = written(changes);

/** Which change a byte belongs to; -1 for the header. */
const change_at = (at: number) => places.findLastIndex((place) => place <= at);

describe("a log that was cut off", () => {
  it.each(Array.from({ length: log.length }, (_, length) => length))(
    "after %i bytes has the changes that were whole, and takes new ones",
    (length) => {
      const disk = disk_with(log.slice(0, length));
      const last = change_at(length);
      const kept = changes.slice(0, Math.max(0, last));
      const is_torn = length !== places[last] && length !== 0;

      const store = log_store(disk);
      const problems: unknown[] = [];
      expect(pairs(store.open((problem) => problems.push(problem)))).toEqual(outcome(kept));
      expect(problems).toMatchObject(is_torn ? [{ kind: "torn", saved: null }] : []);
      store.put(5, bytes("new"));
      store.close();

      expect(look(disk)).toEqual({ records: outcome([...kept, [5, "new"]]), problems: [] });
      expect(disk.files.has(aside)).toBe(false);
    },
  );
});

describe("a log in which one bit has changed", () => {
  it.each(Array.from({ length: log.length }, (_, at) => at))(
    "in byte %i has all that was not changed, and puts the rest aside",
    (at) => {
      for (let bit = 0; bit < 8; bit++) {
        const broken = log.slice();
        broken[at] = (broken[at] as number) ^ (1 << bit);
        const disk = disk_with(broken);
        const hit = change_at(at);
        const rest = outcome(changes.filter((_, index) => index !== hit));
        const from = hit < 0 ? 0 : (places[hit] as number);
        const damaged = broken.subarray(from, places[hit + 1]);

        const { records, problems } = look(disk);
        expect(records).toEqual(rest);
        expect(problems).toEqual([
          { kind: "damaged", text: expect.stringContaining(`damaged bytes at ${from}`), saved: aside },
        ]);
        expect(Buffer.from(disk.files.get(aside) as Uint8Array).includes(Buffer.from(damaged))).toBe(true);
        expect(look(disk)).toEqual({ records: rest, problems: [] });
      }
    },
  );
});

it("a log without changes in which one bit has changed is a new one", () => {
  const empty = log.subarray(0, places[0]);
  for (let bit = 0; bit < 8 * empty.length; bit++) {
    const broken = empty.slice();
    broken[bit >> 3] = (broken[bit >> 3] as number) ^ (1 << (bit & 7));
    const disk = disk_with(broken);
    expect(look(disk)).toMatchObject({ records: [], problems: [{ kind: "damaged", saved: aside }] });
    expect(look(disk)).toEqual({ records: [], problems: [] });
  }
});

describe("a damaged log", () => {
  it("is read on behind any number of damaged bytes", () => {
    const broken = log.slice();
    broken.fill(0x55, (places[1] as number) + 3, (places[3] as number) + 5);
    const disk = disk_with(broken);
    const { records, problems } = look(disk);
    expect(records).toEqual(outcome(changes.filter((_, index) => index < 1 || index > 3)));
    expect(problems.length).toBe(1);
    expect(look(disk)).toEqual({ records, problems: [] });
  });

  it("has each damaged place put aside by itself", () => {
    const broken = log.slice();
    for (const index of [0, 2]) broken[places[index] as number] = 0;
    const { problems } = look(disk_with(broken));
    expect(problems.map(({ text }) => /at \d+/.exec(text)?.[0])).toEqual([
      `at ${places[0]}`,
      `at ${places[2]}`,
    ]);
  });

  it("may end in zeros after a power cut", () => {
    const longer = new Uint8Array(log.length + 4096);
    longer.set(log);
    const disk = disk_with(longer);
    const { records, problems } = look(disk);
    expect([records, problems]).toEqual([outcome(changes), [expect.objectContaining({ kind: "torn" })]]);
    expect(disk.files.get(path)?.length).toBe(log.length);
  });

  it.each(["short", "something else, longer than the head of a frame"])("may end in anything: %s", (end) => {
    const disk = disk_with(Buffer.concat([log, Buffer.from(end)]));
    const { records, problems } = look(disk);
    expect([records, problems]).toEqual([outcome(changes), [expect.objectContaining({ kind: "damaged" })]]);
    expect(look(disk).problems).toEqual([]);
  });

  it("takes no record out of the value of a damaged one", () => {
    const inner = written([[7, "not a record of this log"]]).log;
    const disk = disk_with(written([[1, "one"]]).log);
    const store = log_store(disk);
    store.open(() => {});
    const at = (disk.files.get(path) as Uint8Array).length;
    store.put(2, inner);
    store.close();
    const broken = (disk.files.get(path) as Uint8Array).slice();
    broken[at + 12] = 0xff;
    expect(look(disk_with(broken)).records).toEqual([[1, "one"]]);
  });

  it("keeps no record that lies in the log under a wrong salt", () => {
    const other = written([[9, "of another log"]]);
    const foreign = other.log.subarray(other.places[0]);
    const { records, problems } = look(disk_with(Buffer.concat([log, foreign])));
    expect([records, problems.length]).toEqual([outcome(changes), 1]);
  });

  it("is mended later when there is no room to put the bytes aside", () => {
    const broken = log.slice();
    broken[(places[1] as number) + 4] = 0xff;
    const disk = disk_with(broken);
    disk.fails = (call, _number, path) => (call === "write" && path === aside ? "ENOSPC" : null);
    const { records, problems } = look(disk);
    expect(problems).toEqual([
      { kind: "damaged", text: expect.stringContaining("the disk is full"), saved: null },
    ]);
    disk.fails = () => null;
    expect(look(disk)).toMatchObject({ records, problems: [{ saved: aside }] });
    expect(look(disk)).toEqual({ records, problems: [] });
  });

  it("is used as it is when it cannot be mended", () => {
    const broken = log.slice();
    broken[(places[1] as number) + 4] = 0xff;
    const disk = disk_with(broken);
    disk.fails = (call, _number, path) => (call === "write" && path.endsWith(".new") ? "ENOSPC" : null);
    const { records, problems } = look(disk);
    expect(problems).toMatchObject([
      { kind: "damaged", saved: aside },
      { kind: "failed", text: expect.stringContaining("cannot rewrite") },
    ]);
    expect([...disk.files.keys()]).toEqual([path, aside]);
    disk.fails = () => null;
    expect(look(disk).records).toEqual(records);
  });
});

describe("a frame that tells what no frame can", () => {
  it.each([0, 3])("is damaged: of kind %i", (kind) => {
    const { log, places } = written([
      [1, "kept"],
      [2, null],
      [3, "kept too"],
    ]);
    const [, at] = places as [number, number];
    const view = new DataView(log.buffer, log.byteOffset);
    view.setUint8(at + 7, kind);
    view.setUint32(at + 16, checksum(log, at, at + 16), true);
    const { records, problems } = look(disk_with(log));
    expect(records).toEqual([
      [1, "kept"],
      [3, "kept too"],
    ]);
    expect(problems).toMatchObject([{ kind: "damaged" }]);
  });
});

describe("a file that is no log", () => {
  const later = (() => {
    const header = log.slice(0, 16);
    header[6] = "2".charCodeAt(0);
    new DataView(header.buffer).setUint32(12, checksum(header, 0, 12), true);
    return header;
  })();
  const foreign = (() => {
    const header = later.slice();
    header[0] = "K".charCodeAt(0);
    new DataView(header.buffer).setUint32(12, checksum(header, 0, 12), true);
    return Buffer.concat([header, Buffer.from("and more")]);
  })();

  it.each([
    ["a text", Buffer.from("Dear diary, today was a good day.\n"), /no log of karere/],
    ["a short text", Buffer.from("no"), /no log of karere/],
    ["as long as a header", Buffer.from("0123456789abcdef"), /no log of karere/],
    ["of somebody with the same checks", foreign, /no log of karere/],
    ["of a later version", later, /a later version/],
    ["of a later version, with changes", Buffer.concat([later, log.subarray(16)]), /a later version/],
  ])("is left alone: %s", (_name, content, message) => {
    const disk = disk_with(content);
    expect(() => look(disk)).toThrow(message);
    expect([...disk.files]).toEqual([[path, new Uint8Array(content)]]);
  });
});
