// Decides what others see of a client, and how the words of the program about it become reason codes.

import type { PacketType } from "../model/packettypes.ts";
import { ReasonCode } from "../model/reasoncodes.ts";
import { name_type } from "../model/type_names.ts";

/** A client that is connected to the broker, or wants to be. */
export interface BrokerClient {
  /** `""` while it is asked whether a client may come in that wants the broker to choose one. */
  readonly client_id: string;
  /** 3: MQTT 3.1, 4: 3.1.1, 5: MQTT 5. */
  readonly protocol: 3 | 4 | 5;
  readonly username: string | null;
  /** In seconds; 0: none. */
  readonly keepalive: number;
  /** Whether it wants no session of earlier connections: Clean Session of 3.x, Clean Start of MQTT 5. */
  readonly clean_start: boolean;
  /** Where it comes from: `127.0.0.1:50123`. */
  readonly address: string;
}

/** What a client is about to do with a topic, or with a topic filter. */
export type Action = "publish" | "subscribe";

/** What a program answers: whether it is allowed, or the reason why not. */
export type Verdict = boolean | ReasonCode;

/** Gives 0, or the reason code of a refusal. */
export type Access = (client: BrokerClient, action: Action, topic: string) => number;

/** @throws TypeError unless it is a `ReasonCode`. */
export function check_reason_code(value: unknown, packet: "CONNACK" | "DISCONNECT"): void {
  if (value instanceof ReasonCode) return;
  const example = `new ReasonCode(PacketTypes.${packet}, "Server busy")`;
  throw new TypeError(`reason_code must be a ReasonCode, as in ${example}, not ${name_type(value)}`);
}

const NOT_AUTHORIZED = 0x87;

/** 0 for what is allowed; else the reason code, which is "Not authorized" where `packet` cannot carry the given one. */
export function refusal_of(verdict: Verdict, packet: PacketType): number {
  if (verdict === true) return 0;
  if (!(verdict instanceof ReasonCode)) return NOT_AUTHORIZED;
  if (!verdict.is_failure) return 0;
  return code_for(verdict.value, packet);
}

/** The code, or "Not authorized" where the packet cannot carry it. */
export function code_for(code: number, packet: PacketType): number {
  return ReasonCode.is_valid(packet, code) ? code : NOT_AUTHORIZED;
}
