// Decides how what happens in a broker reaches the listeners of its program.

import type { EventEmitter } from "../client/emitter.ts";
import { MQTTMessage } from "../model/message.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { ReasonCode } from "../model/reasoncodes.ts";
import type { BrokerClient } from "./access.ts";
import type { CoreEvent } from "./effects.ts";
import type { Message } from "./message.ts";

/** What a broker tells by `broker.on(name, listener)`. */
export interface BrokerEvents {
  /** A client has come in. */
  connected: (client: BrokerClient, session_present: boolean) => void;
  /** A client was not let in. */
  refused: (client: BrokerClient, reason_code: ReasonCode) => void;
  /** A client that was in has gone; a connection lost without a word is an "Unspecified error". */
  disconnected: (client: BrokerClient, reason_code: ReasonCode) => void;
  /** A message was accepted; `client` is null for a will, and for what the program publishes itself. */
  published: (message: MQTTMessage, client: BrokerClient | null) => void;
  /** A client has got a subscription, or has it anew. */
  subscribed: (client: BrokerClient, filter: string, qos: 0 | 1 | 2) => void;
  /** A client has given one up. */
  unsubscribed: (client: BrokerClient, filter: string) => void;
  /** A client has missed a message, because too much waited for it. */
  dropped: (client_id: string, message: MQTTMessage) => void;
}

/** A message as programs see it. */
export function shown(message: Message, now: number): MQTTMessage {
  return MQTTMessage.received({ ...message, mid: 0, dup: false }, true, now / 1000);
}

/** Calls the listeners of an event, which may throw. */
export function emit_event(
  broker: EventEmitter<BrokerEvents>,
  event: Exclude<CoreEvent, { type: "packet" }>,
  now: number,
): void {
  switch (event.type) {
    case "connected":
      broker.emit("connected", event.client, event.session_present);
      break;
    case "refused":
      broker.emit("refused", event.client, new ReasonCode(PacketTypes.CONNACK, "", event.reason_code));
      break;
    case "disconnected":
      broker.emit(
        "disconnected",
        event.client,
        new ReasonCode(PacketTypes.DISCONNECT, "", event.reason_code),
      );
      break;
    case "published":
      broker.emit("published", shown(event.message, now), event.client);
      break;
    case "subscribed":
      broker.emit("subscribed", event.client, event.filter, event.qos);
      break;
    case "unsubscribed":
      broker.emit("unsubscribed", event.client, event.filter);
      break;
    case "dropped":
      broker.emit("dropped", event.client_id, shown(event.message, now));
      break;
  }
}
