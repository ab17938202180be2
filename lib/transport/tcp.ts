// Decides how a stream over TCP is opened.

import { connect } from "node:net";
import { type Dial, dial_socket } from "./dial.ts";
import { place, transport_error } from "./failure.ts";
import { connect_shared } from "./shared_reading.ts";

export interface TcpAddress {
  readonly host: string;
  readonly port: number;
  /** The local address to use; `""`: the system chooses. */
  readonly bind_address: string;
  /** The local port to use; 0: the system chooses. */
  readonly bind_port: number;
}

/**
 * IPv4 and IPv6 are tried side by side where a name has both (happy eyeballs).
 *
 * @param what begins the sentence of an error, for an address that is not the broker's own.
 * @param carries_packets whether it carries the packets as they are: no TLS, WebSocket or proxy is between.
 */
export function dial_tcp(
  address: TcpAddress,
  what = `cannot connect to ${place(address.host, address.port)}`,
  carries_packets = false,
): Dial {
  const { host, port, bind_address, bind_port } = address;
  const open = carries_packets ? connect_shared : connect;
  const make = () =>
    open({
      host,
      port,
      noDelay: true, // an ack or a ping must not wait for Nagle
      autoSelectFamily: true,
      ...(bind_address === "" ? {} : { localAddress: bind_address }),
      ...(bind_port === 0 ? {} : { localPort: bind_port }),
    });
  return dial_socket(make, "connect", (error) => transport_error(what, error, address));
}
