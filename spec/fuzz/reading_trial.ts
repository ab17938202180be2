// Decides what must be true of reading, whatever bytes come: it refuses with a typed error or gives packets, and gives the
// same by the short way as by the strict one, however the bytes are cut.

import { isDeepStrictEqual } from "node:util";
import { Decoder } from "../../lib/codec/decoder.ts";
import { check_first_byte } from "../../lib/codec/fixed_header.ts";
import { Framer } from "../../lib/codec/framer.ts";
import { check_packet } from "../../lib/codec/layouts.ts";
import { read_packet } from "../../lib/codec/packet_reader.ts";
import type { Packet } from "../../lib/codec/packets.ts";
import { MalformedPacket, ProtocolError } from "../../lib/model/errors.ts";
import type { Version } from "../vectors/vector.ts";

export const MAX_PACKET_SIZE = 2000;

/** What was made of some bytes. */
export interface Verdict {
  readonly packets: readonly Packet[];
  readonly error: Error | null;
  /** Whether the bytes end inside of a packet. */
  readonly is_cut: boolean;
}

/** What the strict way makes of these bytes of a server. */
export function read_strictly(bytes: Uint8Array, version: Version): Verdict {
  const packets: Packet[] = [];
  const framer = new Framer(MAX_PACKET_SIZE, {
    check_first_byte: (byte) => check_first_byte(byte, version, "server"),
  });
  let used = 0;
  try {
    framer.push(bytes);
    while (framer.next()) {
      const { begin, body } = framer;
      used = framer.end;
      const whole = framer.whole();
      packets.push(read_packet(whole, check_packet(whole, body - begin, version, "server"), framer.owned));
    }
  } catch (error) {
    return { packets, error: error as Error, is_cut: false };
  }
  return { packets, error: null, is_cut: used < bytes.length };
}

/** Reads the bytes as a client does, cut at `cut`; throws unless that is what `wanted` says. The bytes are used up. */
export function check_reading(bytes: Uint8Array, cut: number, version: Version, wanted: Verdict): void {
  const decoder = new Decoder({ version, max_packet_size: MAX_PACKET_SIZE });
  const packets = decoder.push(bytes.subarray(0, cut));
  packets.push(...decoder.push(bytes.subarray(cut)));
  bytes.fill(0xee);
  const { error } = decoder;
  if (error?.message !== wanted.error?.message || error?.reason_code !== reason_of(wanted.error)) {
    throw new Error(`refused with "${error?.message}", strictly with "${wanted.error?.message}"`);
  }
  if (packets.length !== wanted.packets.length) {
    throw new Error(`${packets.length} packets, strictly ${wanted.packets.length}`);
  }
  for (const [index, packet] of packets.entries()) {
    const strict = wanted.packets[index] as Packet;
    if (!are_same(packet, strict)) throw new Error(`packet ${index} is not what it is strictly`);
  }
}

/** Of an error that reading may end with; throws for any other. */
function reason_of(error: Error | null): number | undefined {
  if (error === null) return undefined;
  if (!(error instanceof MalformedPacket || error instanceof ProtocolError)) throw error;
  if (typeof error.reason_code !== "number") throw new Error(`without a reason code: ${error.message}`);
  return error.reason_code;
}

/** The fields by hand: a matcher takes longer than all the rest. */
function are_same(one: Packet, other: Packet): boolean {
  if (one.type !== other.type) return false;
  if (!("properties" in one && "properties" in other)) return true;
  const [mine, its] = [one.properties, other.properties];
  if (mine !== its && !isDeepStrictEqual(mine?.json(), its?.json())) return false;
  if ("payload" in one && "payload" in other) {
    const is_same = one.topic === other.topic && one.mid === other.mid && one.qos === other.qos;
    const flags_are = one.dup === other.dup && one.retain === other.retain;
    return is_same && flags_are && Buffer.compare(one.payload, other.payload) === 0;
  }
  if ("mid" in one && "mid" in other && one.mid !== other.mid) return false;
  if ("reason_codes" in one && "reason_codes" in other) {
    return isDeepStrictEqual(one.reason_codes, other.reason_codes);
  }
  return !("reason_code" in one && "reason_code" in other) || one.reason_code === other.reason_code;
}
