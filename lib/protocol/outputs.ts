// Decides what comes out of the core: answers to wishes, work for the shell, performed in order, and events for the
// user, afterwards.

import type {
  ConnackPacket,
  DisconnectPacket,
  Packet,
  PubackPacket,
  PubcompPacket,
  PublishPacket,
  PubrecPacket,
  SubackPacket,
  UnsubackPacket,
} from "../codec/packets.ts";
import type { MQTTErrorCode } from "../model/enums.ts";
import type { MQTTException } from "../model/errors.ts";
import type { Delivery } from "./inbound.ts";
import type { OutboundMessage, Ticket } from "./outbound_message.ts";

/** What `publish` answers: `message` is null when it was not accepted. */
export interface PublishAnswer {
  readonly rc: MQTTErrorCode;
  readonly message: OutboundMessage | null;
}

/** What `subscribe` and `unsubscribe` answer: `mid` is null when nothing was asked. */
export interface RequestAnswer {
  readonly rc: MQTTErrorCode;
  readonly mid: number | null;
}

/**
 * - `send`: these bytes, in this order.
 * - `close`: end the link: `flush` lets what was sent leave first, and the shell tells `closed()` when that is done;
 *   without it the shell drops the link and tells `closed()` at once.
 */
export type Work =
  | { readonly type: "send"; readonly bytes: Uint8Array }
  | { readonly type: "close"; readonly flush: boolean };

/** Why a link ended. */
export interface CloseCause {
  readonly rc: MQTTErrorCode;
  /** The DISCONNECT of the broker, where that was the end. */
  readonly packet: DisconnectPacket | null;
  /** What went wrong, where something did. */
  readonly error: Error | null;
  /** The broker refused in a way that another CONNECT answers: open again at once and tell nobody. */
  readonly retry: boolean;
}

/** A cause with what matters, the rest filled in. */
export function close_cause(rc: MQTTErrorCode, rest: Partial<CloseCause> = {}): CloseCause {
  return { rc, packet: null, error: null, retry: false, ...rest };
}

export type SessionEvent =
  | { readonly type: "connack"; readonly packet: ConnackPacket; readonly session_present: boolean }
  | { readonly type: "message"; readonly packet: PublishPacket; readonly delivery: Delivery | null }
  /** The broker has (or has refused) the message; `packet` is null for QoS 0, which only leaves. */
  | {
      readonly type: "published";
      readonly message: OutboundMessage;
      readonly packet: PubackPacket | PubrecPacket | PubcompPacket | null;
    }
  /** QoS 0 messages have left that never stood in the queue. */
  | { readonly type: "left"; readonly tickets: readonly Ticket[] }
  /** Such messages were lost with their link before they left. */
  | { readonly type: "lost"; readonly tickets: readonly Ticket[]; readonly error: MQTTException }
  /** The message will never be sent. */
  | { readonly type: "abandoned"; readonly message: OutboundMessage; readonly error: MQTTException }
  | { readonly type: "subscribed"; readonly packet: SubackPacket }
  | { readonly type: "unsubscribed"; readonly packet: UnsubackPacket }
  /** The link has ended; with `opened` false it had never been up. */
  | { readonly type: "closed"; readonly opened: boolean; readonly cause: CloseCause }
  /** Only when tracing: a packet that came (`<`), one that went (`>`). */
  | { readonly type: "trace"; readonly mark: "<" | ">"; readonly packet: Packet }
  /** Something worth a line in the log that is nobody's event. */
  | { readonly type: "notice"; readonly text: string };
