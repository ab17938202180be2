// Decides that the arrows of the architecture hold: imports point down, and the core reaches for no effect.

import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { source_facts } from "../support/source_facts.ts";

const core = ["model", "codec", "protocol"];
const adapters = ["transport", "store"];

/** What each folder of lib/ may import besides itself. */
const allowed: Record<string, readonly string[]> = {
  model: [],
  codec: ["model"],
  protocol: ["model", "codec"],
  transport: ["model"],
  store: ["model"],
  network: [...core, ...adapters],
  client: [...core, ...adapters, "network"],
  helpers: [...core, ...adapters, "network", "client"],
  blocking: [...core, ...adapters, "network", "client", "helpers"],
  broker: [...core, "network", "client"],
  testing: ["model", "network", "client", "broker"],
  cli: [...core, ...adapters, "network", "client", "helpers", "blocking"],
};

/** Names that mean a clock, chance, a promise, an emitter or a platform. */
const effects = [
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "Date", "performance", "Math.random"],
  ...["Promise", "async", "EventEmitter", "EventTarget", "AbortSignal"],
  ...["process", "Buffer", "console", "globalThis"],
];

/** The only door of the core, to Node's globals. */
const doors: Record<string, readonly string[]> = {
  "model/bytes.ts": ["Buffer", "globalThis"],
};

/** What of the broker meets the world; all else of it is as free of effects as the core is. */
const shell_of_broker = ["broker", "broker_events", "broker_log", "index", "options", "refusal", "wire"];

const root = join(__dirname, "../../lib");
const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => path.replaceAll("\\", "/"))
  .map((path) => ({ path, layer: layer_of(path), ...source_facts(readFileSync(join(root, path), "utf8")) }));
const core_sources = sources.filter(({ path, layer }) => core.includes(layer) || is_core_of_broker(path));
const imports = sources.flatMap(({ path, layer, imports }) => imports.map((name) => ({ path, layer, name })));
const own_imports = imports.filter(({ name }) => name.startsWith("."));

function is_core_of_broker(path: string): boolean {
  const [, name] = /^broker\/(\w+)\.ts$/.exec(path) ?? [];
  return name !== undefined && !shell_of_broker.includes(name);
}

/** The folder of lib/ in which a path lies; empty for the entry. */
function layer_of(path: string): string {
  return path.includes("/") ? path.replace(/\/.*/, "") : "";
}

describe("the architecture", () => {
  it("has sources to judge", () => {
    expect(core_sources.length).toBeGreaterThan(10);
  });

  it("knows the place of every folder", () => {
    const strangers = sources.filter(({ layer }) => layer !== "" && !(layer in allowed));
    expect(strangers.map(({ path }) => path)).toEqual([]);
  });

  it("imports downwards only, and in transports and stores only the model", () => {
    const upwards = own_imports.filter(({ path, layer, name }) => {
      const target = layer_of(posix.join(posix.dirname(path), name));
      return layer !== "" && target !== layer && !allowed[layer]?.includes(target);
    });
    expect(upwards.map(({ path, name }) => `${path} imports ${name}`)).toEqual([]);
  });

  it("keeps platforms and packages out of the core", () => {
    const foreign = imports.filter(
      ({ path, layer, name }) =>
        (core.includes(layer) || is_core_of_broker(path)) &&
        !name.startsWith(".") &&
        !doors[path]?.includes(name),
    );
    expect(foreign.map(({ path, name }) => `${path} imports ${name}`)).toEqual([]);
  });

  it("keeps clocks, chance, promises and globals out of the core", () => {
    const impure = core_sources.flatMap(({ path, names }) =>
      effects
        .filter((name) => names.has(name) && !doors[path]?.includes(name))
        .map((name) => `${path} uses ${name}`),
    );
    expect(impure).toEqual([]);
  });
});
