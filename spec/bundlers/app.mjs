// Decides what a page that is built with a bundler does with karere: it imports all there is, talks to a broker, and
// leaves what came of it.

import * as mqtt from "karere";
import * as client from "karere/client";
import * as enums from "karere/enums";
import * as matcher from "karere/matcher";
import * as packettypes from "karere/packettypes";
import * as properties from "karere/properties";
import * as publish from "karere/publish";
import * as reasoncodes from "karere/reasoncodes";
import * as subscribe from "karere/subscribe";
import * as subscribeoptions from "karere/subscribeoptions";

/** Each module, and what the whole calls it. */
const modules = [
  [client, mqtt.client],
  [enums, mqtt.enums],
  [matcher, mqtt.matcher],
  [packettypes, mqtt.packettypes],
  [properties, mqtt.properties],
  [publish, mqtt.publish],
  [reasoncodes, mqtt.reasoncodes],
  [subscribe, mqtt.subscribe],
  [subscribeoptions, mqtt.subscribeoptions],
];

/** Names that are not one and the same thing in both. */
const twice = modules.flatMap(([one, other]) =>
  Object.keys(one).filter((name) => one[name] === undefined || one[name] !== other[name]),
);

/** Sends itself a message of each QoS. */
async function talk(port) {
  const me = new client.Client(client.CallbackAPIVersion.VERSION2, { transport: "websockets" });
  const received = [];
  me.on_connect = () => me.subscribe("page/#", 2);
  me.on_subscribe = () => {
    for (const qos of [0, 1, 2]) me.publish(`page/${qos}`, `of QoS ${qos} ✓`, qos);
  };
  me.on_message = (_client, _userdata, message) => {
    const { topic, qos, payload } = message;
    received.push({ topic, qos, text: message.text(), is_plain: payload.constructor === Uint8Array });
    if (received.length === 3) me.disconnect();
  };
  await me.connect("127.0.0.1", port);
  await me.loop_forever();
  const there = { hostname: "127.0.0.1", port, transport: "websockets", timeout: 10 };
  await publish.single("page/last", "words", { qos: 1, ...there });
  // Between those of different QoS there is no order.
  return received.sort((a, b) => a.qos - b.qos);
}

globalThis.page = { modules: modules.length, twice, talk };
