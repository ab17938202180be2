// Decides how a stream over a Unix socket, or a named pipe of Windows, is opened.

import { connect } from "node:net";
import { TransportError } from "../model/errors.ts";
import { type Dial, dial_socket } from "./dial.ts";
import { connect_shared } from "./shared_reading.ts";

const hints: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `there is no socket ${path}: is the broker running, is the path right?`,
  ECONNREFUSED: (path) => `nobody listens on ${path}: a broker that has ended may have left it behind`,
  ENOTSOCK: (path) => `${path} is no socket`,
  EACCES: (path) => `this user may not open ${path}: look at the rights of the socket and its folder`,
  EPERM: (path) => `this user may not open ${path}: look at the rights of the socket and its folder`,
};

/** @param carries_packets whether it carries the packets as they are: no TLS, WebSocket or proxy is between. */
export function dial_unix(path: string, carries_packets = false): Dial {
  return dial_socket(
    () => (carries_packets ? connect_shared : connect)({ path }),
    "connect",
    (error) => {
      const { code = "" } = (error ?? {}) as NodeJS.ErrnoException;
      const hint = hints[code]?.(path) ?? error?.message ?? "it was closed at once";
      return new TransportError(`cannot connect to ${path}`, { cause: error ?? undefined, hint });
    },
  );
}
