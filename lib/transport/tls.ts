// Decides how TLS is spoken over a stream: who the other side has to be, and which session is taken up again.

import { isIP, type Socket } from "node:net";
import type { PeerCertificate, TLSSocket } from "node:tls";
import { type Dial, dial_over, dial_socket, discard } from "./dial.ts";
import type { Target } from "./failure.ts";
import { tls } from "./on_demand.ts";
import { type Handshake, tls_error } from "./tls_failure.ts";
import type { TlsSecurity } from "./tls_security.ts";

export interface TlsPeer extends Target {
  /** Whether its certificate may be made out for other names; the chain is checked all the same. */
  readonly any_name: boolean;
}

/** TLS over the stream of `below`. The name in the certificate, and the one asked for (SNI), is the host. */
export function dial_tls(below: Dial, security: TlsSecurity, peer: TlsPeer, what: string): Dial {
  return dial_over(below, (stream) => (listener) => {
    // Until TLS has taken the stream over, its errors are nobody's.
    stream.on("error", () => {});
    const shown = new Shown();
    const dial = dial_socket(
      () => shown.watch(begin(stream, security, peer)),
      "secureConnect",
      (error) => {
        // What did not lead to a connection must not spare the next attempt its checks.
        security.session = null;
        return tls_error(what, error, handshake_with(peer, security, shown.certificate));
      },
    );
    const cancel = dial({
      done: (socket) => {
        remember_session(socket as TLSSocket, security, peer, shown.ticket);
        listener.done(socket);
      },
      failed: (error) => {
        discard(stream);
        listener.failed(error);
      },
    });
    return () => {
      cancel();
      discard(stream);
    };
  });
}

/** Words an error of a stream that was up. With TLS 1.3 a broker refuses our certificate only then. */
export function broken_tls(what: string, error: Error, security: TlsSecurity, peer: TlsPeer): Error {
  return tls_error(what, error, handshake_with(peer, security, null));
}

function begin(stream: Socket, security: TlsSecurity, peer: TlsPeer): TLSSocket {
  const { session, context, connection } = security;
  return tls().connect({
    socket: stream,
    host: peer.host,
    // An address is no name to ask for (RFC 6066, 3); the certificate is checked against it all the same.
    servername: isIP(peer.host) === 0 ? peer.host : "",
    secureContext: context,
    ...connection,
    ...(peer.any_name ? { checkServerIdentity: () => undefined } : {}),
    ...(session?.peer === name_of(peer) ? { session: session.ticket } : {}),
  });
}

/** What a handshake has shown so far: a socket that fails has forgotten it when it tells. */
class Shown {
  certificate: PeerCertificate | null = null;
  ticket: Buffer | null = null;

  watch(socket: TLSSocket): TLSSocket {
    // Node emits this before it judges the certificate. Where it should not, messages are the poorer, no more.
    socket.prependOnceListener("secure", () => {
      this.certificate = socket.getPeerCertificate();
    });
    socket.on("session", (ticket) => {
      this.ticket = ticket;
    });
    return socket;
  }
}

/** Only of a broker that has passed all checks: Node does not look at the name again when a session is taken up. */
function remember_session(
  socket: TLSSocket,
  security: TlsSecurity,
  peer: TlsPeer,
  ticket: Buffer | null,
): void {
  const remember = (fresh: Buffer) => {
    security.session = { peer: name_of(peer), ticket: fresh };
  };
  if (ticket !== null) remember(ticket);
  socket.on("session", remember);
}

function name_of({ host, port, any_name }: TlsPeer): string {
  return `${host} ${port} ${any_name}`;
}

function handshake_with(
  { host, port }: TlsPeer,
  { has_certificate }: TlsSecurity,
  certificate: PeerCertificate | null,
): Handshake {
  return { host, port, certificate, has_certificate };
}
