// Decides the bytes of the messages that the fake broker sends: encoded once, again and again with other packet ids.

const MAX_ID = 65535;

export function flood_of({ version, qos, size, batch, topics }) {
  const payload = Buffer.alloc(size, "0123456789abcdef");
  const one = (number) => {
    const topic = Buffer.from(`bench/topic/${number % topics}`);
    const body = Buffer.concat([
      Buffer.of(topic.length >> 8, topic.length & 0xff),
      topic,
      ...(qos > 0 ? [Buffer.of(0, 0)] : []),
      ...(version === 5 ? [Buffer.of(0)] : []),
      payload,
    ]);
    return {
      bytes: Buffer.concat([Buffer.of(0x30 | (qos << 1)), remaining(body.length), body]),
      id: topic.length + 2,
    };
  };
  // As many different ones as there are topics; what is sent is cut from them.
  const variety = Math.max(1, Math.ceil(topics / batch));
  const batches = Array.from({ length: variety }, (_, at) => {
    const packets = Array.from({ length: batch }, (_, index) => one(at * batch + index));
    const bytes = Buffer.concat(packets.map((packet) => packet.bytes));
    let begin = 0;
    const ids = packets.map((packet) => {
      const at_id = begin + header(packet.bytes) + packet.id;
      begin += packet.bytes.length;
      return at_id;
    });
    const ends = [0];
    for (const packet of packets) ends.push(ends.at(-1) + packet.bytes.length);
    return { bytes, ids, ends };
  });
  let id = 0;
  let turn = 0;
  return {
    qos,
    /** The next so many messages; at most a batch. */
    next(count) {
      const { bytes, ids, ends } = batches[turn++ % batches.length];
      const end = ends[count];
      if (qos === 0) return bytes.subarray(0, end);
      const copy = Buffer.from(bytes.subarray(0, end));
      for (let index = 0; index < count; index++) {
        id = id === MAX_ID ? 1 : id + 1;
        copy[ids[index]] = id >> 8;
        copy[ids[index] + 1] = id & 0xff;
      }
      return copy;
    },
  };
}

/** How long the fixed header is. */
function header(bytes) {
  let at = 1;
  while (bytes[at] >= 0x80) at++;
  return at + 1;
}

function remaining(length) {
  const bytes = [];
  let rest = length;
  do {
    bytes.push((rest & 0x7f) | (rest > 127 ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.from(bytes);
}
