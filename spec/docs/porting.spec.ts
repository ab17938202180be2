// The scripts that the documentation shows side by side do the same: those of both flavours are run at the same time,
// each among brokers of its own, and print what the page says. Those in Python are looked at by Python, where it is there.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { transformSync } from "@swc/core";
import { CallbackAPIVersion, Client } from "../../lib/client/index.ts";
import * as publish from "../../lib/helpers/publish.ts";
import * as subscribe from "../../lib/helpers/subscribe.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningScript, run_source, start_source } from "../support/run_script.ts";
import { type Block, blocks_of, pages } from "./pages.ts";
import { type Surroundings, surroundings } from "./surroundings.ts";

// Processes take their time on a busy machine.
jest.setTimeout(60_000);
const patient = { within: 20_000 };

const flavours = ["blocking", "event-loop"] as const;

/** The world of one script. */
class Scene {
  readonly #address: { hostname: string; port: number };
  readonly folder: string;

  constructor({ port, options }: Surroundings) {
    this.#address = { hostname: "127.0.0.1", port };
    this.folder = options.cwd as string;
  }

  send(topic: string, payload: string, retain = false): Promise<void> {
    return publish.single(topic, payload, { qos: 1, retain, ...this.#address });
  }

  /** The payload of the message that the broker keeps there. */
  async kept(topic: string): Promise<string> {
    return (await subscribe.simple(topic, { ...this.#address, timeout: 10 })).text();
  }

  /** Answers what is asked on `topic`, until disposed of. */
  async answer(
    topic: string,
    reply: (question: unknown) => [topic: string, payload: string],
  ): Promise<AsyncDisposable> {
    const client = new Client(CallbackAPIVersion.VERSION2);
    client.on_message = (client, _userdata, message) => void client.publish(...reply(message.json()), 1);
    client.connect(this.#address.hostname, this.#address.port);
    client.loop_start();
    client.subscribe(topic, 1);
    await new Promise((resolve) => client.on("subscribe", resolve));
    return client;
  }
}

/** How a page's scripts are played. */
interface Play {
  readonly args?: readonly string[];
  /** Arguments with which it fails, and how. */
  readonly failing?: {
    readonly args: readonly string[];
    readonly stderr: RegExp;
    readonly exit_code: number;
  };
  /** What has to be there before the script begins. */
  readonly before?: (scene: Scene) => Promise<AsyncDisposable | null>;
  /** What happens while it runs. */
  readonly meanwhile?: (scene: Scene, script: RunningScript) => Promise<void>;
  /** Whether it runs until it is stopped. */
  readonly is_endless?: true;
  /** Looks at what is there when it has printed what the page says. */
  readonly after?: (scene: Scene) => Promise<void>;
}

const plays: Readonly<Record<string, Play>> = {
  "sensor-loop": { is_endless: true },
  logger: {
    is_endless: true,
    async meanwhile(scene, script) {
      await script.output(/logging/);
      await scene.send("sensors/kitchen", "21.5");
      await scene.send("sensors/attic", "warm");
      await scene.send("sensors/attic", "17");
    },
    async after({ folder }) {
      expect(readFileSync(join(folder, "log.csv"), "utf8")).toBe("kitchen;21.5\nattic;17.0\n");
    },
  },
  bridge: {
    is_endless: true,
    async meanwhile(scene, script) {
      await script.output(/bridging/);
      await scene.send("zigbee/stove", '{"temperature": 80}');
    },
    async after(scene) {
      expect(await scene.kept("home/stove/temperature")).toBe("80");
    },
  },
  "request-response": {
    before: (scene) =>
      scene.answer("calculator/requests", (question) => {
        const { square, reply_to } = question as { square: number; reply_to: string };
        return [reply_to, String(square * square)];
      }),
  },
  "publish-once": {
    async after(scene) {
      expect(await scene.kept("house/door")).toBe("open");
    },
  },
  "receive-once": {
    async before(scene) {
      await scene.send("house/temperature", "21.5", true);
      return null;
    },
  },
  class: {
    is_endless: true,
    async meanwhile(scene, script) {
      await script.output(/ready/);
      await scene.send("bath/target", "22.5");
    },
  },
  "several-clients": {},
  "tls-device": {
    async meanwhile(scene, script) {
      await script.output(/online/);
      expect(await scene.kept("devices/pump/status")).toBe("online");
      await scene.send("devices/pump/commands", "run");
      await scene.send("devices/pump/commands", "stop");
    },
    async after(scene) {
      expect(await scene.kept("devices/pump/status")).toBe("offline");
    },
  },
  "command-line": {
    args: ["-t", "house/door", "-m", "open"],
    failing: {
      args: ["-t", "house/door", "-p", "1"],
      stderr: /^cannot connect .* nothing listens/,
      exit_code: 1,
    },
  },
};

const shapes = pages.flatMap((page) => {
  const [, name = ""] = /^docs\/porting\/(?!README|from-paho)(.*)\.md$/.exec(page.path) ?? [];
  return name === "" ? [] : [{ name, blocks: blocks_of(page) }];
});

function block_of(blocks: readonly Block[], language: string, mark?: string): Block {
  const found = blocks.filter(
    (block) => block.language === language && (mark === undefined || block.marks.includes(mark)),
  );
  expect(found).toHaveLength(1);
  return found[0] as Block;
}

function compiled({ code }: Block): string {
  const jsc = { target: "es2022", parser: { syntax: "typescript" } } as const;
  return transformSync(code, { jsc, module: { type: "es6" } }).code;
}

describe("the scripts side by side", () => {
  const around = new Map<(typeof flavours)[number], Surroundings>();
  beforeAll(async () => {
    for (const flavour of flavours) around.set(flavour, await surroundings());
  });
  afterAll(async () => {
    for (const each of around.values()) await each[Symbol.asyncDispose]();
  });

  it("are ten, and each is played", () => {
    expect(shapes.map(({ name }) => name).sort()).toEqual(Object.keys(plays).sort());
    expect(shapes).toHaveLength(10);
  });

  async function perform(source: string, wanted: string, play: Play, where: Surroundings): Promise<void> {
    const scene = new Scene(where);
    const helper = await play.before?.(scene);
    const options = { ...where.options, args: [...(play.args ?? [])], timeout_ms: 30_000 };
    await using script = start_source(source, options);
    await play.meanwhile?.(scene, script);
    if (play.is_endless) {
      await eventually(() => expect(script.stdout.slice(0, wanted.length)).toBe(wanted), patient);
      expect(script.stderr).toBe("");
    } else {
      const { stdout, stderr, exit_code } = await script.result();
      expect({ stdout, stderr, exit_code }).toEqual({ stdout: wanted, stderr: "", exit_code: 0 });
    }
    await play.after?.(scene);
    if (play.failing !== undefined) {
      const { args, stderr, exit_code } = play.failing;
      const failed = await run_source(source, { ...options, args: [...args] });
      expect(failed).toMatchObject({ stdout: "", stderr: expect.stringMatching(stderr), exit_code });
    }
    await helper?.[Symbol.asyncDispose]();
  }

  it.each(shapes)("$name prints in both flavours what the page says", async ({ name, blocks }) => {
    const wanted = block_of(blocks, "text").code;
    const performances = flavours.map((flavour) => {
      const source = compiled(block_of(blocks, "ts", flavour));
      return perform(source, wanted, plays[name] as Play, around.get(flavour) as Surroundings);
    });
    const results = await Promise.allSettled(performances);
    for (const [index, result] of results.entries()) {
      if (result.status === "rejected") throw new Error(flavours[index], { cause: result.reason });
    }
  });

  it("wait with await in the event loop only", () => {
    for (const { name, blocks } of shapes) {
      const words = block_of(blocks, "ts", "blocking").code.match(/\b(await|async|Promise)\b/g);
      expect({ name, words }).toEqual({ name, words: null });
      expect(block_of(blocks, "ts", "event-loop").code).toMatch(/\bawait\b/);
    }
  });

  const has_python = spawnSync("python3", ["--version"]).status === 0;
  (has_python ? it : it.skip)("are correct Python", () => {
    const compile = "import json, sys\nfor name, code in json.load(sys.stdin): compile(code, name, 'exec')";
    for (const { blocks } of shapes) block_of(blocks, "python");
    const scripts = pages
      .flatMap(blocks_of)
      .filter(({ language }) => language === "python")
      .map(({ place, code }) => [place, code]);
    const { stderr, status } = spawnSync("python3", ["-c", compile], {
      input: JSON.stringify(scripts),
      encoding: "utf8",
    });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  });
});
