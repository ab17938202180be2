// Decides what `karere/broker` exports.

export type { Action, BrokerClient, Verdict } from "./access.ts";
export { Broker, type BrokerSession } from "./broker.ts";
export type { BrokerEvents } from "./broker_events.ts";
export type { BrokerOptions, Credentials } from "./options.ts";
