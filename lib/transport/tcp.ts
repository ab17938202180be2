// Decides how a pipe over TCP is opened and what of net.Socket the house sees.

import { connect } from "node:net";
import { place, transport_error } from "./failure.ts";
import { socket_transport } from "./socket_transport.ts";
import type { OpenTransport } from "./transport.ts";

export interface TcpAddress {
  readonly host: string;
  readonly port: number;
  /** The local address to use; `""`: the system chooses. */
  readonly bind_address: string;
  /** The local port to use; 0: the system chooses. */
  readonly bind_port: number;
}

/** IPv4 and IPv6 are tried side by side where a name has both (happy eyeballs). */
export function tcp(address: TcpAddress): OpenTransport {
  const { host, port, bind_address, bind_port } = address;
  return (listener) => {
    const socket = connect({
      host,
      port,
      noDelay: true, // an ack or a ping must not wait for Nagle
      autoSelectFamily: true,
      ...(bind_address === "" ? {} : { localAddress: bind_address }),
      ...(bind_port === 0 ? {} : { localPort: bind_port }),
    });
    const what = (opened: boolean) =>
      opened ? `the connection to ${place(host, port)} broke` : `cannot connect to ${place(host, port)}`;
    return socket_transport(socket, "connect", listener, (error, opened) =>
      transport_error(what(opened), error, address),
    );
  };
}
