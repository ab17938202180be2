// Decides what a message and the flags of a connection look like to the user; knows nothing of where they come from.

import { type Bytes, decode_utf8, new_bytes } from "./bytes.ts";
import { MessageState, type MQTTErrorCode } from "./enums.ts";
import { ValueError } from "./errors.ts";
import { PacketTypes } from "./packettypes.ts";
import { Properties } from "./properties.ts";

/** What a message knows of its own publishing; `MQTTMessageInfo` of the client is one. */
export interface PublishProgress {
  readonly rc: MQTTErrorCode;
  readonly mid: number;
  is_published(): boolean;
}

type MessageProperties = Properties<typeof PacketTypes.PUBLISH>;

/** What is known of a received message. */
interface Received {
  readonly payload: Uint8Array;
  readonly properties: MessageProperties | null;
  readonly topic: string;
  readonly mid: number;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly dup: boolean;
}

/**
 * A message, as `on_message` receives it.
 *
 * ```ts
 * client.on_message = (client, userdata, message) => {
 *   console.log(message.topic, message.text());
 * };
 * ```
 */
export class MQTTMessage {
  topic: string;
  /** 0, 1 or 2. */
  qos: 0 | 1 | 2;
  /** Whether the broker kept the message from earlier and sent it because of a new subscription. */
  retain: boolean;
  /** Whether this may be a repetition of a message sent before. */
  dup: boolean;
  /** The packet identifier; 0 for QoS 0. */
  mid: number;
  /** When the message came, in seconds of a clock that only goes forward and starts anywhere. */
  timestamp: number;
  state: MessageState;
  /** The progress of a message of one's own; null for a received one. */
  info: PublishProgress | null;
  // To make bytes and properties takes its time, and not everybody looks.
  #packet: Received | null = null;
  /** Null: those of the packet. */
  #payload: Bytes | null;
  /** Undefined: those of the packet. */
  #properties: MessageProperties | null | undefined = null;

  constructor(mid = 0, topic = "") {
    this.topic = topic;
    this.#payload = empty;
    this.qos = 0;
    this.retain = false;
    this.dup = false;
    this.mid = mid;
    this.timestamp = 0;
    this.state = MessageState.MQTT_MS_INVALID;
    this.info = null;
  }

  /**
   * The bytes of the message: a Buffer in Node, so that `.toString()` decodes it. As with Node's own Buffers, others may lie in
   * the same memory: `Uint8Array.from(payload)` has its own, to be handed over to a worker.
   */
  get payload(): Bytes {
    this.#payload ??= (this.#packet as Received).payload as Bytes;
    return this.#payload;
  }
  set payload(payload: Bytes) {
    this.#payload = payload;
  }

  /** The properties of MQTT 5; null on 3.1 and 3.1.1. */
  get properties(): MessageProperties | null {
    if (this.#properties === undefined)
      this.#properties = this.#packet?.properties ?? new Properties(PacketTypes.PUBLISH);
    return this.#properties;
  }
  set properties(properties: MessageProperties | null) {
    this.#properties = properties;
  }

  /** @internal A message that came at `timestamp`, in seconds; on MQTT 5 it has properties. */
  static received(packet: Received, is_v5: boolean, timestamp: number): MQTTMessage {
    const message = new MQTTMessage(packet.mid, packet.topic);
    message.#packet = packet;
    message.#payload = null;
    message.qos = packet.qos;
    message.retain = packet.retain;
    message.dup = packet.dup;
    if (is_v5) message.#properties = undefined;
    message.timestamp = timestamp;
    return message;
  }

  /** The payload as UTF-8 text. Throws ValueError (`ERR_MQTT_PAYLOAD`) when it is not. Beyond paho. */
  text(): string {
    try {
      return decode_utf8(this.payload);
    } catch (cause) {
      throw new ValueError(
        `The message on ${JSON.stringify(this.topic)} is not UTF-8 text: use message.payload for its bytes.`,
        { code: "ERR_MQTT_PAYLOAD", cause },
      );
    }
  }

  /**
   * The payload parsed as JSON. `T` is what the caller trusts it to be; nothing checks it. Throws ValueError
   * (`ERR_MQTT_PAYLOAD`) when it is not JSON. Beyond paho.
   */
  json<T = unknown>(): T {
    const text = this.text();
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new ValueError(
        `The message on ${JSON.stringify(this.topic)} is not JSON: ${(cause as Error).message}`,
        { code: "ERR_MQTT_PAYLOAD", cause },
      );
    }
  }

  /** All attributes, the payload among them: what `JSON.stringify()` writes. Beyond paho. */
  toJSON() {
    const { payload, properties } = this;
    return { ...this, payload, properties };
  }

  /** What `console.log` prints in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): object {
    return this.toJSON();
  }
}

const empty = new_bytes(0);

/** What the broker said when it accepted a connection; `[0]` and destructuring work as with paho's named tuple. */
export class ConnectFlags {
  /** Whether the broker still had the session of an earlier connection. */
  readonly session_present: boolean;

  constructor(session_present: boolean) {
    this.session_present = session_present;
  }

  /** `session_present`. */
  get 0(): boolean {
    return this.session_present;
  }

  *[Symbol.iterator](): IterableIterator<boolean> {
    yield this.session_present;
  }

  /** `ConnectFlags(session_present=true)` */
  toString(): string {
    return `ConnectFlags(session_present=${this.session_present})`;
  }
}

/** How a connection ended; `[0]` and destructuring work as with paho's named tuple. */
export class DisconnectFlags {
  /** Whether the broker sent a DISCONNECT packet. */
  readonly is_disconnect_packet_from_server: boolean;
  /** What broke the connection, where it was an error; else null. Beyond paho. */
  readonly error: Error | null;

  constructor(is_disconnect_packet_from_server: boolean, error: Error | null = null) {
    this.is_disconnect_packet_from_server = is_disconnect_packet_from_server;
    this.error = error;
  }

  /** `is_disconnect_packet_from_server`. */
  get 0(): boolean {
    return this.is_disconnect_packet_from_server;
  }

  *[Symbol.iterator](): IterableIterator<boolean> {
    yield this.is_disconnect_packet_from_server;
  }

  /** `DisconnectFlags(is_disconnect_packet_from_server=true)` */
  toString(): string {
    return `DisconnectFlags(is_disconnect_packet_from_server=${this.is_disconnect_packet_from_server})`;
  }
}
