// Tests of a program against a broker that fails: run it with `node --test`. The program is the function at the top; each
// test has a broker of its own, and where the program waits for minutes, the test lets them pass at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as mqtt from "karere/client";
import { disturber, using_broker, using_clock } from "karere/testing";

/** The program: it counts what comes to `counter/add`, and publishes the sum. */
function start_counter(port: number): mqtt.Client<2> {
  let sum = 0;
  const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { client_id: "counter", warnings: false });
  client.reconnect_delay_set(1, 120);
  client.on_connect = () => client.subscribe("counter/add", 1);
  client.on_message = (_client, _userdata, message) => {
    sum += Number(message.text());
    client.publish("counter/sum", sum, { qos: 1, retain: true });
  };
  client.connect_async("127.0.0.1", port);
  client.loop_start();
  return client;
}

test("it counts on after the broker has lost everything", async () => {
  using clock = using_clock();
  await using broker = await using_broker();
  await using _counter = start_counter(broker.port);
  await broker.subscribed("counter/add");
  broker.publish("counter/add", 2, 1);
  assert.equal((await broker.received("counter/sum")).text(), "2");

  await broker.restart({ forget: true });
  await clock.advance(120);
  broker.publish("counter/add", 3, 1);
  assert.equal((await broker.received("counter/sum")).text(), "5");
});

test("it comes back when the broker lets nobody in for an hour", async () => {
  using clock = using_clock();
  await using broker = await using_broker();
  await using _counter = start_counter(broker.port);
  await broker.subscribed("counter/add");

  broker.refuse(new mqtt.ReasonCode(mqtt.PacketTypes.CONNACK, "Server unavailable"));
  broker.cut();
  await clock.advance(3600);
  assert.deepEqual(broker.clients, []);
  broker.refuse(null);
  await clock.advance(120);
  assert.equal(broker.clients.length, 1);
});

test("it notices within its keepalive that the network carries nothing any more", async () => {
  using clock = using_clock();
  await using broker = await using_broker();
  await using wire = await disturber(broker.port);
  await using _counter = start_counter(wire.port);
  await broker.subscribed("counter/add");

  wire.freeze();
  await clock.advance(95);
  assert.equal(wire.connections, 2);
  broker.publish("counter/add", 1, 1);
  assert.equal((await broker.received("counter/sum")).text(), "1");
});
