// Decides how a packet reads in the log. Passwords, authentication data and payloads never do.

import type { Packet } from "../codec/packets.ts";
import { PacketTypes } from "../model/packettypes.ts";
import type { Properties } from "../model/properties.ts";

/** One line for one packet: `PUBLISH mid=1 qos=1 topic="a/b" (5 bytes)`. */
export function packet_text(packet: Packet): string {
  const name = PacketTypes.Names[packet.type].toUpperCase();
  const details = packet_details(packet);
  const properties = "properties" in packet && packet.properties !== null ? packet.properties : null;
  return [name, details, properties === null ? "" : properties_text(properties)].filter(Boolean).join(" ");
}

/** AuthenticationData is a secret like a password: only its size is told. */
function properties_text(properties: Properties): string {
  const { AuthenticationData } = properties;
  if (AuthenticationData === undefined) return String(properties);
  const shown = properties.copy();
  delete shown.AuthenticationData;
  return `${shown} AuthenticationData (${AuthenticationData.length} bytes)`;
}

function packet_details(packet: Packet): string {
  switch (packet.type) {
    case PacketTypes.CONNECT: {
      const { client_id, clean, keepalive, username, password, will, version } = packet;
      const flags = [
        clean && "clean",
        username !== null && "username",
        password !== null && "password",
        will && "will",
      ];
      const said = flags.filter(Boolean).join(" ");
      return `version=${version} client_id="${client_id}" keepalive=${keepalive}${said === "" ? "" : ` ${said}`}`;
    }
    case PacketTypes.CONNACK:
      return `rc=${packet.reason_code} session_present=${Number(packet.session_present)}`;
    case PacketTypes.PUBLISH: {
      const { mid, qos, retain, dup, topic, payload } = packet;
      const marks = `${qos > 0 ? `mid=${mid} ` : ""}qos=${qos}${retain ? " retain" : ""}${dup ? " dup" : ""}`;
      return `${marks} topic="${topic}" (${payload.length} bytes)`;
    }
    case PacketTypes.PUBACK:
    case PacketTypes.PUBREC:
    case PacketTypes.PUBREL:
    case PacketTypes.PUBCOMP:
      return packet.reason_code === 0 ? `mid=${packet.mid}` : `mid=${packet.mid} rc=${packet.reason_code}`;
    case PacketTypes.SUBSCRIBE:
      return `mid=${packet.mid} ${packet.subscriptions.map(({ filter, qos }) => `"${filter}" qos=${qos}`).join(", ")}`;
    case PacketTypes.SUBACK:
    case PacketTypes.UNSUBACK:
      return `mid=${packet.mid} rc=${packet.reason_codes.join(",")}`;
    case PacketTypes.UNSUBSCRIBE:
      return `mid=${packet.mid} ${packet.filters.map((filter) => `"${filter}"`).join(", ")}`;
    case PacketTypes.DISCONNECT:
    case PacketTypes.AUTH:
      return `rc=${packet.reason_code}`;
    case PacketTypes.PINGREQ:
    case PacketTypes.PINGRESP:
      return "";
  }
}
