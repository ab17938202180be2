// Decides what a test vector is: bytes that one side may send, or must not.

import type { Packet } from "../../lib/codec/packets.ts";

export type Version = 3 | 4 | 5;
export type Sender = "client" | "server";

/** Bytes and the one packet that they are. */
export interface ValidVector {
  readonly name: string;
  readonly versions: readonly Version[];
  /** Who may send it. */
  readonly from: readonly Sender[];
  readonly hex: string;
  readonly packet: Packet;
  /** The bytes that our encoder writes for the packet, where the standard allows several forms. */
  readonly writes?: string;
  readonly clause: string;
}

/** Bytes that must end a connection. */
export interface MalformedVector {
  readonly name: string;
  readonly versions: readonly Version[];
  readonly from: Sender;
  readonly hex: string;
  /** 0x81 and 0x95 stand for a MalformedPacket, all others for a ProtocolError. */
  readonly reason_code: number;
  /** A part of the error's message: shows that it failed for the right reason. */
  readonly says: string;
  readonly clause: string;
}

/** The bytes of a vector; its blanks are for the reader. */
export function bytes_of(hex: string): Buffer {
  const digits = hex.replaceAll(" ", "");
  const bytes = Buffer.from(digits, "hex");
  if (bytes.length * 2 !== digits.length) throw new Error(`not hexadecimal: ${hex}`);
  return bytes;
}

/** The side that reads what the other sends. */
export function reader_of(sender: Sender): Sender {
  return sender === "client" ? "server" : "client";
}
