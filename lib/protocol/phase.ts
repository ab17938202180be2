// Decides which phases one connection goes through and in which order. Everything that changes the phase goes
// through `next_phase`; a pair that is missing in the table is a bug of ours, not of the peer.

import { MQTTException } from "../model/errors.ts";

/**
 * - `idle`: no link.
 * - `dialling`: a link is being opened; wishes may be given already.
 * - `connecting`: CONNECT is out, CONNACK is awaited.
 * - `connected`: CONNACK 0 came.
 * - `disconnecting`: our DISCONNECT is queued or sent; what came before it still leaves.
 * - `closing`: the link is given up; only the shell's word that it is closed is awaited.
 */
export type Phase = "idle" | "dialling" | "connecting" | "connected" | "disconnecting" | "closing";

export type PhaseEvent = "dial" | "open" | "accept" | "disconnect" | "give_up" | "closed";

export const transitions: Readonly<Record<Phase, Readonly<Partial<Record<PhaseEvent, Phase>>>>> = {
  idle: { dial: "dialling" },
  dialling: { open: "connecting", give_up: "closing", closed: "idle" },
  connecting: { accept: "connected", disconnect: "disconnecting", give_up: "closing", closed: "idle" },
  connected: { disconnect: "disconnecting", give_up: "closing", closed: "idle" },
  disconnecting: { give_up: "closing", closed: "idle" },
  closing: { closed: "idle" },
};

/** The phase that follows. Throws `MQTTException` (ERR_MQTT_LOGIC) for a pair that the table does not have. */
export function next_phase(phase: Phase, event: PhaseEvent): Phase {
  const next = transitions[phase][event];
  if (next === undefined) throw new MQTTException(`"${event}" cannot happen in phase "${phase}"`);
  return next;
}
