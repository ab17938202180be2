// Decides what can be expected of and done to one connection of the scripted broker, and how a wrong byte is shown.

import { EventEmitter, once } from "node:events";
import { in_time, type Patience } from "./eventually.ts";
import type { FarEnd } from "./far_end.ts";
import { type Bytes, bytes, hex, type PacketName, packet_names } from "./packet_bytes.ts";

export class ScriptedLink {
  readonly #far: FarEnd;
  readonly #news = new EventEmitter();
  /** Bytes that came and do not make a whole packet yet. */
  #partial: Buffer = Buffer.alloc(0);
  readonly #frames: Uint8Array[] = [];
  /** How many of the frames the script has taken. */
  #taken = 0;
  #ended: "FIN" | "RST" | null = null;

  constructor(far: FarEnd) {
    this.#far = far;
    far.listen({
      data: (chunk) => this.#take_in(chunk),
      ended: (how) => this.#end(how === "in order" ? "FIN" : "RST"),
    });
  }

  /** All whole packets that came so far, taken by the script or not. */
  get received(): readonly Uint8Array[] {
    return this.#frames;
  }

  /** Takes the next packets, as many as `wanted` holds, and fails unless each byte is the same. */
  async expect(wanted: Bytes, patience: Patience = {}): Promise<void> {
    for (const want of split_whole(bytes(wanted))) {
      const got = await this.#next(`${describe(want)}: ${beginning(want)}`, patience);
      const at = difference(want, got);
      if (at !== null) {
        throw new Error(mismatch(this.#taken, want, got, at));
      }
    }
  }

  /** Takes the next packet and gives it whole; fails when it is of another type. */
  async expect_packet(name: PacketName, patience: Patience = {}): Promise<Uint8Array> {
    const got = await this.#next(name, patience);
    if (describe(got) !== name) {
      throw new Error(`packet ${this.#taken} is a ${describe(got)} and should be a ${name}: ${hex(got)}`);
    }
    return got;
  }

  /** Fails when anything comes within so many milliseconds, or has come and was not expected yet. */
  async expect_silence(ms: number): Promise<void> {
    const deadline = performance.now() + ms;
    while (this.#frames.length === this.#taken && this.#partial.length === 0) {
      const left = deadline - performance.now();
      if (left <= 0) {
        return;
      }
      const change = once(this.#news, "change");
      await in_time(change, "the end of the silence", { within: left }).catch(() => {});
    }
    const heard = this.#frames[this.#taken] ?? this.#partial;
    throw new Error(`silence was expected, but there came ${describe(heard)}: ${hex(heard)}`);
  }

  /** Waits for the peer to close, by FIN or by RST, and fails when a packet comes before that. */
  async expect_close(patience: Patience = {}): Promise<"FIN" | "RST"> {
    while (this.#frames.length === this.#taken) {
      if (this.#ended !== null) {
        return this.#ended;
      }
      await in_time(once(this.#news, "change"), "the peer to close the connection", patience);
    }
    const got = await this.#next("the end", patience);
    throw new Error(`the peer should have closed, but sent ${describe(got)}: ${hex(got)}`);
  }

  send(data: Bytes): void {
    this.#far.send(bytes(data));
  }

  /** Sends what is left and then FIN: a connection closed in good order. */
  close(): void {
    this.#far.close();
  }

  /** Sends RST: a connection that broke. */
  reset(): void {
    this.#far.reset();
  }

  async #next(wanted: string, patience: Patience): Promise<Uint8Array> {
    for (;;) {
      const frame = this.#frames[this.#taken];
      if (frame !== undefined) {
        this.#taken += 1;
        return frame;
      }
      const rest =
        this.#partial.length === 0 ? "" : `, after a part of a packet: ${beginning(this.#partial)}`;
      if (this.#ended !== null) {
        throw new Error(`the peer closed (${this.#ended})${rest}, before ${wanted}`);
      }
      await in_time(once(this.#news, "change"), `${wanted}${rest}`, patience);
    }
  }

  #take_in(chunk: Buffer): void {
    const { frames, rest } = split(Buffer.concat([this.#partial, chunk]));
    this.#frames.push(...frames);
    this.#partial = rest;
    this.#news.emit("change");
  }

  #end(how: "FIN" | "RST"): void {
    this.#ended = how;
    this.#news.emit("change");
  }
}

/** Cuts bytes into packets by their remaining length. */
function split(data: Buffer): { frames: Uint8Array[]; rest: Buffer } {
  const frames: Uint8Array[] = [];
  let rest = data;
  for (let size = frame_size(rest); size !== null && size <= rest.length; size = frame_size(rest)) {
    frames.push(new Uint8Array(rest.subarray(0, size)));
    rest = rest.subarray(size);
  }
  return { frames, rest };
}

/**
 * The whole length of the packet that starts here, or null when its remaining length is not there yet. Bytes that
 * start no packet are one packet up to their end: the comparison then shows them.
 */
function frame_size(data: Uint8Array): number | null {
  let remaining = 0;
  for (let index = 1; index < data.length; index++) {
    const byte = data[index] ?? 0;
    remaining += (byte & 0x7f) * 128 ** (index - 1);
    if (byte < 0x80) {
      return 1 + index + remaining;
    }
    if (index === 4) {
      return data.length;
    }
  }
  return null;
}

function split_whole(data: Uint8Array): Uint8Array[] {
  const { frames, rest } = split(Buffer.from(data));
  if (rest.length > 0) {
    throw new Error(`the script expects bytes that are no whole packet: ${hex(rest)}`);
  }
  return frames;
}

function describe(frame: Uint8Array): string {
  return packet_names[(frame[0] ?? 0) >> 4] ?? "nothing";
}

/** As hex, as far as it helps: large packets come in hundreds of pieces, each of which would be written out anew. */
function beginning(frame: Uint8Array): string {
  return frame.length <= 64 ? hex(frame) : `${hex(frame.subarray(0, 64))} ... (${frame.length} bytes)`;
}

function difference(want: Uint8Array, got: Uint8Array): number | null {
  const length = Math.max(want.length, got.length);
  for (let at = 0; at < length; at++) {
    if (want[at] !== got[at]) {
      return at;
    }
  }
  return null;
}

/** Both packets one above the other, with a mark below the first wrong byte. */
function mismatch(number: number, want: Uint8Array, got: Uint8Array, at: number): string {
  // A long packet is shown from shortly before the difference on.
  const from = at < 48 ? 0 : at - 16;
  const show = (frame: Uint8Array) => hex(frame.subarray(from, from + 64));
  return [
    `packet ${number} differs at byte ${at}${from === 0 ? "" : ` (shown from byte ${from} on)`}`,
    `  expected  ${show(want)}  ${describe(want)}, ${want.length} bytes`,
    `  received  ${show(got)}  ${describe(got)}, ${got.length} bytes`,
    `            ${"   ".repeat(at - from)}^^`,
  ].join("\n");
}
