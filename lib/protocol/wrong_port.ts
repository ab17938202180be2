// Decides whether the first bytes of a peer are those of another protocol than MQTT, and what to tell the user then.

import { TransportError } from "../model/errors.ts";
import { PacketTypes } from "../model/packettypes.ts";

const TLS_ALERT = 0x15;
const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR_VERSION = 0x03;
const HTTP = [0x48, 0x54, 0x54, 0x50];

/** What is wrong when a peer begins with these bytes; null when they say nothing. No MQTT broker begins like this. */
export function wrong_port(bytes: Uint8Array): TransportError | null {
  const [type, version] = bytes;
  if ((type === TLS_ALERT || type === TLS_HANDSHAKE) && version === TLS_MAJOR_VERSION) {
    return new TransportError("this port speaks TLS", {
      hint: "connect to the broker's port without TLS, usually 1883, or call tls_set() first",
    });
  }
  if (HTTP.every((letter, index) => bytes[index] === letter)) {
    return new TransportError("this port speaks HTTP", {
      hint: 'it is a web server, or the broker\'s WebSocket port: connect to the MQTT port, usually 1883, or use transport: "websockets"',
    });
  }
  return null;
}

/**
 * What is wrong when the first bytes of a peer, one at least, are no packet at all; null when they begin as the answer to
 * CONNECT.
 */
export function no_broker(bytes: Uint8Array, cause: Error): TransportError | null {
  if ((bytes[0] as number) >> 4 === PacketTypes.CONNACK) return null;
  return new TransportError("what answers there does not speak MQTT", {
    cause,
    hint: "are host and port those of the broker? Does something in between answer for it?",
  });
}
