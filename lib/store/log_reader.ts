// Decides what of a log counts: every frame that is whole, whatever lies between; and what is said of the rest.

import {
  type Frame,
  HEADER_BYTES,
  judge_frame,
  judge_header,
  resembles_header,
  SALT_AT,
  salt_at,
} from "./log_format.ts";

/** Bytes of a log that are no change. `torn`: the last change, which was not written to its end. */
export interface Fault {
  readonly kind: "torn" | "damaged";
  readonly at: number;
  readonly end: number;
}

export interface LogContents {
  /** Null: there is no header, and nothing that would need one. */
  readonly salt: number | null;
  readonly frames: readonly Frame[];
  readonly faults: readonly Fault[];
}

/** Reads a log. What is none of ours (`foreign`), and what is of a later version, must not be touched. */
export function read_log(bytes: Uint8Array): LogContents | "foreign" | "later" {
  const header = judge_header(bytes);
  if (header.state === "later") return "later";
  if (header.state === "good") return { salt: header.salt, ...read_frames(bytes, header.salt) };
  const salt = proven_salt(bytes);
  if (salt !== null) {
    const { frames, faults } = read_frames(bytes, salt);
    return { salt, frames, faults: [{ kind: "damaged", at: 0, end: HEADER_BYTES }, ...faults] };
  }
  if (bytes.length > HEADER_BYTES || !resembles_header(bytes)) return "foreign";
  const kind = bytes.length < HEADER_BYTES ? "torn" : "damaged";
  return { salt: null, frames: [], faults: bytes.length === 0 ? [] : [{ kind, at: 0, end: bytes.length }] };
}

/** The salt without a header that tells it: the first frame has it too, and each frame proves it. */
function proven_salt(bytes: Uint8Array): number | null {
  for (const candidate of [salt_at(bytes, SALT_AT), salt_at(bytes, HEADER_BYTES)]) {
    if (candidate !== null && find_frame(bytes, HEADER_BYTES, candidate) < bytes.length) return candidate;
  }
  return null;
}

function read_frames(bytes: Uint8Array, salt: number): Pick<LogContents, "frames" | "faults"> {
  const frames: Frame[] = [];
  const faults: Fault[] = [];
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const found = judge_frame(bytes, at, salt);
    if (found.state === "whole") {
      frames.push(found.frame);
      at = found.frame.end;
      continue;
    }
    if (found.state === "torn" || is_blank(bytes, at)) {
      faults.push({ kind: "torn", at, end: bytes.length });
      break;
    }
    const end = found.end ?? find_frame(bytes, at + 1, salt);
    faults.push({ kind: "damaged", at, end });
    at = end;
  }
  return { frames, faults };
}

/** Where the next whole frame begins, from `from` on; the end of the bytes when there is none. */
function find_frame(bytes: Uint8Array, from: number, salt: number): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(salt);
  for (let at = buffer.indexOf(mark, from); at !== -1; at = buffer.indexOf(mark, at + 1)) {
    if (judge_frame(bytes, at, salt).state === "whole") return at;
  }
  return bytes.length;
}

/** After a power cut a file may be longer than what was written to it, and end in zeros. */
function is_blank(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}
