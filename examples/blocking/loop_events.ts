// The client inside an event loop of your own making, as paho's asyncio example: a list of jobs and the moments at which
// they are due. The socket hooks put the client's jobs on it, which call loop_read(), loop_write() and loop_misc(). It is
// the way in for a program that must decide itself when the client may work.

import * as mqtt from "karere/blocking/client";
import * as time from "karere/blocking/time";

const topic = `paho-test/loop_events/${process.pid}`;

interface Job {
  due: number;
  run: () => void;
}

class EventLoop {
  #jobs: Job[] = [];

  call_later(delay: number, run: () => void): void {
    this.#jobs.push({ due: time.monotonic() + delay, run });
  }

  run_until(is_over: () => boolean): void {
    while (!is_over()) {
      const now = time.monotonic();
      const due = this.#jobs.filter((job) => job.due <= now);
      this.#jobs = this.#jobs.filter((job) => job.due > now);
      for (const job of due) job.run();
      time.sleep(0.001);
    }
  }
}

class EventLoopHelper {
  readonly loop: EventLoop;
  readonly client: mqtt.Client<2>;
  #is_open = false;

  constructor(loop: EventLoop, client: mqtt.Client<2>) {
    this.loop = loop;
    this.client = client;
    client.on_socket_open = () => {
      console.log("Socket opened");
      this.#is_open = true;
      this.#repeat(0.01, () => client.loop_read());
      this.#repeat(1, () => client.loop_misc());
    };
    client.on_socket_close = () => {
      console.log("Socket closed");
      this.#is_open = false;
    };
    client.on_socket_register_write = () => {
      console.log("Something waits to be written");
      loop.call_later(0, () => client.loop_write());
    };
    client.on_socket_unregister_write = () => console.log("Everything is written");
  }

  #repeat(seconds: number, run: () => void): void {
    this.loop.call_later(seconds, () => {
      if (!this.#is_open) return;
      run();
      this.#repeat(seconds, run);
    });
  }
}

const loop = new EventLoop();
const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
new EventLoopHelper(loop, client);

let subscribed = false;
let got_message: mqtt.MQTTMessage | null = null;
let disconnected: mqtt.ReasonCode | null = null;

client.on_connect = (client) => {
  console.log("Subscribing");
  client.subscribe(topic);
};

client.on_subscribe = () => {
  subscribed = true;
};

client.on_message = (_client, _userdata, message) => {
  console.log(`Got a message of ${message.payload.length} bytes`);
  got_message = message;
};

client.on_disconnect = (_client, _userdata, _flags, reason_code) => {
  disconnected = reason_code;
};

client.connect(process.env.KARERE_HOST ?? "localhost", Number(process.env.KARERE_PORT ?? 1883), 60);

loop.run_until(() => subscribed);
// Large enough that the system does not take it in one piece.
client.publish(topic, "Hello".repeat(40_000), 1);
loop.run_until(() => got_message !== null);

client.disconnect();
loop.run_until(() => disconnected !== null);
console.log(`Disconnected: ${disconnected}`);
