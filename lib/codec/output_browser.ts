// Decides how the bytes that leave on a link are collected in a page, where it stands in for output.ts: encoded as all
// others are, for few messages leave a page, and what it loads must be small.

import { concat_bytes, encode_utf8 } from "../model/bytes.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { VariableByteIntegers, writeBytes, writeInt16 } from "../model/wire_values.ts";

/** All memory is taken anew here. */
export function give_back(_bytes: Uint8Array): void {}

export class Output {
  #parts: Uint8Array[] = [];
  /** How many bytes wait. */
  length = 0;

  /** A PUBLISH without properties. */
  publish(
    flags: number,
    topic: Uint8Array,
    payload: Uint8Array | string,
    mid: number,
    version: 3 | 4 | 5,
  ): void {
    const body = concat_bytes([
      writeBytes(topic),
      ...(mid === 0 ? [] : [writeInt16(mid)]),
      ...(version === 5 ? [Uint8Array.of(0)] : []),
      typeof payload === "string" ? encode_utf8(payload) : payload,
    ]);
    this.append(Uint8Array.of((PacketTypes.PUBLISH << 4) | flags));
    this.append(VariableByteIntegers.encode(body.length));
    this.append(body);
  }

  /** PUBACK, PUBREC, PUBREL or PUBCOMP with nothing but its packet id. */
  acknowledge(type: 4 | 5 | 6 | 7, mid: number): void {
    this.append(Uint8Array.of(type === PacketTypes.PUBREL ? 0x62 : type << 4, 2, mid >> 8, mid & 0xff));
  }

  append(packet: Uint8Array): void {
    this.#parts.push(packet);
    this.length += packet.length;
  }

  /** All that waits; it belongs to the caller. */
  take(): Uint8Array {
    const taken = concat_bytes(this.#parts);
    this.#parts = [];
    this.length = 0;
    return taken;
  }
}
