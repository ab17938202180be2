// Decides what a broker is for the benchmark: one that costs next to nothing, so that what is measured is the client. It
// counts what comes and acknowledges it, and floods with messages that were encoded beforehand. In a process of its own.

import { createServer } from "node:net";
import { flood_of } from "./packets.mjs";

/** As many as may be unacknowledged on their way to the client. */
const WINDOW = 8192;
/** As many go out with one write. */
const BATCH = 512;

/** The properties that a CONNECT of MQTT 5 may begin with, and their sizes. */
const RECEIVE_MAXIMUM = 0x21;
const property_sizes = { 17: 4, 25: 1, 23: 1, 33: 2, 34: 2, 39: 4 };

/** How many QoS 1 and 2 messages a client takes at a time, which few limit. */
function receive_maximum(bytes, connect) {
  const from = connect + 10;
  const end = from + 1 + bytes[from];
  for (let at = from + 1; at < end && property_sizes[bytes[at]] !== undefined; ) {
    if (bytes[at] === RECEIVE_MAXIMUM) return (bytes[at + 1] << 8) | bytes[at + 2];
    at += 1 + property_sizes[bytes[at]];
  }
  return WINDOW;
}

const acks = { 3: [0x40, 0x50], 6: [0x70] };

class Peer {
  #socket;
  #rest = Buffer.alloc(0);
  /** What is sent when the client subscribes. */
  #flood = null;
  #in_flight = 0;
  #left = 0;
  #window = WINDOW;
  /** The packet ids whose acknowledgements are held back; the oldest makes room for the newest. */
  #held = new Uint16Array(0);
  #held_at = 0;

  constructor(socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("drain", () => this.#pour());
    socket.on("error", () => {});
  }

  #read(chunk) {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const answers = [];
    let at = 0;
    while (at + 2 <= bytes.length) {
      let length = 0;
      let body = at + 1;
      let shift = 0;
      let byte = 0x80;
      while (byte >= 0x80 && body < bytes.length) {
        byte = bytes[body++];
        length += (byte & 0x7f) << shift;
        shift += 7;
      }
      if (byte >= 0x80 || body + length > bytes.length) break;
      this.#take(bytes, at, body, length, answers);
      at = body + length;
    }
    this.#rest = at === bytes.length ? Buffer.alloc(0) : bytes.subarray(at);
    if (answers.length > 0) this.#socket.write(Buffer.from(answers));
    this.#pour();
  }

  #take(bytes, at, body, length, answers) {
    const first = bytes[at];
    switch (first >> 4) {
      case 1:
        this.version = bytes[body + 6];
        if (this.version === 5) this.#window = Math.min(WINDOW, receive_maximum(bytes, body));
        answers.push(...(this.version === 5 ? [0x20, 3, 0, 0, 0] : [0x20, 2, 0, 0]));
        return;
      case 3:
        this.#take_publish(bytes, first, body, answers);
        return;
      case 4:
      case 7:
        this.#in_flight -= 1;
        return;
      case 5:
        answers.push(0x62, 2, bytes[body], bytes[body + 1]);
        return;
      case 6:
        answers.push(0x70, 2, bytes[body], bytes[body + 1]);
        return;
      case 8:
        this.#subscribed(bytes.subarray(body, body + length), answers);
        return;
      case 12:
        answers.push(0xd0, 0);
        return;
      default:
    }
  }

  #take_publish(bytes, first, body, answers) {
    const qos = (first >> 1) & 3;
    const topic = (bytes[body] << 8) | bytes[body + 1];
    const id = body + 2 + topic;
    if (qos > 0) this.#acknowledge(acks[3][qos - 1], (bytes[id] << 8) | bytes[id + 1], answers);
    // The last of a lane of QoS 0 is one that asks for an answer.
    else if (bytes[body + 2] === 0x21)
      answers.push(...(this.version === 5 ? [0x30, 4, 0, 1, 0x21, 0] : [0x30, 3, 0, 1, 0x21]));
  }

  #acknowledge(first, id, answers) {
    let due = id;
    if (this.#held.length > 0) {
      due = this.#held[this.#held_at];
      this.#held[this.#held_at] = id;
      this.#held_at = (this.#held_at + 1) % this.#held.length;
    }
    if (due !== 0) answers.push(first, 2, due >> 8, due & 0xff);
  }

  /** The filter says what is wanted: `flood/<qos>/<size>/<count>/<topics>`, or `lag/<messages>`. */
  #subscribed(body, answers) {
    const from = this.version === 5 ? 3 : 2;
    const size = body.readUInt16BE(from);
    const filter = body.toString("utf8", from + 2, from + 2 + size);
    answers.push(
      ...(this.version === 5 ? [0x90, 4, body[0], body[1], 0, 2] : [0x90, 3, body[0], body[1], 2]),
    );
    const [kind, ...wanted] = filter.split("/");
    if (kind === "lag") this.#held = new Uint16Array(Number(wanted[0]));
    if (kind !== "flood") return;
    const [qos, bytes, count, topics] = wanted;
    this.#left = Number(count);
    this.#flood = flood_of({
      version: this.version,
      qos: Number(qos),
      size: Number(bytes),
      batch: BATCH,
      topics: Number(topics),
    });
    setImmediate(() => this.#pour());
  }

  #pour() {
    const flood = this.#flood;
    if (flood === null) return;
    while (this.#left > 0 && !this.#socket.writableNeedDrain) {
      const free = flood.qos > 0 ? this.#window - this.#in_flight : BATCH;
      // By whole batches, but for a client whose window is smaller than one.
      if (free < Math.min(BATCH, this.#window) && (this.#window >= BATCH || free === 0)) return;
      const count = Math.min(BATCH, this.#left, free);
      this.#socket.write(flood.next(count));
      this.#left -= count;
      if (flood.qos > 0) this.#in_flight += count;
    }
  }
}

const server = createServer((socket) => new Peer(socket));
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.on("disconnect", () => process.exit());
