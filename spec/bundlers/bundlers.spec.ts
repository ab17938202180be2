// Whoever builds a page with karere has nothing to configure, whichever bundler it is.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { type EmbeddedBroker, embedded_broker } from "../support/embedded_broker.ts";
import { PageWebSocket } from "../support/page_websocket.ts";
import { run_script, run_source } from "../support/run_script.ts";
import { type WebsocketGateway, websocket_gateway } from "../support/websocket_gateway.ts";

// Processes take their time on a busy machine.
jest.setTimeout(120_000);

interface Page {
  modules: number;
  twice: string[];
  talk(port: number): Promise<unknown[]>;
}

/** What every browser has, and nothing else. `Buffer`, `process` and `require` are missing. */
const globals_of_a_page = [
  ...["AbortController", "atob", "btoa", "console", "crypto", "Event", "EventTarget", "performance"],
  ...["queueMicrotask", "setTimeout", "clearTimeout", "setInterval", "clearInterval", "TextDecoder"],
  ...["URL", "URLSearchParams"],
];

/** vite asks it whether the browser can preload modules, karere when the page is shown again. */
const some_document = {
  createElement: () => ({ relList: { supports: () => true } }),
  addEventListener() {},
  removeEventListener() {},
};

/** Runs a script as in a page of its own, and gives what it left in `page`. */
function run_in_page(file: string): Page {
  const given = Object.fromEntries(
    globals_of_a_page.map((name) => [name, (globalThis as Record<string, unknown>)[name]]),
  );
  const more = { document: some_document, WebSocket: PageWebSocket, OuterEncoder: TextEncoder };
  const context = createContext({ ...given, ...more });
  // Its bytes must be of that page.
  runInContext(
    `globalThis.TextEncoder = class {
      encode(text) { return new Uint8Array(new OuterEncoder().encode(text)); }
    };`,
    context,
  );
  runInContext(readFileSync(file, "utf8"), context, { filename: file });
  return context.page;
}

let project: string;
let broker: EmbeddedBroker;
let gateway: WebsocketGateway;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "karere-bundlers-"));
  const installed = join(project, "node_modules/karere");
  mkdirSync(installed, { recursive: true });
  for (const name of ["package.json", "dist"]) cpSync(name, join(installed, name), { recursive: true });
  cpSync(join(__dirname, "app.mjs"), join(project, "app.js"));
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }');
  writeFileSync(
    join(project, "index.html"),
    '<!doctype html><title>page</title><script type="module" src="/app.js"></script>',
  );
  broker = await embedded_broker();
  gateway = await websocket_gateway(broker.port);
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await broker.close();
  rmSync(project, { recursive: true });
});

describe.each(["esbuild", "rollup", "vite", "webpack"])("a page built by %s", (bundler) => {
  it("needs no configuration, brings no warning, and talks to a broker", async () => {
    const { stdout, stderr, exit_code } = await run_script(join(__dirname, "build.mjs"), {
      args: [bundler, project],
      timeout_ms: 100_000,
    });
    expect({ stderr, exit_code }).toEqual({ stderr: "", exit_code: 0 });
    const { file, warnings } = JSON.parse(stdout.trim().split("\n").at(-1) as string);
    expect(warnings).toEqual([]);

    const page = run_in_page(file);
    expect(page.modules).toBe(9);
    expect(page.twice).toEqual([]);
    expect(JSON.parse(JSON.stringify(await page.talk(gateway.port)))).toEqual(
      [0, 1, 2].map((qos) => ({ topic: `page/${qos}`, qos, text: `of QoS ${qos} ✓`, is_plain: true })),
    );
  });
});

describe("karere.min.js", () => {
  it("has all names of karere/client and the helpers, and errors have theirs", async () => {
    const source = `
      const small = await import(process.cwd() + "/dist/browser/karere.min.js");
      const { client, publish, subscribe } = await import("karere");
      const { ValueError, KeyError } = small;
      const names = (module) => Object.keys(module).sort().join();
      console.log(names(small) === names({ ...client, publish, subscribe }));
      console.log(names(small.publish) === names(publish), names(small.subscribe) === names(subscribe));
      console.log(String(new ValueError("a")), new KeyError("b").name, new (class Own extends KeyError {})("c").name);`;
    const { stdout, stderr } = await run_source(source);
    expect({ stdout, stderr }).toEqual({
      stdout: "true\ntrue true\nValueError: a KeyError Own\n",
      stderr: "",
    });
  });
});
