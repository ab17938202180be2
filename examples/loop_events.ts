// The client inside an event loop of your own making, as paho's asyncio example: the socket hooks say when to watch the
// socket, and you call loop_read(), loop_write() and loop_misc() yourself. In Node you rarely need this: loop_start()
// does it for you. It is the way in for a program that must decide itself when the client may work.

import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import * as mqtt from "karere/client";

const topic = `paho-test/loop_events/${process.pid}`;

class EventLoopHelper {
  readonly client: mqtt.Client<2>;
  #misc: NodeJS.Timeout | null = null;

  constructor(client: mqtt.Client<2>) {
    this.client = client;
    client.on_socket_open = (_client, _userdata, socket) => this.watch(socket as Socket);
    client.on_socket_close = () => this.unwatch();
    client.on_socket_register_write = () => {
      console.log("Something waits to be written");
      setImmediate(() => client.loop_write());
    };
    client.on_socket_unregister_write = () => console.log("Everything is written");
  }

  watch(socket: Socket): void {
    console.log("Socket opened");
    socket.on("data", () => setImmediate(() => this.client.loop_read()));
    this.#misc = setInterval(() => this.client.loop_misc(), 1000);
  }

  unwatch(): void {
    console.log("Socket closed");
    if (this.#misc !== null) clearInterval(this.#misc);
  }
}

const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
new EventLoopHelper(client);

const got_message = new Promise<mqtt.MQTTMessage>((resolve) => {
  client.on_message = (_client, _userdata, message) => resolve(message);
});
const subscribed = new Promise<void>((resolve) => {
  client.on_subscribe = () => resolve();
});
const disconnected = new Promise<mqtt.ReasonCode>((resolve) => {
  client.on_disconnect = (_client, _userdata, _flags, reason_code) => resolve(reason_code);
});

client.on_connect = (client) => {
  console.log("Subscribing");
  client.subscribe(topic);
};

await client.connect(process.env.KARERE_HOST ?? "localhost", Number(process.env.KARERE_PORT ?? 1883), 60);

await subscribed;
// Large enough that the system does not take it in one piece.
client.publish(topic, "Hello".repeat(40_000), 1);
const message = await got_message;
console.log(`Got a message of ${message.payload.length} bytes`);

await sleep(10);
client.disconnect();
console.log(`Disconnected: ${await disconnected}`);
