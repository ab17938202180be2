// Decides which specs of spec/wire run a second time over which door: all of them over TLS and over WebSockets, all but
// the slow ones over the doors that are made of these. What is said on the wire must not depend on the door.

import { readdirSync } from "node:fs";
import { describe } from "@jest/globals";
import type { DoorOptions } from "../support/doors.ts";
import { choose_door } from "../support/scripted_broker.ts";

/** Why a spec does not run again, by its file. */
type Reasons = Readonly<Record<string, string>>;

interface Round {
  readonly door: DoorOptions;
  readonly left_out: Reasons;
}

const about_tcp: Reasons = {
  "connect_errors.spec.ts": "what the system says of TCP: ports, local addresses, peers of another protocol",
  "half_open_broker.spec.ts": "a server of its own that keeps half of a TCP connection open",
  "process_end.spec.ts": "processes of their own, whose scripts know port and TCP alone",
  "servers.spec.ts": "addresses and URLs, each of which says its own way to the broker",
};

const about_streams: Reasons = {
  "readable_socket.spec.ts": "the event `readable`, which a WebSocket does not have",
  "second_connect.spec.ts": "an answer to the goodbye: who has closed a WebSocket is sent nothing more",
};

const slow: Reasons = {
  "callback_actions.spec.ts": "150 combinations of what callbacks do",
  "keepalive.spec.ts": "seconds of the clock",
  "warnings.spec.ts": "seconds of the clock",
};

export const rounds: Readonly<Record<string, Round>> = {
  tls: { door: { layer: "tls" }, left_out: about_tcp },
  ws: { door: { layer: "ws" }, left_out: { ...about_tcp, ...about_streams } },
  wss: { door: { layer: "wss" }, left_out: { ...about_tcp, ...about_streams, ...slow } },
  unix: { door: { layer: "unix" }, left_out: { ...about_tcp, ...slow } },
  tcp_over_socks: { door: { layer: "tcp", proxy: "SOCKS 5" }, left_out: { ...about_tcp, ...slow } },
  tls_over_http: { door: { layer: "tls", proxy: "HTTP" }, left_out: { ...about_tcp, ...slow } },
};

export function wire_specs(): string[] {
  return readdirSync("spec/wire").filter((name) => name.endsWith(".spec.ts"));
}

/** Runs the wire specs of a round in this spec file, all of whose scripted brokers then listen behind its door. */
export function run_over(name: keyof typeof rounds): void {
  const { door, left_out } = rounds[name] as Round;
  choose_door(door);
  for (const file of wire_specs().filter((each) => !(each in left_out))) {
    describe(file, () => {
      require(`../wire/${file}`);
    });
  }
}
