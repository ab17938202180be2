// Decides what the least is that a message can cost on Node: packets that were encoded beforehand, over the bare socket, out of
// one buffer and into one.

import { connect } from "node:net";
import { flood_of } from "../packets.mjs";
import { lane, meter, receive_all, warm_up } from "./lane.mjs";

const BATCH = 128;
/** MQTT 3.1.1, with the client id "b". */
const CONNECT = Buffer.from([0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, 1, 0x62]);
const LAST = Buffer.from([0x30, 3, 0, 1, 0x21]);

const { size, topics, port } = lane;
const flood = flood_of({ version: 4, qos: 0, size, batch: BATCH, topics });
let came = () => {};
const socket = connect({
  host: "127.0.0.1",
  port,
  noDelay: true,
  onread: { buffer: Buffer.allocUnsafeSlow(65_536), callback: (count) => came(count) ?? true },
});
const heard = () => new Promise((resolve) => (came = () => resolve()));

const accepted = heard();
socket.write(CONNECT);
await accepted;

if (lane.action === "receive") {
  const { filter, came: message_came } = receive_all();
  const packet = flood.next(1).length;
  // The SUBACK comes first.
  let bytes = -5;
  came = (count) => {
    bytes += count;
    for (; bytes >= packet; bytes -= packet) message_came();
  };
  const name = Buffer.from(filter);
  socket.write(Buffer.concat([Buffer.of(0x82, name.length + 5, 0, 1, 0, name.length), name, Buffer.of(0)]));
} else {
  const batch = flood.next(BATCH);
  let running = null;
  for (let sent = 0; sent < lane.count; sent += BATCH) {
    if (running === null && sent >= warm_up) running = meter();
    await new Promise((resolve) => socket.write(batch, resolve));
  }
  const all_came = heard();
  socket.write(LAST);
  await all_came;
  running.tell();
}
