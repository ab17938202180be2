// Decides how one lane is run and measured in the process of one client, whichever it is: CPU time, user and system, of
// all but the first fifth of the messages, in which the engine warms up.

/** After as many the program lets others have their turn, as every program does now and then. */
const BREATH = 500;
/** A program that hands over more bytes than leave waits for them to. */
const MOST_WAITING = 1_000_000;

/**
 * `filters`: so many callbacks are registered, for one topic each. `window`: so many QoS 1 and 2 messages may be
 * unacknowledged at a time, beside the `lag` last ones, whose acknowledgements the broker holds back.
 * `properties`: what messages of MQTT 5 are published with, by the names of the standard.
 *
 * @type {{ action: "publish" | "receive", qos: 0 | 1 | 2, size: number, version: 4 | 5, count: number, topics: number,
 *   filters: number, window: number, lag: number, port: number, properties?: object }}
 */
export const lane = JSON.parse(process.argv[2]);

export const payload = Buffer.alloc(lane.size, "0123456789abcdef");
export const topic = (number) => `bench/topic/${number}`;

export const warm_up = lane.lag + Math.floor((lane.count - lane.lag) / 5);

export function meter() {
  const cpu = process.cpuUsage();
  const began = performance.now();
  return {
    tell() {
      const { user, system } = process.cpuUsage(cpu);
      const messages = lane.count - warm_up;
      const seconds = (performance.now() - began) / 1000;
      console.log(JSON.stringify({ cpu_us: (user + system) / messages, rate: messages / seconds }));
      process.exit();
    },
  };
}

/**
 * Publishes the messages of the lane.
 *
 * @param client `publish(topic, acked)` hands one message over; `waiting()` is how many bytes have not left yet; `flushed()`
 *   resolves when the broker has got all of them.
 */
export async function publish_all({ publish, waiting, flushed }) {
  const topics = Array.from({ length: lane.topics }, (_, number) => topic(number));
  const most = lane.window + lane.lag;
  let outstanding = 0;
  let awaited = -1;
  let wake = () => {};
  const acked = () => {
    outstanding -= 1;
    if (outstanding === awaited) wake();
  };
  const until = (few) => {
    awaited = few;
    return outstanding <= few ? null : new Promise((resolve) => (wake = resolve));
  };
  let running = null;
  for (let number = 0; number < lane.count; number += 1) {
    if (number === warm_up) running = meter();
    publish(topics[number % topics.length], acked);
    if (lane.qos > 0) {
      outstanding += 1;
      if (outstanding === most) await until(most - Math.ceil(lane.window / 2));
    } else if (number % BREATH === 0) {
      await new Promise(setImmediate);
      while (waiting() > MOST_WAITING) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  await (lane.qos === 0 ? flushed() : until(lane.lag));
  running.tell();
}

/** The filter by which the fake broker knows what to send, and what to call for each message that came. */
export function receive_all() {
  let left = lane.count;
  let running = null;
  const warm = lane.count - warm_up;
  return {
    filter: `flood/${lane.qos}/${lane.size}/${lane.count}/${lane.topics}`,
    came() {
      left -= 1;
      if (left === warm) running = meter();
      // The acknowledgement of the last one is part of the work.
      if (left === 0) setImmediate(() => running.tell());
    },
  };
}
