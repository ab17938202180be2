// Decides with which brokers a scenario is played: with the real mosquitto, and with our own, in this process.

import { describe } from "@jest/globals";
import { using_broker } from "../../lib/testing/test_broker.ts";
import { eventually } from "../support/eventually.ts";
import { describe_mosquitto, mosquitto } from "../support/mosquitto.ts";
import { for_many_messages, in_order } from "./scene.ts";

export interface SceneBroker extends AsyncDisposable {
  readonly port: number;
  stop(): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
  /** Waits until the broker knows that a client is gone. */
  left(client_id: string): Promise<void>;
}

interface Wishes {
  /** Many messages go through it, and wait in it. */
  busy?: boolean;
  /** Nothing that it knew is left after `stop()`. */
  forgetful?: boolean;
  /** The highest topic alias that clients may use. */
  topic_aliases?: number;
}

export type StartBroker = (wishes?: Wishes) => Promise<SceneBroker>;

const of_mosquitto: StartBroker = async ({ busy = false, forgetful = false, topic_aliases = 10 } = {}) => {
  const config = [`max_topic_alias ${topic_aliases}`, ...(busy ? [...for_many_messages, ...in_order] : [])];
  const broker = await mosquitto({ persistence: !forgetful, config });
  return {
    port: broker.port,
    // One that is killed loses what it has acknowledged and not yet saved.
    stop: () => (forgetful ? broker.kill() : broker.stop()),
    start: () => broker.start(),
    left: (client_id) => broker.logged(new RegExp(`${client_id}.*(closed|disconnect)`)),
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
};

const of_ours: StartBroker = async ({ busy = false, forgetful = false, topic_aliases = 10 } = {}) => {
  const queue = busy ? { max_queued_messages: 1_000_000 } : {};
  const broker = await using_broker({ topic_alias_maximum: topic_aliases, ...queue });
  return {
    port: broker.port,
    stop: () => broker.stop(),
    start: () => broker.start({ forget: forgetful }),
    left: async (client_id) => {
      await eventually(() => !broker.clients.some((client) => client.client_id === client_id));
    },
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
};

/** A suite for each broker: `describe_brokers("what goes through", (start) => ...)`. */
export function describe_brokers(name: string, body: (start: StartBroker) => void): void {
  describe_mosquitto(`${name} mosquitto`, () => body(of_mosquitto));
  describe(`${name} karere/broker`, () => body(of_ours));
}
