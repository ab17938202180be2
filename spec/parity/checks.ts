// Decides what it means that karere has one of paho's names: it exists on our entry, its value is the same, and its
// parameters have the same names in the same order.

import * as client from "../../lib/client/index.ts";
import * as publish from "../../lib/helpers/publish.ts";
import * as subscribe from "../../lib/helpers/subscribe.ts";
import * as root from "../../lib/index.ts";
import * as enums from "../../lib/model/enums.ts";
import * as matcher from "../../lib/model/matcher.ts";
import * as packettypes from "../../lib/model/packettypes.ts";
import * as properties from "../../lib/model/properties.ts";
import * as reasoncodes from "../../lib/model/reasoncodes.ts";
import * as subscribeoptions from "../../lib/model/subscribeoptions.ts";
import { declared_members, exported_names } from "./exported_names.ts";
import { type ClassFact, facts, type ParameterFact } from "./facts.ts";
import { declared_parameters, misplaced, saying } from "./parameters.ts";

export interface Check {
  /** `client.Client.connect(port)` */
  readonly name: string;
  /** What is missing or different; null when nothing is. */
  problem(): string | null;
}

type Value = Record<string, unknown>;
type Call = (...args: unknown[]) => unknown;

const entries: Readonly<Record<string, Value>> = {
  "paho.mqtt": root,
  client,
  enums,
  matcher,
  packettypes,
  properties,
  publish,
  reasoncodes,
  subscribe,
  subscribeoptions,
};

/** Methods of Client whose only argument is a value of whatever kind, or ignored: no names there. */
const without_names = ["enable_logger", "user_data_set", "loop_read"];

/** Parameters of the helpers that stand side by side and take objects: only what they say tells them apart. */
const objects_by_place = ["will", "auth", "tls", "proxy_args"];

/** Arguments with which a helper gets as far as its objects. */
const valid: Readonly<Record<string, unknown>> = { topic: "t", topics: "t", msgs: [["t"]], callback() {} };

/** An instance of each class, made as a user would come by it. */
const instances: Readonly<Record<string, () => unknown>> = {
  Client: () => new client.Client(),
  MQTTMessage: () => new client.MQTTMessage(),
  MQTTMessageInfo: () => new client.Client().publish("t", "p", 1),
  ConnectFlags: () => new client.ConnectFlags(false),
  DisconnectFlags: () => new client.DisconnectFlags(false),
  MQTTMatcher: () => new client.MQTTMatcher(),
  Properties: () => new client.Properties(client.PacketTypes.PUBLISH),
  ReasonCode: () => new client.ReasonCode(client.PacketTypes.CONNACK),
  ReasonCodes: () => new client.ReasonCodes(client.PacketTypes.CONNACK),
  SubscribeOptions: () => new client.SubscribeOptions(),
};

/** Values that have to differ: our version is our own, and an offline message says so in Python, too. */
const own_values = ["paho.mqtt.__version__", "client.MQTTMessageInfo.rc"];

export function all_checks(): Check[] {
  const checks: Check[] = [];
  const add = (name: string, problem: () => string | null) => checks.push({ name, problem });

  for (const [module, fact] of Object.entries(facts.modules)) {
    const entry = entries[module] as Value;
    const types = exported_names(source_of(module));
    for (const [name, value] of Object.entries(fact.constants ?? {})) {
      add(`${module}.${name}`, () => different(`${module}.${name}`, entry[name], value));
    }
    for (const [name, members] of Object.entries(fact.enums ?? {})) {
      add(`${module}.${name}`, () => different(name, entry[name], members));
      for (const [member, value] of Object.entries(members)) {
        add(`${module}.${name}.${member}`, () => different(member, (entry[name] as Value)?.[member], value));
      }
    }
    for (const name of [...(fact.exceptions ?? []), ...(fact.reexports ?? [])]) {
      add(`${module}.${name}`, () => missing(entry[name]));
    }
    for (const name of fact.types ?? [])
      add(`${module}.${name}`, () => (types.has(name) ? null : "no such type"));
    for (const [name, parameters] of Object.entries(fact.functions ?? {})) {
      add(`${module}.${name}`, () => not_a_function(entry[name]));
      const call: Call = (...args) => (entry[name] as Call)(...args);
      add_parameters(add, `${module}.${name}`, () => entry[name], call, parameters);
    }
    for (const [name, class_fact] of Object.entries(fact.classes ?? {})) {
      add(`${module}.${name}`, () => missing(entry[name]));
      add_class(add, module, name, entry[name], class_fact);
    }
    for (const value of fact.values?.["Client(transport)"] ?? []) {
      add(`${module}.Client(transport=${value})`, () => {
        const said = saying((transport) => new client.Client(1, { transport: transport as "tcp" }), [value]);
        return said === "" ? null : said;
      });
    }
  }
  return checks;
}

type Add = (name: string, problem: () => string | null) => void;

function add_class(add: Add, module: string, name: string, value: unknown, fact: ClassFact): void {
  const path = `${module}.${name}`;
  const type = value as (new (...args: unknown[]) => Value) & Value;
  const instance = () => instances[name]?.() as Value;
  add_parameters(
    add,
    path,
    () => type,
    (...args) => new type(...args),
    fact.constructor,
  );
  for (const [method, parameters] of Object.entries(fact.methods ?? {})) {
    if (method in (fact.statics ?? {})) {
      add(`${path}.${method}`, () => not_a_function(type[method]));
      add_parameters(
        add,
        `${path}.${method}`,
        () => type[method],
        (...args) => (type[method] as Call)(...args),
        parameters,
      );
      continue;
    }
    add(`${path}.${method}`, () => not_a_function(instance()[method]));
    add_parameters(
      add,
      `${path}.${method}`,
      () => instance()[method],
      (...args) => (instance()[method] as Call)(...args),
      parameters,
      name === "Client" && !without_names.includes(method),
    );
  }
  for (const [property, access] of Object.entries(fact.properties ?? {})) {
    add(`${path}.${property}`, () => absent_property(instance(), property));
    if (access === "rw") add(`${path}.${property} (set)`, () => not_settable(instance(), property));
    else add(`${path}.${property} (read only)`, () => settable(instance(), property));
  }
  for (const [attribute, first] of Object.entries(fact.attributes ?? {})) {
    add(`${path}.${attribute}`, () =>
      first === null
        ? absent_property(instance(), attribute)
        : different(`${path}.${attribute}`, instance()[attribute], first),
    );
  }
  for (const [constant, wanted] of Object.entries(fact.statics ?? {})) {
    if (constant in (fact.methods ?? {})) continue;
    add(`${path}.${constant}`, () => different(constant, type[constant], wanted ?? "a nested class"));
  }
}

function add_parameters(
  add: Add,
  path: string,
  get: () => unknown,
  call: Call,
  parameters: readonly ParameterFact[],
  takes_names = false,
): void {
  const names = parameters.map(([name]) => name);
  for (const [at, name] of names.entries()) {
    add(`${path}(${name})`, () => {
      if (typeof get() !== "function") return "no such function";
      const declared = declared_parameters(get());
      if (declared !== null && declared[at] !== name)
        return `parameter ${at + 1} is ${declared[at] ?? "missing"}`;
      if (declared === null || takes_names) {
        const problem = misplaced(call, names, at);
        if (problem !== null) return problem;
      }
      if (objects_by_place.includes(name)) {
        const said = saying(call, [
          ...names.slice(0, at).map((before) => valid[before]),
          { no_such_name: 1 },
        ]);
        if (!said.includes(name)) return `an object in its place is not taken for it: ${said}`;
      }
      return null;
    });
  }
}

function source_of(module: string): string {
  if (module === "paho.mqtt") return "lib/index.ts";
  if (module === "client") return "lib/client/index.ts";
  return module === "publish" || module === "subscribe"
    ? `lib/helpers/${module}.ts`
    : `lib/model/${module}.ts`;
}

function missing(value: unknown): string | null {
  return value === undefined ? "missing" : null;
}

function not_a_function(value: unknown): string | null {
  return typeof value === "function" ? null : "no such function";
}

function different(name: string, value: unknown, wanted: unknown): string | null {
  if (value === undefined) return "missing";
  if (own_values.includes(name)) return null;
  const [ours, theirs] = [value, wanted].map(comparable);
  return ours === theirs ? null : `is ${ours}, not ${theirs}`;
}

/** Bytes as hexadecimal digits, and the keys of an object in one order. */
function comparable(value: unknown): string {
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString("hex"));
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const client_members = declared_members("lib/client/client.ts", "ClientClass");

/** Callbacks that nobody has set do not exist at run time; the class declares them. */
function absent_property(instance: Value, name: string): string | null {
  const is_callback = name.startsWith("on_") && client_members.has(name);
  return name in instance || is_callback ? null : "missing";
}

function descriptor(instance: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = instance; at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function not_settable(instance: Value, name: string): string | null {
  const found = descriptor(instance, name);
  if (found === undefined) return absent_property(instance, name);
  return found.set !== undefined || found.writable === true ? null : "cannot be set";
}

function settable(instance: Value, name: string): string | null {
  const found = descriptor(instance, name);
  // A field is read only by its type.
  return found?.set === undefined ? null : "can be set";
}
