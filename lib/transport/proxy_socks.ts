// Decides how a SOCKS proxy is asked for a stream to the broker. The only file that knows npm socks, which is loaded
// when the first such stream is opened.

import type { Socket } from "node:net";
import type { SocksClient as SocksPackage } from "socks";
import { TransportError } from "../model/errors.ts";
import { type Dial, dial_after, dial_over, discard } from "./dial.ts";
import { place, type Target, transport_error } from "./failure.ts";
import { dns } from "./on_demand.ts";
import type { ProxyServer } from "./proxy.ts";

/** The package has a time-out of its own, which must not come before ours. */
const NEVER_MS = 2 ** 31 - 1;

/** @param below the stream to the proxy. */
export function dial_socks_proxy(below: Dial, proxy: ProxyServer, to: Target): Dial {
  const prepare = async () => {
    const [{ SocksClient }, destination] = await Promise.all([import("socks"), destination_of(proxy, to)]);
    return dial_over(below, (stream) => handshake(SocksClient, stream, proxy, destination));
  };
  return dial_after(prepare, (error) =>
    transport_error(`cannot connect to ${place(to.host, to.port)}`, error as Error, to),
  );
}

/** Where the proxy shall lead: by name, or by the address that this machine finds for it. */
async function destination_of({ remote_dns, kind }: ProxyServer, to: Target): Promise<Target> {
  if (remote_dns) return { host: to.host, port: to.port };
  // SOCKS 4 knows no IPv6.
  const { address } = await dns().lookup(to.host, { family: kind === "socks4" ? 4 : 0 });
  return { host: address, port: to.port };
}

function handshake(client: typeof SocksPackage, stream: Socket, proxy: ProxyServer, to: Target): Dial {
  return (listener) => {
    let is_called_off = false;
    const early: Buffer[] = [];
    const collect = (bytes: Buffer) => void early.push(bytes);
    const failed = (error: Error) => {
      discard(stream);
      if (!is_called_off) listener.failed(refusal(proxy, to, error.message));
    };
    const done = () => {
      if (stream.destroyed) failed(new Error("Socket closed"));
      if (is_called_off || stream.destroyed) return;
      stream.off("data", collect);
      if (early.length > 0) stream.unshift(Buffer.concat(early));
      listener.done(stream);
    };
    stream.on("error", () => {});
    client
      .createConnection({
        command: "connect",
        proxy: {
          host: proxy.host,
          port: proxy.port,
          type: proxy.kind === "socks4" ? 4 : 5,
          ...(proxy.username === null ? {} : { userId: proxy.username, password: proxy.password ?? "" }),
        },
        destination: { ...to },
        existing_socket: stream,
        timeout: NEVER_MS,
      })
      .then(() => {
        // In the next turn the package tells what came too early and resumes the stream: whoever gets it must come
        // after that, or could not pause it.
        stream.on("data", collect);
        setImmediate(done);
      }, failed);
    return () => {
      is_called_off = true;
      discard(stream);
    };
  };
}

const no_socks_proxy =
  "it does not answer like a SOCKS proxy: are proxy_type and proxy_port of proxy_set() right?";

/** By what the package says. */
const hints: readonly (readonly [RegExp, string])[] = [
  // An answer of another version, or that there is not; a way to log in that nobody has offered.
  [/rejected connection - (Granted|\(?undefined)|unknown authentication type/, no_socks_proxy],
  [
    /authentication|auth/i,
    "it wants proxy_username and proxy_password of proxy_set(), and these are not right",
  ],
  [/ConnectionRefused/, "nothing listens there: is the broker running, is the port right?"],
  [/HostUnreachable/, "the proxy cannot reach this host: is the name right?"],
  [/NetworkUnreachable/, "the proxy has no way there"],
  [/TTLExpired/, "the broker does not answer the proxy"],
  [/NotAllowed/, "the proxy does not allow it"],
  [
    /rejected connection/i,
    "the proxy cannot reach the broker, or does not allow it: are host and port right?",
  ],
  [/invalid|Socket closed/i, no_socks_proxy],
];

/** The package's own error is not the cause: it carries the password. */
function refusal(proxy: ProxyServer, to: Target, message: string): TransportError {
  const what = `the proxy ${place(proxy.host, proxy.port)} gave no way to ${place(to.host, to.port)}`;
  const known = hints.find(([pattern]) => pattern.test(message));
  return new TransportError(what, { cause: new Error(message), hint: known?.[1] ?? message });
}
