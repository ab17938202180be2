// Decides how a spec sees everything that a call asks of the network: where it dials, whatever address that is, and
// which packets it sends to a broker that accepts everything.

import { once } from "node:events";
import net, { type AddressInfo, type NetConnectOpts, type Socket } from "node:net";
import { jest } from "@jest/globals";
import { hex, packet_bytes } from "../support/packet_bytes.ts";

export interface Recorded<T> {
  /** What `net.connect` was asked for. */
  dialled: { host: unknown; port: unknown; bind_address: unknown; bind_port: unknown }[];
  /** Each packet as hex. */
  sent: string[];
  result: T;
}

/** Does `act` while every connection, to wherever it is, leads to a broker of our own. */
export async function recorded<T>(act: () => T | Promise<T>): Promise<Recorded<T>> {
  const sent: string[] = [];
  const dialled: Recorded<T>["dialled"] = [];
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket, sent);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const really_connect = net.connect;
  const spy = jest.spyOn(net, "connect").mockImplementation(((options: NetConnectOpts) => {
    const { host, port: wanted, localAddress, localPort } = options as net.TcpNetConnectOpts;
    dialled.push({ host, port: wanted, bind_address: localAddress, bind_port: localPort });
    return really_connect({ host: "127.0.0.1", port, noDelay: true });
  }) as typeof net.connect);
  try {
    return { dialled, sent, result: await act() };
  } finally {
    spy.mockRestore();
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  }
}

function serve(socket: Socket, sent: string[]): void {
  let rest = Buffer.alloc(0);
  let packets = packet_bytes(4);
  socket.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    // No packet of these specs is longer than 127 bytes behind its two.
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt8(1)) {
      const packet = rest.subarray(0, 2 + rest.readUInt8(1));
      rest = rest.subarray(packet.length);
      sent.push(hex(packet));
      const kind = packet.readUInt8(0) >> 4;
      if (kind === 1) {
        if (packet.readUInt8(8) === 5) packets = packet_bytes(5);
        socket.write(packets.connack());
      }
      if (kind === 3 && (packet.readUInt8(0) & 6) === 2) {
        socket.write(packets.puback(packet.readUInt16BE(4 + packet.readUInt16BE(2))));
      }
      if (kind === 8) {
        socket.write(packets.suback(packet.readUInt16BE(2), [0]));
        for (const retain of [true, false, false]) {
          socket.write(packets.publish({ topic: "t", payload: retain ? "kept" : "new", retain }));
        }
      }
      if (kind === 10) socket.write(packets.unsuback(packet.readUInt16BE(2), [0]));
    }
  });
}
