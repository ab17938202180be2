// A message bus for a bigger program: handlers for patterns, presence, and a will.

import * as mqtt from "karere/client";

type Handler = (topic: string, data: unknown) => void;

class MqttBus {
  #client: mqtt.Client<2>;
  #name: string;
  #handlers: [pattern: string, handler: Handler, qos: 0 | 1 | 2][] = [];
  #connected: Promise<void>;
  #set_connected: () => void = () => {};

  constructor(name: string) {
    this.#name = name;
    this.#connected = new Promise((resolve) => {
      this.#set_connected = resolve;
    });
    this.#client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, {
      client_id: name,
      clean_session: true,
    });
    this.#client.will_set(`presence/${name}`, JSON.stringify({ online: false }), { qos: 1, retain: true });
    this.#client.reconnect_delay_set({ min_delay: 0.1, max_delay: 1 });
    this.#client.on_connect = (...args) => this._on_connect(...args);
    this.#client.on_disconnect = (...args) => this._on_disconnect(...args);
    this.#client.on_message = (...args) => this._on_message(...args);
  }

  async start(host: string, port: number): Promise<void> {
    this.#client.connect_async(host, port, { keepalive: 30 });
    // The program waits for events of its own: the client must keep the process alive.
    this.#client.loop_start({ daemon: false });
    const late = new Promise<"late">((resolve) => setTimeout(() => resolve("late"), 10_000).unref());
    if ((await Promise.race([this.#connected, late])) === "late") {
      console.log("warning: not connected yet");
    }
  }

  on(pattern: string, handler: Handler, qos: 0 | 1 | 2 = 0): void {
    this.#handlers.push([pattern, handler, qos]);
    if (this.#client.is_connected()) {
      this.#client.subscribe(pattern, qos);
    }
  }

  async publish(topic: string, data: unknown, wait = false): Promise<boolean> {
    const info = this.#client.publish(topic, JSON.stringify(data), { qos: 1 });
    if (info.rc !== mqtt.MQTT_ERR_SUCCESS) {
      console.log(`publish failed: ${mqtt.error_string(info.rc)}`);
      return false;
    }
    if (wait) {
      await info.wait_for_publish({ timeout: 5 });
      return info.is_published();
    }
    return true;
  }

  async stop(): Promise<void> {
    const info = this.#client.publish(`presence/${this.#name}`, JSON.stringify({ online: false }), 1, true);
    await info.wait_for_publish(5);
    this.#client.disconnect();
    this.#client.loop_stop();
  }

  _on_connect(...[client, , , reason_code]: mqtt.CallbackArguments<2>["connect"]): void {
    if (reason_code.is_failure) {
      console.log(`refused: ${reason_code}`);
      return;
    }
    for (const [pattern, , qos] of this.#handlers) {
      client.subscribe(pattern, qos);
    }
    client.publish(`presence/${this.#name}`, JSON.stringify({ online: true }), { qos: 1, retain: true });
    console.log("connected");
    this.#set_connected();
  }

  _on_disconnect(...[, , , reason_code]: mqtt.CallbackArguments<2>["disconnect"]): void {
    console.log(`disconnected: ${reason_code}`);
  }

  _on_message(...[, , message]: mqtt.CallbackArguments<2>["message"]): void {
    let data: unknown;
    try {
      data = JSON.parse(message.payload.toString());
    } catch {
      console.log(`dropped ${message.topic}`);
      return;
    }
    for (const [pattern, handler] of this.#handlers) {
      if (mqtt.topic_matches_sub(pattern, message.topic)) {
        try {
          handler(message.topic, data);
        } catch (error) {
          console.log(`handler failed: ${(error as Error).message}`);
        }
      }
    }
  }
}

const bus = new MqttBus("bus-1");
const finished = new Promise<void>((resolve) => {
  bus.on("jobs/+/start", (topic, data) => console.log(`${topic} ${JSON.stringify(data)}`), 1);
  bus.on("jobs/#", () => {
    throw new Error("not my job");
  });
  bus.on("control/stop", () => resolve());
});
await bus.start(process.env.BROKER_HOST ?? "localhost", Number(process.env.BROKER_PORT ?? 1883));
console.log(`published: ${await bus.publish("bus/hello", { from: "bus-1" }, true)}`);
await finished;
await bus.stop();
console.log("stopped");
