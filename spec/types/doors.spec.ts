// Checked by tsc: each call as a user would write it, and each `@ts-expect-error` one that must not compile.

import { createSecureContext } from "node:tls";
import { describe, expect, it } from "@jest/globals";
import { Client, socks, ssl, type TlsArguments } from "../../lib/client/index.ts";
import * as publish from "../../lib/helpers/publish.ts";
import * as subscribe from "../../lib/helpers/subscribe.ts";
import { authority } from "../support/certificates.ts";

const ca = authority();
const { cert, key } = ca.issue();

/** Each call on a client of its own; what they do is looked at elsewhere. */
const calls: ((client: Client) => unknown)[] = [
  (client) => client.tls_set(),
  (client) => client.tls_set(ca.cert),
  (client) => client.tls_set(ca.cert, cert, key, ssl.CERT_REQUIRED, ssl.PROTOCOL_TLSv1_2, null),
  (client) => client.tls_set(ca.cert, { certfile: cert, keyfile: key }),
  (client) => client.tls_set({ ca_certs: ca.cert, alpn_protocols: ["mqtt"] }),
  (client) => client.tls_set(null, null, null, null, null, { ciphers: "DEFAULT" }),
  (client) => client.tls_set_context(createSecureContext()),
  (client) => client.tls_set_context({ ca: ca.cert, servername: "broker" }),
  (client) => client.tls_set_context(),
  (client) => client.tls_insecure_set(true),
  (client) => client.ws_set_options("/ws", { Authorization: "x" }),
  (client) => client.ws_set_options({ headers: async (usual) => ({ ...usual, "X-A": "b" }) }),
  (client) => client.ws_set_options("/ws", (usual) => usual),
  (client) => client.proxy_set({ proxy_type: socks.SOCKS5, proxy_addr: "proxy", proxy_port: 1080 }),
  (client) => {
    client.transport = "websockets";
  },
];

describe("the types of the doors", () => {
  it.each(calls.map((call) => [String(call).replace(/\s+/g, " "), call] as const))(
    "allow %s",
    (_text, call) => {
      expect(() => call(new Client({ transport: "unix" }))).not.toThrow();
    },
  );

  it("refuse what does not exist", () => {
    const client = new Client();
    // @ts-expect-error the name is ca_certs
    expect(() => client.tls_set({ ca_cert: "x" })).toThrow(TypeError);
    // @ts-expect-error not one of the constants
    expect(() => client.tls_set({ cert_reqs: 3 })).toThrow("cert_reqs");
    // @ts-expect-error a header is text
    expect(() => client.ws_set_options("/", { "X-A": 1 })).toThrow(TypeError);
    // @ts-expect-error there is no such proxy
    expect(() => client.proxy_set({ proxy_type: "ftp", proxy_addr: "x" })).toThrow("proxy_type");
    expect(() => {
      // @ts-expect-error there is no such way
      client.transport = "udp";
    }).toThrow("transport");
  });

  it("let the helpers take tls and proxy_args", () => {
    const tls: TlsArguments & { insecure?: boolean } = { ca_certs: "no/such/file", insecure: true };
    const proxy_args = { proxy_type: "http", proxy_addr: "proxy" } as const;
    expect(() => publish.single("t", "x", { tls, proxy_args, transport: "websockets" })).toThrow("ca_certs");
    expect(() => publish.single("t", "x", 0, false, "host", 1883, "", 60, null, null, tls)).toThrow(
      "ca_certs",
    );
    expect(() => subscribe.simple("t", { tls, proxy_args })).toThrow("ca_certs");
  });
});
