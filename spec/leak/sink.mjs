// Decides what the leak specs talk to: the least that passes for a broker, in a worker thread with a heap of its own. It
// acknowledges everything, sends each message with QoS 1 or 2 back, and breaks the connection when asked on "break".
// Plain JavaScript, because Node itself loads it.

import { createServer } from "node:net";
import { parentPort } from "node:worker_threads";

const sockets = new Set();

const server = createServer((socket) => {
  let rest = Buffer.alloc(0);
  let version = 0;
  sockets.add(socket);
  socket.setNoDelay(true);
  socket.on("error", () => {});
  socket.on("close", () => sockets.delete(socket));
  socket.on("data", (chunk) => {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const out = [];
    let at = 0;
    for (;;) {
      const end = packet_end(data, at);
      if (end === null) {
        break;
      }
      const packet = data.subarray(at, end);
      at = end;
      version ||= packet[packet.indexOf("MQ") + packet[3]];
      answer(packet, version, out, socket);
    }
    rest = Buffer.from(data.subarray(at));
    if (out.length > 0 && !socket.destroyed) {
      socket.write(Buffer.concat(out));
    }
  });
});

/** Where the packet at `at` ends; null when it is not whole. */
function packet_end(data, at) {
  let length = 0;
  for (let index = 0; index < 4; index++) {
    const byte = data[at + 1 + index];
    if (byte === undefined) {
      return null;
    }
    length += (byte & 0x7f) << (7 * index);
    if (byte < 0x80) {
      const end = at + 2 + index + length;
      return end <= data.length ? end : null;
    }
  }
  throw new Error("not MQTT");
}

function answer(packet, version, out, socket) {
  const body = packet[1] < 0x80 ? 2 : 3;
  const properties = version === 5 ? [0] : [];
  switch (packet[0] >> 4) {
    case 1:
      out.push(Buffer.from([0x20, 2 + properties.length, 0, 0, ...properties]));
      break;
    case 3: {
      const topic_end = body + 2 + packet.readUInt16BE(body);
      if (packet.toString("latin1", body + 2, topic_end) === "break") {
        socket.resetAndDestroy();
        break;
      }
      const qos = (packet[0] >> 1) & 3;
      if (qos > 0) {
        out.push(Buffer.from([qos === 1 ? 0x40 : 0x50, 2, packet[topic_end], packet[topic_end + 1]]), packet);
      }
      break;
    }
    case 5:
      out.push(Buffer.from([0x62, 2, packet[2], packet[3]]));
      break;
    case 6:
      out.push(Buffer.from([0x70, 2, packet[2], packet[3]]));
      break;
    case 8:
      out.push(Buffer.from([0x90, 3 + properties.length, packet[body], packet[body + 1], ...properties, 0]));
      break;
    case 10: {
      const codes = version === 5 ? [0, 0] : [];
      out.push(Buffer.from([0xb0, 2 + codes.length, packet[body], packet[body + 1], ...codes]));
      break;
    }
    case 12:
      out.push(Buffer.from([0xd0, 0]));
      break;
  }
}

server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));

parentPort.once("message", () => {
  server.close();
  for (const socket of sockets) {
    socket.destroy();
  }
});
