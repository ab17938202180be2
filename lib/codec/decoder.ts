// Decides what becomes of received bytes: packets, and at most one error, after which nothing more is read.

import type { MalformedPacket, ProtocolError } from "../model/errors.ts";
import { check_first_byte, type Sender, type Version } from "./fixed_header.ts";
import { Framer, type FramerOwner } from "./framer.ts";
import { check_packet } from "./layouts.ts";
import { read_packet } from "./packet_reader.ts";
import type { Packet } from "./packets.ts";
import { PlainPackets } from "./plain_packets.ts";

export interface DecoderOptions {
  /** The version of the connection. A server's decoder takes it from the CONNECT that it reads. */
  version: Version;
  /** The largest packet to accept, in bytes, with its fixed header. At most 268435460 ever come. */
  max_packet_size: number;
  /** Which side reads: a client (the default) accepts only what a server may send, and the other way round. */
  role?: "client" | "server";
}

/**
 * Turns the bytes of one connection into packets, however they are cut. It never throws for what it reads.
 *
 * ```ts
 * const decoder = new Decoder({ version: 4, max_packet_size: 1_000_000 });
 * for (const packet of decoder.push(bytes)) handle(packet);
 * if (decoder.error !== null) close(decoder.error.reason_code);
 * ```
 */
export class Decoder implements FramerOwner {
  readonly #sender: Sender;
  readonly #framer: Framer;
  readonly #plain = new PlainPackets();
  #version: Version;
  #error: MalformedPacket | ProtocolError | null = null;

  constructor({ version, max_packet_size, role = "client" }: DecoderOptions) {
    this.#sender = role === "client" ? "server" : "client";
    this.#version = version;
    this.#framer = new Framer(max_packet_size, this);
  }

  /** The version in which packets are read. */
  get version(): Version {
    return this.#version;
  }

  /** Why nothing more is read, with the reason code for a DISCONNECT; null as long as all is well. */
  get error(): MalformedPacket | ProtocolError | null {
    return this.#error;
  }

  /**
   * The packets that `bytes` complete, in order. Where one is wrong, those before it are returned, `error` is set, and
   * all that follows is ignored. Nothing of `bytes` is kept or given out, so that the caller may use it again, but where it
   * was lent to be kept (lent_memory.ts).
   */
  push(bytes: Uint8Array): Packet[] {
    const packets: Packet[] = [];
    if (this.#error !== null) return packets;
    try {
      this.#framer.push(bytes);
      while (this.#framer.next()) packets.push(this.#plain.read(this.#framer, this.#version) ?? this.#read());
    } catch (error) {
      this.#error = error as MalformedPacket | ProtocolError;
      this.#framer.drop();
    }
    this.#plain.forget_chunk();
    return packets;
  }

  /** Of the framer. */
  check_first_byte(byte: number): void {
    check_first_byte(byte, this.#version, this.#sender);
  }

  #read(): Packet {
    const { begin, body, owned } = this.#framer;
    const bytes = this.#framer.whole();
    const found = check_packet(bytes, body - begin, this.#version, this.#sender);
    this.#version = found.version;
    return read_packet(bytes, found, owned);
  }
}
