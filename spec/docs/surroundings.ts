// Decides what a program in the documentation finds around it: brokers and a proxy on their usual ports, which lead to
// free ones, and certificates in its folder.

import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createServer as create_tls, type TlsOptions } from "node:tls";
import { pathToFileURL } from "node:url";
import { authority, type Certificate } from "../support/certificates.ts";
import { embedded_broker } from "../support/embedded_broker.ts";
import { socks_proxy } from "../support/proxies.ts";
import type { ScriptOptions } from "../support/run_script.ts";
import { websocket_gateway } from "../support/websocket_gateway.ts";

export interface Surroundings extends AsyncDisposable {
  /** Where the broker really is, without TLS. */
  readonly port: number;
  /** How a program is run among them. */
  readonly options: ScriptOptions;
}

/**
 * - 1883: a broker; 8883: over TLS, with a certificate of the authority in `ca.pem`; 8884: that also wants one of the
 *   client, as in `client.pem` and `client.key`.
 * - 9001 and 9443: its WebSockets, at `/mqtt`, without and with TLS.
 * - 1080: a SOCKS 5 proxy.
 */
export async function surroundings(): Promise<Surroundings> {
  const broker = await embedded_broker();
  const ca = authority();
  const server = ca.issue();
  const mine = ca.issue({ name: "the client", hosts: [] });
  const secure = await tls_in_front(broker.port, server);
  const mutual = await tls_in_front(broker.port, server, { ca: ca.cert, requestCert: true });
  const gateway = await websocket_gateway(broker.port);
  const secure_gateway = await websocket_gateway(broker.port, server);
  const ports: [number, number][] = [
    [1883, broker.port],
    [8883, port_of(secure)],
    [8884, port_of(mutual)],
    [9001, gateway.port],
    [9443, secure_gateway.port],
  ];
  const proxy = await socks_proxy({ moved: new Map(ports) });
  ports.push([1080, proxy.port]);
  const folder = folder_with(ca, mine);
  return {
    port: broker.port,
    options: {
      cwd: folder,
      env: {
        KARERE_PORTS: JSON.stringify(ports),
        NODE_OPTIONS: `--import=${pathToFileURL(join(__dirname, "redirect.mjs"))}`,
      },
    },
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true });
      secure.close();
      mutual.close();
      for (const part of [proxy, secure_gateway, gateway, broker]) await part[Symbol.asyncDispose]();
    },
  };
}

async function tls_in_front(
  port: number,
  { cert, key }: Certificate,
  options: TlsOptions = {},
): Promise<Server> {
  const server = create_tls({ cert, key, ...options }, (near) => {
    const far = connect(port, "127.0.0.1");
    near.pipe(far).pipe(near);
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
    // One that is destroyed has no end which the other would be told.
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

function port_of(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** A project in which karere is installed. */
function folder_with(ca: Certificate, mine: Certificate): string {
  const folder = mkdtempSync(join(tmpdir(), "karere-docs-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(resolve("."), join(folder, "node_modules", "karere"), "dir");
  for (const [name, pem] of Object.entries({
    "ca.pem": ca.cert,
    "client.pem": mine.cert,
    "client.key": mine.key,
  })) {
    writeFileSync(join(folder, name), pem);
  }
  return folder;
}
