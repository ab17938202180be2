// Decides how what happens in a broker reads in its log: `<` a packet came, `>` a packet left, `=` something changed.

import { type Logger, write_log } from "../client/logging.ts";
import { packet_text } from "../client/packet_text.ts";
import { LogLevel } from "../model/enums.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { ReasonCode } from "../model/reasoncodes.ts";
import type { CoreEvent } from "./effects.ts";
import { short_text } from "./short_text.ts";

export function log_event(logger: Logger, event: CoreEvent): void {
  log_line(logger, level_of(event), text_of(event));
}

/** Writes one line, whatever clients have put into their names and topics: it cannot look like two. */
export function log_line(logger: Logger, level: LogLevel, text: string): void {
  write_log(logger, level, text.replace(/[\p{Cc}\u2028\u2029]/gu, escaped));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function level_of({ type }: CoreEvent): LogLevel {
  if (type === "dropped" || type === "refused") return LogLevel.MQTT_LOG_WARNING;
  return type === "connected" || type === "disconnected" ? LogLevel.MQTT_LOG_INFO : LogLevel.MQTT_LOG_DEBUG;
}

function text_of(event: CoreEvent): string {
  switch (event.type) {
    case "packet": {
      const { mark, link, packet } = event;
      return `${mark} ${link.client?.client_id || link.address} ${packet_text(packet)}`;
    }
    case "connected": {
      const { client_id, address, protocol } = event.client;
      return `= ${client_id} connected from ${address}, version=${protocol}${event.session_present ? ", session present" : ""}`;
    }
    case "refused":
      return `= ${event.client.client_id} refused: ${reason(PacketTypes.CONNACK, event.reason_code)}`;
    case "disconnected": {
      const { client, reason_code, error } = event;
      const why = error === null ? "" : ` (${short_text(error.message)})`;
      return `= ${client.client_id} disconnected: ${reason(PacketTypes.DISCONNECT, reason_code)}${why}`;
    }
    case "published":
      return `= ${event.client?.client_id ?? "the broker"} published to "${short_text(event.message.topic)}"`;
    case "subscribed":
    case "unsubscribed":
      return `= ${event.client.client_id} ${event.type} "${short_text(event.filter)}"`;
    case "dropped":
      return `= ${event.client_id} has no room: a message to "${short_text(event.message.topic)}" was dropped`;
  }
}

function reason(packet: 2 | 14, code: number): string {
  return new ReasonCode(packet, "", code).getName();
}
