// Decides how a web proxy is asked for a stream to the broker: HTTP CONNECT (RFC 9110, 9.3.6).

import { TransportError } from "../model/errors.ts";
import { type Dial, dial_over, discard } from "./dial.ts";
import { place, type Target, transport_error } from "./failure.ts";
import { http } from "./on_demand.ts";
import type { ProxyServer } from "./proxy.ts";

const no_web_proxy =
  "it does not answer like a web proxy: are proxy_type and proxy_port of proxy_set() right?";

/** @param below the stream to the proxy. */
export function dial_http_proxy(below: Dial, proxy: ProxyServer, to: Target): Dial {
  return dial_over(below, (stream) => (listener) => {
    const authority = place(to.host, to.port);
    const connect = http().request({
      method: "CONNECT",
      path: authority,
      headers: { Host: authority, ...credentials(proxy) },
      createConnection: () => stream,
    });
    const drop = () => {
      connect.removeAllListeners();
      connect.on("error", () => {});
      connect.destroy();
      discard(stream);
    };
    const fail = (error: Error) => {
      drop();
      listener.failed(error);
    };
    connect.once("connect", ({ statusCode = 0, statusMessage = "" }, _socket, head: Buffer) => {
      if (statusCode < 200 || statusCode > 299) {
        fail(refusal(proxy, authority, statusCode, statusMessage));
        return;
      }
      if (head.length > 0) stream.unshift(head);
      listener.done(stream);
    });
    connect.once("error", (error: NodeJS.ErrnoException) => {
      const what = `the proxy ${place(proxy.host, proxy.port)} gave no way to ${authority}`;
      const is_strange = error.code?.startsWith("HPE_") || error.code === "ECONNRESET";
      fail(
        is_strange
          ? new TransportError(what, { cause: error, hint: no_web_proxy })
          : transport_error(what, error, proxy),
      );
    });
    connect.end();
    return drop;
  });
}

function credentials({ username, password }: ProxyServer): { "Proxy-Authorization"?: string } {
  if (username === null) return {};
  const pair = Buffer.from(`${username}:${password ?? ""}`).toString("base64");
  return { "Proxy-Authorization": `Basic ${pair}` };
}

const hints: Readonly<Record<number, string>> = {
  403: "it does not allow this host or port: its administrator has to",
  405: "it is no web proxy, or does not allow CONNECT",
  407: "it wants proxy_username and proxy_password of proxy_set(), and these are not right",
  502: "it cannot reach the broker: are host and port right?",
  503: "it cannot reach the broker: are host and port right?",
  504: "the broker does not answer it: are host and port right?",
};

function refusal(proxy: ProxyServer, authority: string, status: number, text: string): TransportError {
  return new TransportError(
    `the proxy ${place(proxy.host, proxy.port)} gave no way to ${authority} (HTTP ${`${status} ${text}`.trim()})`,
    { hint: hints[status] ?? (status < 200 ? no_web_proxy : "") },
  );
}
