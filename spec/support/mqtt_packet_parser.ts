// What npm mqtt-packet reads, in the shape of our packets: the field's own reader, to compare ours with. It reads only
// what layouts.ts has found sound.

import mqtt_packet from "mqtt-packet";
import { DUP, packet_name, type Version } from "../../lib/codec/fixed_header.ts";
import { connack_reason_code, type Findings } from "../../lib/codec/layouts.ts";
import type { ConnectPacket, Packet, Subscription, WillMessage } from "../../lib/codec/packets.ts";
import { copy_bytes } from "../../lib/model/bytes.ts";
import { MalformedPacket } from "../../lib/model/errors.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";

/** What mqtt-packet's parser emits, as far as we read it. Which fields are there depends on `cmd`. */
interface ForeignPacket {
  cmd: string;
  messageId: number;
  reasonCode?: number;
  returnCode?: number;
  granted?: number[];
  // PUBLISH
  dup: boolean;
  qos: 0 | 1 | 2;
  retain: boolean;
  topic: string;
  payload: Uint8Array;
  // CONNECT
  bridgeMode?: boolean;
  clean: boolean;
  keepalive: number;
  clientId: string;
  username?: string;
  password?: Uint8Array;
  will?: { topic: string; payload: Uint8Array; qos: 0 | 1 | 2; retain: boolean };
  // CONNACK, SUBSCRIBE, UNSUBSCRIBE
  sessionPresent: boolean;
  subscriptions: { topic: string; qos: 0 | 1 | 2; nl: boolean; rap: boolean; rh: 0 | 1 | 2 }[];
  unsubscriptions: string[];
}

/** mqtt-packet's parser behind one plain call. */
export class PacketParser {
  readonly #parser: ReturnType<typeof mqtt_packet.parser>;
  #packet: ForeignPacket | null = null;
  #error: unknown = null;

  constructor(version: Version) {
    this.#parser = mqtt_packet.parser({ protocolVersion: version });
    this.#parser.on("packet", (packet) => {
      this.#packet = packet as unknown as ForeignPacket;
    });
    this.#parser.on("error", (error) => {
      this.#error = error;
    });
  }

  /**
   * The packet in `bytes`, which holds exactly one.
   *
   * @param found what layouts.ts found in it: mqtt-packet loses the order of user properties and some of their values,
   *   so all properties come from there.
   * @param owned whether the payload may be a view of `bytes`.
   * @throws MalformedPacket when mqtt-packet refuses it.
   */
  parse(bytes: Uint8Array, found: Findings, owned: boolean): Packet {
    const type = (bytes[0] as number) >> 4;
    // It does not know all of these: no AUTH without reason code (3.15.2.1), no DISCONNECT with 0x8C.
    if (type === PacketTypes.DISCONNECT || type === PacketTypes.AUTH) {
      return { type, reason_code: found.reason_code, properties: found.properties as never };
    }
    this.#packet = null;
    this.#parser.parse(readable_header(bytes, found.version) as never);
    if (this.#packet === null) {
      throw new MalformedPacket(`${packet_name(type)}: it cannot be read.`, { cause: this.#error });
    }
    return our_packet(this.#packet, found, owned ? bytes.length : Number.POSITIVE_INFINITY);
  }
}

/** mqtt-packet does not know that MQTT 3.1 has DUP on PUBREL, SUBSCRIBE and UNSUBSCRIBE, where it says nothing new. */
function readable_header(bytes: Uint8Array, version: Version): Uint8Array {
  const first_byte = bytes[0] as number;
  if (version > 3 || (first_byte & DUP) === 0 || first_byte >> 4 === PacketTypes.PUBLISH) return bytes;
  const copy = copy_bytes(bytes);
  copy[0] = first_byte & ~DUP;
  return copy;
}

/** `shared_size` is the size of the buffer that a large payload may go on using. */
function our_packet(foreign: ForeignPacket, found: Findings, shared_size: number): Packet {
  const { messageId: mid } = foreign;
  const reason_code = foreign.reasonCode ?? 0;
  const reason_codes = foreign.granted ?? [];
  // layouts.ts has read them for the very type of this packet.
  const properties = found.properties as never;
  switch (foreign.cmd) {
    case "connect":
      return our_connect(foreign, found);
    case "connack": {
      const code = foreign.returnCode ?? connack_reason_code(reason_code);
      return {
        type: PacketTypes.CONNACK,
        session_present: foreign.sessionPresent,
        reason_code: code,
        properties,
      };
    }
    case "publish": {
      const { dup, qos, retain, topic, payload: view } = foreign;
      const payload = 2 * view.length > shared_size ? view : copy_bytes(view);
      return { type: PacketTypes.PUBLISH, dup, qos, retain, topic, mid: mid ?? 0, payload, properties };
    }
    case "puback":
      return { type: PacketTypes.PUBACK, mid, reason_code, properties };
    case "pubrec":
      return { type: PacketTypes.PUBREC, mid, reason_code, properties };
    case "pubrel":
      return { type: PacketTypes.PUBREL, mid, reason_code, properties };
    case "pubcomp":
      return { type: PacketTypes.PUBCOMP, mid, reason_code, properties };
    case "subscribe": {
      const subscriptions = foreign.subscriptions.map((one) => our_subscription(one, found.version));
      return { type: PacketTypes.SUBSCRIBE, mid, subscriptions, properties };
    }
    case "suback":
      return { type: PacketTypes.SUBACK, mid, reason_codes, properties };
    case "unsubscribe":
      return { type: PacketTypes.UNSUBSCRIBE, mid, filters: foreign.unsubscriptions, properties };
    case "unsuback":
      return { type: PacketTypes.UNSUBACK, mid, reason_codes, properties };
    case "pingreq":
      return { type: PacketTypes.PINGREQ };
    default:
      return { type: PacketTypes.PINGRESP };
  }
}

function our_connect(foreign: ForeignPacket, found: Findings): ConnectPacket {
  const { password, will } = foreign;
  return {
    type: PacketTypes.CONNECT,
    version: found.version,
    bridge: foreign.bridgeMode ?? false,
    clean: foreign.clean,
    keepalive: foreign.keepalive,
    client_id: foreign.clientId,
    username: foreign.username ?? null,
    password: password === undefined ? null : copy_bytes(password),
    will: will === undefined ? null : our_will(will, found),
    properties: found.properties as ConnectPacket["properties"],
  };
}

function our_will(will: NonNullable<ForeignPacket["will"]>, found: Findings): WillMessage {
  const { topic, payload, qos, retain } = will;
  const properties = found.will_properties as WillMessage["properties"];
  return { topic, payload: copy_bytes(payload), qos, retain, properties };
}

function our_subscription(foreign: ForeignPacket["subscriptions"][number], version: Version): Subscription {
  const { topic: filter, qos } = foreign;
  // After the CONNECT of a bridge it makes up options on 3.x.
  if (version < 5) return { filter, qos, no_local: false, retain_as_published: false, retain_handling: 0 };
  const { nl: no_local, rap: retain_as_published, rh: retain_handling } = foreign;
  return { filter, qos, no_local, retain_as_published, retain_handling };
}
