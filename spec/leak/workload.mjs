// Decides what is done again and again to see whether it leaves anything behind, and what is looked at in between: in a
// process of its own, so that nobody else's objects disturb the count. It must end by itself. Plain JavaScript, because
// it runs as a user's script would, on dist/.
// Arguments: the name of the work, the broker's port, the protocol, how often.

import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as mqtt from "karere/client";

const rounds = 20;
const [work, port, protocol, count] = process.argv
  .slice(2)
  .map((word, index) => (index === 0 ? word : Number(word)));

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

function new_client(client_id = "") {
  // Connections are cut on purpose: nobody needs to be told of it.
  const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { client_id, protocol, warnings: false });
  client.reconnect_delay_set(0, 0);
  return client;
}

/** Resolves at the next event of that name. */
const next = (client, name) => new Promise((resolve) => client.once(name, resolve));

async function connected(client_id) {
  const client = new_client(client_id);
  client.loop_start({ daemon: false });
  const accepted = next(client, "connect");
  client.connect("127.0.0.1", port);
  await accepted;
  return client;
}

/** Publishes `times` messages, at most a thousand at a time; with QoS 1 and 2 all come back as well. */
async function publish_all(client, times, qos) {
  for (let left = times; left > 0; left -= 1000) {
    const size = Math.min(left, 1000);
    let returned = 0;
    const all_returned = new Promise((resolve) => {
      client.on_message = () => {
        returned += 1;
        if (returned === size) resolve();
      };
    });
    const infos = [];
    for (let number = 0; number < size; number++) {
      infos.push(client.publish("a/topic", "a payload of some length", qos));
    }
    await Promise.all(infos.map((info) => info.wait_for_publish()));
    if (qos > 0) await all_returned;
  }
}

/** More clients, for what would be slow one by one. */
const others = [];

/** Each work does something `times` times with a client that is connected before and after. */
const works = {
  async lose_connection(client, times) {
    while (others.length < 4) others.push(await connected(`leak ${others.length}`));
    const lose = async (loser) => {
      for (let number = 0; number < times / 5; number++) {
        const again = next(loser, "connect");
        loser.publish("break");
        await again;
      }
    };
    await Promise.all([client, ...others].map(lose));
  },
  async disconnect_and_connect(client, times) {
    for (let number = 0; number < times; number++) {
      const gone = next(client, "disconnect");
      client.disconnect();
      await gone;
      const again = next(client, "connect");
      client.loop_start({ daemon: false });
      client.connect("127.0.0.1", port);
      await again;
    }
  },
  async use_new_clients(_client, times) {
    for (let number = 0; number < times; number++) {
      const other = new_client();
      other.loop_start();
      other.connect("127.0.0.1", port);
      await other.publish("a", "x", 1).wait_for_publish();
      await other.close();
    }
  },
  publish_qos_0: (client, times) => publish_all(client, times, 0),
  publish_qos_1: (client, times) => publish_all(client, times, 1),
  publish_qos_2: (client, times) => publish_all(client, times, 2),
  async subscribe_and_unsubscribe(client, times) {
    for (let left = times; left > 0; left -= 500) {
      const size = Math.min(left, 500);
      let answered = 0;
      const all_answered = new Promise((resolve) => {
        client.on_unsubscribe = () => {
          answered += 1;
          if (answered === size) resolve();
        };
      });
      for (let number = 0; number < size; number++) {
        client.subscribe(`a/${left - number}`);
        client.unsubscribe(`a/${left - number}`);
      }
      await all_answered;
    }
  },
};

/** How many listeners hang on what lives longer than one step. */
function listeners(client) {
  const of = (emitter) => emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
  return { process: of(process), client: of(client), socket: of(client.socket()) };
}

const client = await connected("leak");
const samples = [];
const began = performance.now();
for (let round = 0; round < rounds; round++) {
  await works[work](client, count / rounds);
  // Weak references and finalizers are settled only in turns after a collection.
  for (let turn = 0; turn < 3; turn++) {
    await delay(1);
    gc();
  }
  samples.push({ heap: process.memoryUsage().heapUsed, listeners: listeners(client) });
}
const seconds = (performance.now() - began) / 1000;
for (const one of [client, ...others]) one.disconnect();
console.log(JSON.stringify({ samples, seconds, stats: client.stats(), done_at: performance.now() }));
