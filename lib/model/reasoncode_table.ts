// Decides which reason codes exist, what they are called and which packets may carry them (table 2.6 and the reason
// code clauses of chapter 3); data only.

import type { PacketType } from "./packettypes.ts";

/** What the standard says of one reason code. */
export interface ReasonCodeRow {
  readonly value: number;
  readonly name: string;
  readonly packets: readonly PacketType[];
}

/** Every reason code of MQTT 5, by ascending value; 0 has another name in DISCONNECT and in SUBACK. */
export const reason_code_table: readonly ReasonCodeRow[] = [
  { value: 0x00, name: "Success", packets: [2, 4, 5, 6, 7, 11, 15] },
  { value: 0x00, name: "Normal disconnection", packets: [14] },
  { value: 0x00, name: "Granted QoS 0", packets: [9] },
  { value: 0x01, name: "Granted QoS 1", packets: [9] },
  { value: 0x02, name: "Granted QoS 2", packets: [9] },
  { value: 0x04, name: "Disconnect with will message", packets: [14] },
  { value: 0x10, name: "No matching subscribers", packets: [4, 5] },
  { value: 0x11, name: "No subscription found", packets: [11] },
  { value: 0x18, name: "Continue authentication", packets: [15] },
  { value: 0x19, name: "Re-authenticate", packets: [15] },
  { value: 0x80, name: "Unspecified error", packets: [2, 4, 5, 9, 11, 14] },
  { value: 0x81, name: "Malformed packet", packets: [2, 14] },
  { value: 0x82, name: "Protocol error", packets: [2, 14] },
  { value: 0x83, name: "Implementation specific error", packets: [2, 4, 5, 9, 11, 14] },
  { value: 0x84, name: "Unsupported protocol version", packets: [2] },
  { value: 0x85, name: "Client identifier not valid", packets: [2] },
  { value: 0x86, name: "Bad user name or password", packets: [2] },
  { value: 0x87, name: "Not authorized", packets: [2, 4, 5, 9, 11, 14] },
  { value: 0x88, name: "Server unavailable", packets: [2] },
  { value: 0x89, name: "Server busy", packets: [2, 14] },
  { value: 0x8a, name: "Banned", packets: [2] },
  { value: 0x8b, name: "Server shutting down", packets: [14] },
  { value: 0x8c, name: "Bad authentication method", packets: [2, 14] },
  { value: 0x8d, name: "Keep alive timeout", packets: [14] },
  { value: 0x8e, name: "Session taken over", packets: [14] },
  { value: 0x8f, name: "Topic filter invalid", packets: [9, 11, 14] },
  { value: 0x90, name: "Topic name invalid", packets: [2, 4, 5, 14] },
  { value: 0x91, name: "Packet identifier in use", packets: [4, 5, 9, 11] },
  { value: 0x92, name: "Packet identifier not found", packets: [6, 7] },
  { value: 0x93, name: "Receive maximum exceeded", packets: [14] },
  { value: 0x94, name: "Topic alias invalid", packets: [14] },
  { value: 0x95, name: "Packet too large", packets: [2, 14] },
  { value: 0x96, name: "Message rate too high", packets: [14] },
  { value: 0x97, name: "Quota exceeded", packets: [2, 4, 5, 9, 14] },
  { value: 0x98, name: "Administrative action", packets: [14] },
  { value: 0x99, name: "Payload format invalid", packets: [2, 4, 5, 14] },
  { value: 0x9a, name: "Retain not supported", packets: [2, 14] },
  { value: 0x9b, name: "QoS not supported", packets: [2, 14] },
  { value: 0x9c, name: "Use another server", packets: [2, 14] },
  { value: 0x9d, name: "Server moved", packets: [2, 14] },
  { value: 0x9e, name: "Shared subscription not supported", packets: [9, 14] },
  { value: 0x9f, name: "Connection rate exceeded", packets: [2, 14] },
  { value: 0xa0, name: "Maximum connect time", packets: [14] },
  { value: 0xa1, name: "Subscription identifiers not supported", packets: [9, 14] },
  { value: 0xa2, name: "Wildcard subscription not supported", packets: [9, 14] },
];
