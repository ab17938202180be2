// Decides what the client's thread does: it hosts the clients of the script, carries out its orders in their sequence,
// and tells it what happens.

import { workerData } from "node:worker_threads";
import type { ApiVersion } from "../client/callback_api.ts";
import { Client } from "../client/client.ts";
import { ENGINE, IN_TURN } from "../client/inside.ts";
import type { ResolvedOptions } from "../client/options.ts";
import { type OneShot, watch } from "../helpers/one_shot.ts";
import * as publish from "../helpers/publish.ts";
import * as subscribe from "../helpers/subscribe.ts";
import { RuntimeError } from "../model/errors.ts";
import { DeafScript } from "./deaf_script.ts";
import { Host, type HostOwner, plain_socket } from "./host.ts";
import { ring } from "./life_signs.ts";
import { LineReader } from "./line_reader.ts";
import { type Crossing, type Parcel, pack, unpack } from "./parcel.ts";
import { standard_input } from "./standard_input.ts";
import type { Birth, Order, Report } from "./thread_words.ts";

const { port, pulse } = workerData as Birth;

/** How soon it is looked again whether the process may end, when it wants to: later and later, up to the second. */
const FIRST_LOOK_MS = 2;
const LAST_LOOK_MS = 200;

const hosts = new Map<number, Host>();
/** Those whose client was not closed, or was used since. */
const active = new Set<Host>();
const lines = new LineReader(standard_input());
/** The line that was asked for last, and whether whoever asked has gone without it. */
let line: Promise<string | null> | null = null;
let is_line_left = false;

/** What the script's callbacks are for. */
const for_callbacks: ReadonlySet<Report["say"]> = new Set(["event", "arrived", "ask"]);
const deaf_script = new DeafScript(pulse);

/** What is to be told with the end of this turn: a post for each would cost more than what it is about. */
let reports: Report[] = [];

function report(what: Report): void {
  if (reports.push(what) === 1) queueMicrotask(post);
}

function post(): void {
  if (reports.length === 0) return;
  if (reports.some(({ say }) => for_callbacks.has(say))) deaf_script.posted();
  port.postMessage(reports);
  reports = [];
  ring();
}

// ---- what the script has to answer -----------------------------------------------------------------------------

const asked = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
let last_ask = 0;

function ask(make: (id: number) => Report): Promise<unknown> {
  last_ask += 1;
  const id = last_ask;
  return new Promise((resolve, reject) => {
    asked.set(id, { resolve, reject });
    report(make(id));
  });
}

const unused_functions = new FinalizationRegistry<number>((function_id) => {
  report({ say: "forgotten", function_id });
});

const crossing: Crossing = {
  pack_function() {
    throw new TypeError("a function of the client's thread cannot be called by the script");
  },
  unpack_function(function_id) {
    const fn = (...args: unknown[]) =>
      ask((id) => ({ say: "ask", id, function_id, args: pack(args, crossing) }));
    unused_functions.register(fn, function_id);
    return fn;
  },
  pack_client(value) {
    return value instanceof Client ? number_of(value as Client<ApiVersion>) : null;
  },
  unpack_client: (id) => (hosts.get(id) as Host).client,
};

const owner: HostOwner = { report, ask, ring, crossing };

// ---- clients of helpers ----------------------------------------------------------------------------------------

/** Numbers below 0: the script counts its clients from 1 on. */
const numbers = new WeakMap<Client<ApiVersion>, number>();
let last_own = 0;

function number_of(client: Client<ApiVersion>): number {
  let number = numbers.get(client);
  if (number === undefined) {
    last_own -= 1;
    number = last_own;
    numbers.set(client, number);
    const host = new Host(client, number, owner);
    hosts.set(number, host);
    active.add(host);
    report({ say: "adopted", client: number, protocol: client.protocol });
  }
  return number;
}

/** The clients of helpers that have ended are let go. */
function release(): void {
  for (const [client, host] of hosts) {
    if (client > 0 || host.client[ENGINE].session.phase !== "idle") continue;
    hosts.delete(client);
    active.delete(host);
    report({ say: "released", client });
  }
}

function host_of(client: number): Host {
  const host = hosts.get(client);
  if (host !== undefined) return host;
  throw new RuntimeError("the helper that has made this client has ended, and the client with it");
}

// ---- orders ----------------------------------------------------------------------------------------------------

const helpers: Readonly<Record<string, (...args: never[]) => unknown>> = {
  single: publish.single,
  multiple: publish.multiple,
  simple: subscribe.simple,
  callback: subscribe.callback,
};

/** The helpers under way, by the order that has begun them. */
const shots = new Map<number, OneShot>();

async function answer(id: number, act: () => unknown): Promise<void> {
  let reply: { value: Parcel } | { error: Parcel };
  try {
    reply = { value: pack(await act(), crossing) };
  } catch (error) {
    reply = { error: pack(error, crossing) };
  }
  // What has happened before is told before.
  for (const host of active) {
    host.flush();
    host.renew_allowance();
  }
  report({ say: "answer", id, ...reply });
}

function call(host: Host, { kind, name, args }: Extract<Order, { say: "call" }>): unknown {
  const target = host.client as unknown as Record<string, unknown>;
  const values = unpack(args, crossing) as unknown[];
  active.add(host);
  host.take_all();
  if (kind === "set") {
    [target[name]] = values;
    return undefined;
  }
  if (name === "restored") return host.restored();
  const result = kind === "get" ? target[name] : (target[name] as (...args: unknown[]) => unknown)(...values);
  if (name === "socket") return plain_socket(result);
  return result === host.client ? undefined : result;
}

function carry_out(order: Order): void {
  switch (order.say) {
    case "create": {
      const options = unpack(order.options, crossing) as ResolvedOptions;
      if (options.warnings) deaf_script.may_be_told();
      const client = new Client(options);
      // The script's thread sees to the turns.
      client[IN_TURN] = false;
      const host = new Host(client, order.client, owner, options);
      host.tell_failures();
      hosts.set(order.client, host);
      active.add(host);
      return;
    }
    case "hear":
      hosts.get(order.client)?.hear(order.names);
      if (order.id !== null) report({ say: "answer", id: order.id });
      return;
    case "outbox": {
      const host = hosts.get(order.client);
      if (host === undefined) return;
      host.set_outbox(order.outbox);
      if (order.outbox === null) active.delete(host);
      else active.add(host);
      return;
    }
    case "drop":
      hosts.delete(order.client);
      return;
    case "call": {
      void answer(order.id, () => call(host_of(order.client), order));
      return;
    }
    case "help": {
      const helper = helpers[order.name] as (...args: unknown[]) => unknown;
      watch.begun = (shot) => shots.set(order.id, shot);
      const help = async () => helper(...(unpack(order.args, crossing) as unknown[]));
      const ended = () => {
        shots.delete(order.id);
        release();
      };
      void answer(order.id, () => help().finally(ended));
      return;
    }
    case "progress": {
      void answer(order.id, () => host_of(order.client).progress(order.number));
      return;
    }
    case "kept": {
      void answer(order.id, () => host_of(order.client).kept(order.number));
      return;
    }
    case "await": {
      const { client, number, timeout } = order;
      void answer(order.id, () => host_of(client).info(number)?.wait_for_publish(timeout) ?? null);
      return;
    }
    case "wake":
      hosts.get(order.client)?.wake();
      return;
    case "slow":
      hosts.get(order.client)?.slow(order.message);
      return;
    case "finished":
      hosts.get(order.client)?.finished(order.count);
      return;
    case "reply": {
      const waiting = asked.get(order.id);
      asked.delete(order.id);
      if (order.error === undefined) waiting?.resolve(unpack(order.value, crossing));
      else waiting?.reject(unpack(order.error, crossing));
      return;
    }
    case "leave":
      hosts.get(order.client)?.client[ENGINE].loops.leave(new Error("left"));
      return;
    case "leave_help":
      shots.get(order.id)?.fail(new Error("left"));
      return;
    case "read_line":
      void answer(order.id, () => {
        if (!is_line_left) line = lines.next();
        is_line_left = false;
        return line;
      });
      return;
    case "leave_line":
      is_line_left = true;
      return;
    case "end":
      end(order);
  }
}

// ---- the end of the program ------------------------------------------------------------------------------------

let is_looking = false;

const is_needed = () => [...active].some((host) => host.is_needed);

/** Answers whether the process must wait; if so, it is told later when it need not any more. */
function end({ id, by_itself }: Extract<Order, { say: "end" }>): void {
  for (const host of active) {
    host.take_all();
    host.tell_refusal();
  }
  // What was taken leaves within this turn.
  setImmediate(() => {
    const needed = is_needed();
    // Those who have something to say about a program that ends listen for this.
    if (by_itself && !needed) process.emit("beforeExit", 0);
    if (by_itself && needed && !is_looking) tell_when_free(FIRST_LOOK_MS);
    void answer(id, () => needed);
  });
}

function tell_when_free(next_look_ms: number): void {
  is_looking = is_needed();
  if (is_looking) {
    setTimeout(tell_when_free, next_look_ms, Math.min(2 * next_look_ms, LAST_LOOK_MS));
    return;
  }
  for (const host of active) host.flush();
  report({ say: "free" });
}

// What is printed here would only appear when the script's thread is idle.
process.emitWarning = ((warning: string | Error, type: string | { type?: string } = "Warning") => {
  const given = typeof type === "string" ? type : (type.type ?? "Warning");
  const { name, message } = warning instanceof Error ? warning : { name: given, message: warning };
  report({ say: "warn", text: message, name });
}) as typeof process.emitWarning;

port.on("message", carry_out);
