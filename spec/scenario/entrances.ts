// Decides how mosquitto is entered in every way that there is: its listeners, the gateways for WebSockets in front of it,
// and the certificates for all of them.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authority } from "../support/certificates.ts";
import { free_port, type Mosquitto, mosquitto } from "../support/mosquitto.ts";
import { websocket_gateway } from "../support/websocket_gateway.ts";
import { for_many_messages } from "./scene.ts";

/** A way in. */
export interface Entrance {
  readonly transport: "tcp" | "websockets" | "unix";
  readonly host: string;
  readonly port: number;
  /** What `tls_set()` needs. */
  readonly tls?: TlsFiles;
}

interface TlsFiles {
  readonly ca_certs?: string;
  readonly certfile?: string;
  readonly keyfile?: string;
}

export interface House extends AsyncDisposable {
  readonly broker: Mosquitto;
  at(name: string): Entrance;
}

export const entrance_names = [
  "TCP",
  "TLS",
  "mutual TLS",
  "WebSocket",
  "WebSocket over TLS",
  "a Unix socket",
] as const;

const ca = authority();
const server = ca.issue();
const mine = ca.issue({ name: "the client", hosts: [] });
export const trusting = { ca_certs: ca.cert };
const known = { ...trusting, certfile: mine.cert, keyfile: mine.key };

export async function mosquitto_with_all_entrances(): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), "karere-doors-"));
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const [ca_file, cert_file, key_file] = await Promise.all([
    file("ca.pem", ca.cert),
    file("server.pem", server.cert),
    file("server.key", server.key),
  ]);
  const [tls_port, mutual_port] = [await free_port(), await free_port()];
  const keys = [`cafile ${ca_file}`, `certfile ${cert_file}`, `keyfile ${key_file}`];
  const socket = join(folder, "broker.sock");
  const broker = await mosquitto({
    config: [
      ...for_many_messages,
      ...[`listener ${tls_port} 127.0.0.1`, ...keys],
      ...[`listener ${mutual_port} 127.0.0.1`, ...keys, "require_certificate true"],
      `listener 0 ${socket}`,
    ],
  });
  const gateway = await websocket_gateway(broker.port);
  const secure_gateway = await websocket_gateway(broker.port, server);
  const host = "localhost";
  const entrances: Record<string, Entrance> = {
    TCP: { transport: "tcp", host: "127.0.0.1", port: broker.port },
    TLS: { transport: "tcp", host, port: tls_port, tls: trusting },
    "mutual TLS": { transport: "tcp", host, port: mutual_port, tls: known },
    WebSocket: { transport: "websockets", host: "127.0.0.1", port: gateway.port },
    "WebSocket over TLS": { transport: "websockets", host, port: secure_gateway.port, tls: trusting },
    "a Unix socket": { transport: "unix", host: socket, port: 1883 },
  };
  return {
    broker,
    at: (name) => entrances[name] as Entrance,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await secure_gateway[Symbol.asyncDispose]();
      await broker[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
