// The blocking flavour comes to its broker by every way that the other has.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { authority } from "../support/certificates.ts";
import { describe_mosquitto, free_port, mosquitto } from "../support/mosquitto.ts";
import { socks_proxy } from "../support/proxies.ts";
import { websocket_gateway } from "../support/websocket_gateway.ts";
import { start_blocking } from "./script.ts";

describe_mosquitto("a blocking script", () => {
  it("sends and receives over TCP, TLS, WebSockets, Unix sockets and a proxy", async () => {
    const folder = mkdtempSync(join(tmpdir(), "karere-blocking-"));
    const ca = authority();
    const { cert, key } = ca.issue();
    for (const [name, pem] of Object.entries({ ca: ca.cert, cert, key }))
      writeFileSync(join(folder, name), pem);
    const tls_port = await free_port();
    const files = ["ca", "cert", "key"].map((name) => `${name}file ${join(folder, name)}`);
    const config = [
      ...[`listener ${tls_port} 127.0.0.1`, ...files],
      ...["allow_anonymous true", `listener 0 ${join(folder, "socket")}`, "allow_anonymous true"],
    ];
    await using broker = await mosquitto({ config });
    await using gateway = await websocket_gateway(broker.port, { cert, key });
    await using proxy = await socks_proxy();
    try {
      await using script = start_blocking(
        broker.port,
        `
        const { FOLDER, TLS_PORT, WSS_PORT, PROXY_PORT } = process.env;
        const ways = {
          tcp: (client) => client.connect("mqtt://127.0.0.1", port),
          tls(client) {
            client.tls_set(FOLDER + "/ca");
            client.connect("127.0.0.1", Number(TLS_PORT));
          },
          wss(client) {
            client.tls_set(FOLDER + "/ca");
            client.ws_set_options({ headers: (headers) => ({ ...headers, "x-more": "1" }) });
            client.connect("wss://127.0.0.1:" + WSS_PORT + "/mqtt");
          },
          unix: (client) => client.connect("unix:" + FOLDER + "/socket"),
          proxy(client) {
            client.proxy_set({ proxy_type: mqtt.socks.SOCKS5, proxy_addr: "127.0.0.1", proxy_port: Number(PROXY_PORT) });
            client.connect("127.0.0.1", port);
          },
        };
        for (const [name, connect] of Object.entries(ways)) {
          const client = new mqtt.Client(2);
          client.on_connect = (client) => client.subscribe("way/" + name, 1);
          client.on_subscribe = (client) => client.publish("way/" + name, name, 1);
          client.on_message = (client, userdata, message) => {
            console.log(message.topic, message.text());
            client.disconnect();
          };
          connect(client);
          client.loop_forever();
        }
        `,
        {
          env: {
            FOLDER: folder,
            TLS_PORT: String(tls_port),
            WSS_PORT: String(gateway.port),
            PROXY_PORT: String(proxy.port),
          },
        },
      );
      const { stdout, stderr } = await script.result();
      const wanted = ["tcp", "tls", "wss", "unix", "proxy"].map((name) => `way/${name} ${name}\n`).join("");
      expect({ stdout, stderr }).toEqual({ stdout: wanted, stderr: "" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 40_000);
});
