import { describe, expect, it } from "@jest/globals";
import { Framer } from "../../lib/codec/framer.ts";
import { bytes_of } from "../vectors/vector.ts";

/** The next packet, and where its body begins in it; null when the chunk is used up. */
function next(framer: Framer) {
  if (!framer.next()) return null;
  const { begin, body, owned } = framer;
  return { bytes: framer.whole(), body: body - begin, owned };
}

function framer_with_log(): { framer: Framer; first_bytes: number[] } {
  const first_bytes: number[] = [];
  return { framer: new Framer(1000, { check_first_byte: (byte) => first_bytes.push(byte) }), first_bytes };
}

describe("Framer", () => {
  it("gives packets that lie in a chunk as views of it", () => {
    const { framer } = framer_with_log();
    const chunk = bytes_of("d000 3004 0001 74 70");
    framer.push(chunk);
    expect(next(framer)).toEqual({ bytes: bytes_of("d000"), body: 2, owned: false });
    const second = next(framer);
    expect(second).toEqual({ bytes: bytes_of("3004 0001 74 70"), body: 2, owned: false });
    expect(second?.bytes.buffer).toBe(chunk.buffer);
    expect(next(framer)).toBeNull();
  });

  it("gives packets that come in pieces in a buffer of their own", () => {
    const { framer } = framer_with_log();
    const chunk = bytes_of(`308201 ${"00".repeat(100)}`);
    framer.push(chunk);
    expect(next(framer)).toBeNull();
    chunk.fill(0xee);
    framer.push(bytes_of(`${"01".repeat(30)} d0`));
    const frame = next(framer);
    expect(frame).toMatchObject({ body: 3, owned: true });
    expect(Buffer.from(frame?.bytes ?? []).toString("hex")).toBe(
      `308201${"00".repeat(100)}${"01".repeat(30)}`,
    );
    expect(next(framer)).toBeNull();
    framer.push(bytes_of("00"));
    expect(next(framer)).toMatchObject({ bytes: bytes_of("d000"), owned: true });
  });

  it("asks about the first byte of each packet once, as soon as it is there", () => {
    const { framer, first_bytes } = framer_with_log();
    for (const byte of bytes_of("3004 0001 74 70 d000")) {
      framer.push(Uint8Array.of(byte));
      framer.next();
      if (byte === 0x30) expect(first_bytes).toEqual([0x30]);
    }
    expect(first_bytes).toEqual([0x30, 0xd0]);
  });

  it("lets go of a half packet", () => {
    const { framer } = framer_with_log();
    framer.push(bytes_of("3004 00"));
    expect(next(framer)).toBeNull();
    framer.drop();
    framer.push(bytes_of("d000"));
    expect(next(framer)).toMatchObject({ bytes: bytes_of("d000"), owned: false });
  });
});
