// Decides which options one topic filter of an MQTT 5 SUBSCRIBE has (3.8.3.1, paho.mqtt.subscribeoptions).

import { new_bytes } from "./bytes.ts";
import { MalformedPacket, MQTTException } from "./errors.ts";
import { positional } from "./keywords.ts";
import { unknown_name } from "./nearest.ts";
import { check_integer } from "./wire_values.ts";

export { MQTTException } from "./errors.ts";

const attribute_names = ["QoS", "noLocal", "retainAsPublished", "retainHandling"] as const;

/** Arguments of `SubscribeOptions` by name. */
export interface SubscribeOptionsArguments {
  qos?: number;
  noLocal?: boolean;
  retainAsPublished?: boolean;
  retainHandling?: number;
}

/** The four options as a plain object. */
export interface SubscribeOptionsJson {
  QoS: number;
  noLocal: boolean;
  retainAsPublished: boolean;
  retainHandling: number;
}

/** What an attribute becomes when it is assigned. */
function checked(name: string, value: unknown): unknown {
  switch (name) {
    case "QoS":
    case "retainHandling":
      check_integer(value, name, 0, 2);
      return value;
    case "noLocal":
    case "retainAsPublished":
      return Boolean(value);
    default:
      throw new MQTTException(unknown_name("SubscribeOptions", name, attribute_names, "attribute"), {
        code: "ERR_MQTT_UNKNOWN_NAME",
      });
  }
}

/**
 * The options of one topic filter in MQTT 5.
 *
 * ```ts
 * client.subscribe("sensors/#", { options: new SubscribeOptions(1, { noLocal: true }) });
 * ```
 */
export class SubscribeOptions {
  /** The broker sends retained messages at every subscribe. */
  static readonly RETAIN_SEND_ON_SUBSCRIBE = 0;
  /** The broker sends retained messages only when the subscription is new. */
  static readonly RETAIN_SEND_IF_NEW_SUB = 1;
  /** The broker sends no retained messages. */
  static readonly RETAIN_DO_NOT_SEND = 2;

  /** The highest QoS at which the broker sends, 0 to 2. */
  declare QoS: number;
  /** Whether the broker leaves out what this client publishes itself. */
  declare noLocal: boolean;
  /** Whether forwarded messages keep the retain flag with which they were published. */
  declare retainAsPublished: boolean;
  /** When retained messages are sent: one of the three constants. */
  declare retainHandling: number;

  /**
   * @param qos 0 by default.
   * @param noLocal false by default.
   * @param retainAsPublished false by default.
   * @param retainHandling `RETAIN_SEND_ON_SUBSCRIBE` by default.
   * @throws ValueError when qos or retainHandling is not 0, 1 or 2, here as at every later assignment; TypeError when
   *   it is no number; MQTTException when another attribute is assigned.
   */
  constructor(
    qos?: number | SubscribeOptionsArguments,
    noLocal?: boolean | Omit<SubscribeOptionsArguments, "qos">,
    retainAsPublished?: boolean | Pick<SubscribeOptionsArguments, "retainAsPublished" | "retainHandling">,
    retainHandling?: number | Pick<SubscribeOptionsArguments, "retainHandling">,
  );
  constructor(...args: unknown[]) {
    const values = positional(
      "SubscribeOptions",
      ["qos", "noLocal", "retainAsPublished", "retainHandling"],
      args,
    );
    const defaults = [0, false, false, 0];
    for (const [index, name] of attribute_names.entries()) {
      const value = checked(name, values[index] ?? defaults[index]);
      Object.defineProperty(this, name, { value, writable: true, enumerable: true });
    }
    // biome-ignore lint/correctness/noConstructorReturn: only a proxy can refuse names that do not exist.
    return new Proxy(this, {
      set: (target, name, value) => Reflect.set(target, name, checked(String(name), value)),
    });
  }

  /** The names of the four attributes. */
  get names(): readonly string[] {
    return attribute_names;
  }

  /** The one byte of the wire (3.8.3.1). */
  pack(): Uint8Array {
    const bytes = new_bytes(1);
    bytes[0] =
      (this.retainHandling << 4) |
      (Number(this.retainAsPublished) << 3) |
      (Number(this.noLocal) << 2) |
      this.QoS;
    return bytes;
  }

  /**
   * Takes the options from the first byte.
   *
   * @returns 1, the number of bytes used.
   * @throws MalformedPacket when there is no byte, or one that the standard forbids [MQTT-3.8.3-5]. Nothing changes
   *   then.
   */
  unpack(buffer: Uint8Array): number {
    const byte = buffer[0];
    if (byte === undefined) throw new MalformedPacket("The packet ends where subscription options are due.");
    const qos = byte & 3;
    const retain_handling = (byte >> 4) & 3;
    if (qos === 3 || retain_handling === 3 || byte > 0x3f) {
      throw new MalformedPacket(`The byte ${byte} is not legal as subscription options.`);
    }
    this.QoS = qos;
    this.noLocal = (byte & 4) !== 0;
    this.retainAsPublished = (byte & 8) !== 0;
    this.retainHandling = retain_handling;
    return 1;
  }

  /** The four options as a plain object. */
  json(): SubscribeOptionsJson {
    const { QoS, noLocal, retainAsPublished, retainHandling } = this;
    return { QoS, noLocal, retainAsPublished, retainHandling };
  }

  /** `{QoS=0, noLocal=false, retainAsPublished=false, retainHandling=0}` */
  toString(): string {
    return `{${Object.entries(this.json())
      .map(([name, value]) => `${name}=${value}`)
      .join(", ")}}`;
  }
}
