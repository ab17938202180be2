// Decides the layout of the packets that only clients send, and only servers read; as layouts.ts does for all others.

import { PacketTypes } from "../model/packettypes.ts";
import type { ByteReader } from "../model/wire_values.ts";
import {
  check_filter,
  check_packet_id,
  check_topic,
  is_missing,
  malformed,
  message_properties,
  read_properties,
  violation,
} from "./fields.ts";
import type { Version } from "./fixed_header.ts";
import type { Context, Layout } from "./layouts.ts";

// CONNECT (3.1) ------------------------------------------------------------------------------------------------------

function connect(body: ByteReader, packet: Context): void {
  packet.version = protocol_version(body);
  const flags = connect_flags(body.byte(), packet.version);
  body.int16(); // the keepalive time
  if (packet.version === 5) {
    const properties = read_properties(body, PacketTypes.CONNECT);
    if (properties?.AuthenticationData !== undefined && properties.AuthenticationMethod === undefined) {
      throw violation("AuthenticationData comes without AuthenticationMethod (3.1.2.11.10)");
    }
    packet.properties = properties;
  }
  body.text("The client id");
  if (flags.will) {
    if (packet.version === 5) packet.will_properties = message_properties(body, PacketTypes.WILLMESSAGE);
    check_topic(body.text("The will topic"), "the will topic");
    body.binary(); // the will payload
  }
  if (flags.username && !is_missing(body, packet.version)) body.text("The user name");
  if (flags.password && !is_missing(body, packet.version)) body.binary();
}

function protocol_version(body: ByteReader): Version {
  const name = body.text("The protocol name");
  const level = body.byte() & 0x7f; // The top bit marks a bridge.
  if (name === "MQIsdp" && level === 3) return 3;
  if (name === "MQTT" && (level === 4 || level === 5)) return level;
  // [MQTT-3.1.2-1] [MQTT-3.1.2-2]
  throw violation(`the protocol ${JSON.stringify(name)} of level ${level} is not known here`, 0x84);
}

interface ConnectFlags {
  readonly will: boolean;
  readonly username: boolean;
  readonly password: boolean;
}

function connect_flags(flags: number, version: Version): ConnectFlags {
  const will = (flags & 0x04) !== 0;
  const username = (flags & 0x80) !== 0;
  const password = (flags & 0x40) !== 0;
  if ((flags & 0x01) !== 0) throw malformed("the reserved connect flag is set [MQTT-3.1.2-3]");
  // In 3.1.1 these are [MQTT-3.1.2-13] to [MQTT-3.1.2-15].
  if ((flags & 0x18) === 0x18) throw malformed("the will QoS is 3, which does not exist [MQTT-3.1.2-12]");
  if (!will && (flags & 0x38) !== 0) {
    throw malformed("will QoS or will retain is set without a will [MQTT-3.1.2-11] [MQTT-3.1.2-13]");
  }
  if (version < 5 && password && !username) {
    throw malformed("there is a password without a user name [MQTT-3.1.2-22]");
  }
  return { will, username, password };
}

// SUBSCRIBE (3.8) and UNSUBSCRIBE (3.10) -----------------------------------------------------------------------------

function subscribe(body: ByteReader, packet: Context): void {
  check_packet_id(body.int16());
  if (packet.version === 5) packet.properties = read_properties(body, PacketTypes.SUBSCRIBE);
  // [MQTT-3.8.3-3] in 3.1.1
  if (body.at === body.end) throw violation("there is no topic filter in it [MQTT-3.8.3-2]");
  while (body.at < body.end) {
    const filter = body.text("A topic filter");
    check_filter(filter);
    check_subscription_options(body.byte(), filter, packet.version);
  }
}

function check_subscription_options(options: number, filter: string, version: Version): void {
  const reserved = version === 5 ? 0b1100_0000 : 0b1111_1100;
  // [MQTT-3.8.3-4] in 3.1.1
  if ((options & reserved) !== 0)
    throw malformed("reserved bits of the subscription options are set [MQTT-3.8.3-5]");
  if ((options & 0x03) === 3) {
    const text = "the QoS of a subscription is 3, which does not exist (3.8.3.1)";
    throw version === 5 ? violation(text) : malformed(text);
  }
  if ((options & 0x30) === 0x30) throw violation("Retain Handling is 3, which does not exist (3.8.3.1)");
  if ((options & 0x04) !== 0 && filter.startsWith("$share/")) {
    throw violation("No Local is set for a shared subscription [MQTT-3.8.3-4]");
  }
}

function unsubscribe(body: ByteReader, packet: Context): void {
  check_packet_id(body.int16());
  if (packet.version === 5) packet.properties = read_properties(body, PacketTypes.UNSUBSCRIBE);
  if (body.at === body.end) throw violation("there is no topic filter in it [MQTT-3.10.3-2]");
  while (body.at < body.end) check_filter(body.text("A topic filter"));
}

export const client_layouts: Readonly<Record<number, Layout>> = {
  [PacketTypes.CONNECT]: connect,
  [PacketTypes.SUBSCRIBE]: subscribe,
  [PacketTypes.UNSUBSCRIBE]: unsubscribe,
};
