// Decides the bytes of each control packet a second time, straight from the standard: knows nothing of lib/codec, so
// that a specification of the one is not written with the other.

export type Version = 3 | 4 | 5;

/** Bytes, or hex as {@link bytes} reads it. */
export type Bytes = string | Uint8Array;

/** The names of the packet types, by the number in the first half byte. */
export const packet_names = [
  "RESERVED",
  "CONNECT",
  "CONNACK",
  "PUBLISH",
  "PUBACK",
  "PUBREC",
  "PUBREL",
  "PUBCOMP",
  "SUBSCRIBE",
  "SUBACK",
  "UNSUBSCRIBE",
  "UNSUBACK",
  "PINGREQ",
  "PINGRESP",
  "DISCONNECT",
  "AUTH",
] as const;

export type PacketName = (typeof packet_names)[number];

/**
 * Reads hex. Blanks are free, `"text"` stands for its UTF-8 bytes, and `#` starts a comment that ends with the line:
 * `bytes('30 05  0003 "a/b"  # PUBLISH')`.
 */
export function bytes(hex: Bytes): Uint8Array {
  if (typeof hex !== "string") {
    return hex;
  }
  const words = hex.match(/"[^"]*"|#[^\n]*|[0-9a-f]{2}|\s+|./gis) ?? [];
  return join(
    words.map((word) => {
      if (word.startsWith('"') && word.length > 1) {
        return utf8(word.slice(1, -1));
      }
      if (/^[0-9a-f]{2}$/i.test(word)) {
        return [Number.parseInt(word, 16)];
      }
      if (word.startsWith("#") || word.trim() === "") {
        return [];
      }
      throw new Error(`not hex: ${JSON.stringify(word)} in ${JSON.stringify(hex)}`);
    }),
  );
}

/** Bytes as hex with a blank between them. */
export function hex(view: Uint8Array): string {
  return Array.from(view, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** A UTF-8 string or binary data with its length before it [MQTT-1.5.4, MQTT-1.5.6]. */
export function field(value: Bytes): Uint8Array {
  const content = typeof value === "string" ? utf8(value) : value;
  return join([uint16(content.length), content]);
}

/** The one to four bytes of a variable byte integer (1.5.5). */
export function varint(value: number): number[] {
  const rest = Math.floor(value / 128);
  return rest === 0 ? [value] : [(value % 128) | 0x80, ...varint(rest)];
}

/** A packet from its first byte and the parts behind its remaining length. */
export function frame(first: number, ...parts: (Bytes | number[])[]): Uint8Array {
  const body = join(parts.map((part) => (typeof part === "string" ? bytes(part) : part)));
  return join([[first], varint(body.length), body]);
}

/** Properties are given as the bytes behind their length: `properties: "21 0005"` is Receive Maximum 5. */
interface Versioned {
  properties?: Bytes;
}

export interface ConnectFields extends Versioned {
  client_id?: string;
  clean?: boolean;
  keepalive?: number;
  username?: string;
  password?: Bytes;
  bridge?: boolean;
  will?: { topic: string; payload?: string | Uint8Array; qos?: number; retain?: boolean } & Versioned;
}

export interface PublishFields extends Versioned {
  topic: string;
  /** A string is sent as UTF-8. */
  payload?: string | Uint8Array;
  qos?: number;
  mid?: number;
  dup?: boolean;
  retain?: boolean;
}

/** The builders for one version: `const { connect, publish } = packet_bytes(5)`. Defaults are the shortest forms. */
export function packet_bytes(version: Version) {
  /** The property length and the properties; nothing at all on 3.x. */
  const properties = (content: Bytes = ""): Uint8Array => {
    if (version < 5) {
      return join([]);
    }
    const view = bytes(content);
    return join([varint(view.length), view]);
  };

  /** On 5, reason code and properties may be left off from the end (3.4.2.1, 3.14.2.1). */
  const ending = (code?: number, content?: Bytes): Uint8Array => {
    if (version < 5 || (code === undefined && content === undefined)) {
      return join([]);
    }
    return join([[code ?? 0], content === undefined ? [] : properties(content)]);
  };

  const acknowledgement = (first: number) => (mid: number, code?: number, content?: Bytes) =>
    frame(first, uint16(mid), ending(code, content));

  return {
    connect(fields: ConnectFields = {}): Uint8Array {
      const {
        client_id = "",
        clean = true,
        keepalive = 60,
        username,
        password,
        bridge = false,
        will,
      } = fields;
      const flags =
        (username === undefined ? 0 : 0x80) |
        (password === undefined ? 0 : 0x40) |
        (will?.retain ? 0x20 : 0) |
        ((will?.qos ?? 0) << 3) |
        (will === undefined ? 0 : 0x04) |
        (clean ? 0x02 : 0);
      return frame(
        0x10,
        field(version === 3 ? "MQIsdp" : "MQTT"),
        [version | (bridge ? 0x80 : 0), flags],
        uint16(keepalive),
        properties(fields.properties),
        field(client_id),
        will === undefined
          ? []
          : join([properties(will.properties), field(will.topic), field(will.payload ?? "")]),
        username === undefined ? [] : field(username),
        password === undefined ? [] : field(password),
      );
    },

    connack(fields: { session_present?: boolean; code?: number } & Versioned = {}): Uint8Array {
      const { session_present = false, code = 0 } = fields;
      return frame(0x20, [session_present ? 1 : 0, code], properties(fields.properties));
    },

    publish(fields: PublishFields): Uint8Array {
      const { topic, payload = "", qos = 0, mid, dup = false, retain = false } = fields;
      return frame(
        0x30 | (dup ? 0x08 : 0) | (qos << 1) | (retain ? 0x01 : 0),
        field(topic),
        mid === undefined ? [] : uint16(mid),
        properties(fields.properties),
        typeof payload === "string" ? utf8(payload) : payload,
      );
    },

    puback: acknowledgement(0x40),
    pubrec: acknowledgement(0x50),
    pubrel: acknowledgement(0x62),
    pubcomp: acknowledgement(0x70),

    /** Each filter with its options byte, which on 3.x is the QoS. */
    subscribe(mid: number, filters: [filter: string, options: number][], content?: Bytes): Uint8Array {
      const entries = filters.map(([filter, options]) => join([field(filter), [options]]));
      return frame(0x82, uint16(mid), properties(content), ...entries);
    },

    suback(mid: number, codes: number[], content?: Bytes): Uint8Array {
      return frame(0x90, uint16(mid), properties(content), codes);
    },

    unsubscribe(mid: number, filters: string[], content?: Bytes): Uint8Array {
      return frame(0xa2, uint16(mid), properties(content), ...filters.map(field));
    },

    /** `codes` are sent on 5 only; 3.x has none. */
    unsuback(mid: number, codes: number[] = [], content?: Bytes): Uint8Array {
      return frame(0xb0, uint16(mid), properties(content), version < 5 ? [] : codes);
    },

    pingreq: () => frame(0xc0),
    pingresp: () => frame(0xd0),
    disconnect: (code?: number, content?: Bytes) => frame(0xe0, ending(code, content)),
    auth: (code?: number, content?: Bytes) => frame(0xf0, ending(code, content)),
  };
}

function uint16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function join(parts: (Uint8Array | number[])[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
}
