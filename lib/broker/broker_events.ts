// Decides how what happens in a broker reaches the listeners of its program.

import { type EventEmitter, take_listeners } from "../client/emitter.ts";
import { own_bytes } from "../model/bytes.ts";
import { MQTTMessage } from "../model/message.ts";
import { PacketTypes } from "../model/packettypes.ts";
import { ReasonCode } from "../model/reasoncodes.ts";
import type { BrokerClient } from "./access.ts";
import type { CoreEvent } from "./effects.ts";
import type { Message } from "./message.ts";

/**
 * What a broker tells by `broker.on(name, listener)`. Each listener gets messages of its own: what it does with their bytes
 * changes nothing for others.
 */
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

/** A message as programs see it: whatever they do with it is nothing to those who have still to get it. */
export function shown(message: Message, now: number): MQTTMessage {
  const payload = own_bytes(message.payload.length);
  payload.set(message.payload);
  const properties = message.properties?.copy() ?? null;
  return MQTTMessage.received({ ...message, payload, properties, mid: 0, dup: false }, true, now / 1000);
}

type ShownEvent = Exclude<CoreEvent, { type: "packet" }>;

/** Calls the listeners of an event one by one, each with a message of its own. What they throw goes to `failed`. */
export function emit_event(
  broker: EventEmitter<BrokerEvents>,
  event: ShownEvent,
  now: number,
  failed: (error: unknown) => void,
): void {
  for (const listener of take_listeners(broker as unknown as EventEmitter, event.type)) {
    try {
      listener(...arguments_of(event, now));
    } catch (error) {
      failed(error);
    }
  }
}

function arguments_of(event: ShownEvent, now: number): Parameters<BrokerEvents[keyof BrokerEvents]> {
  switch (event.type) {
    case "connected":
      return [event.client, event.session_present];
    case "refused":
      return [event.client, new ReasonCode(PacketTypes.CONNACK, "", event.reason_code)];
    case "disconnected":
      return [event.client, new ReasonCode(PacketTypes.DISCONNECT, "", event.reason_code)];
    case "published":
      return [shown(event.message, now), event.client];
    case "subscribed":
      return [event.client, event.filter, event.qos];
    case "unsubscribed":
      return [event.client, event.filter];
    case "dropped":
      return [event.client_id, shown(event.message, now)];
  }
}
