// Decides how a broker without WebSockets is reached by them: a gateway in front of its TCP port, with or without TLS.

import { once } from "node:events";
import { createServer as create_http } from "node:http";
import { createServer as create_https } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { createWebSocketStream, WebSocketServer } from "ws";

export interface WebsocketGateway extends AsyncDisposable {
  readonly port: number;
  /** Cuts all that is open, without a word. */
  cut(): void;
}

/** Listens on a free port of 127.0.0.1 and leads to `broker_port`, without minding where one frame ends. */
export async function websocket_gateway(
  broker_port: number,
  certificate: { cert: string; key: string } | null = null,
): Promise<WebsocketGateway> {
  const server = certificate === null ? create_http() : create_https(certificate);
  const upgrades = new WebSocketServer({ server, path: "/mqtt", handleProtocols: () => "mqtt" });
  upgrades.on("connection", (websocket) => {
    const near = createWebSocketStream(websocket);
    const far = connect(broker_port, "127.0.0.1");
    near.pipe(far).pipe(near);
    near.on("error", () => far.destroy());
    far.on("error", () => websocket.terminate());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    for (const websocket of upgrades.clients) websocket.terminate();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
