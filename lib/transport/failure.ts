// Decides how a failure of the system's network calls is told: one sentence that a beginner can act on.

import { TransportError } from "../model/errors.ts";

/** Where a transport was going, for messages. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

const hints: Readonly<Record<string, (target: Target) => string>> = {
  ECONNREFUSED: ({ host, port }) =>
    `nothing listens on ${place(host, port)}: is the broker running, is the port right?`,
  ENOTFOUND: ({ host }) => `no such host: "${host}"`,
  EAI_AGAIN: ({ host }) => `the name "${host}" could not be looked up: is there a network?`,
  ETIMEDOUT: ({ host, port }) => `${place(host, port)} does not answer: a firewall, or a wrong address?`,
  EHOSTUNREACH: ({ host }) => `there is no way to ${host}`,
  ENETUNREACH: ({ host }) => `there is no way to ${host}: is there a network?`,
  ECONNRESET: () => "the other side cut the connection",
  EPIPE: () => "the other side has closed the connection already",
  EADDRNOTAVAIL: () => "the bind_address is not an address of this machine",
  EADDRINUSE: () => "the bind_port is in use already",
  EACCES: () => "the system does not allow it",
};

/** `error` of the system as a `TransportError` that says what to look at; null: closed without a word. */
export function transport_error(what: string, error: Error | null, target: Target): TransportError {
  if (error === null) return new TransportError(what, { hint: "the other side closed the connection" });
  const { code } = error as NodeJS.ErrnoException;
  const hint = (code === undefined ? undefined : hints[code]?.(target)) ?? error.message;
  return new TransportError(what, { cause: error, hint });
}

/** `host:port`, with the brackets that an IPv6 address needs. */
export function place(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
