// Decides what browsers get: each subpath of the package as a module, which all share what they have in common, and the
// whole as one small file for a <script type="module">. What needs Node is replaced by its counterpart for browsers, so
// that nobody has to tell a bundler anything.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "@swc/core";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "dist/browser");
const { exports, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** A source that has a counterpart for browsers beside it, `ways.ts` and `ways_browser.ts`, is replaced by it. */
const counterparts = {
  name: "counterparts for browsers",
  setup({ onResolve }) {
    onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir }) => {
      const counterpart = join(resolveDir, path.replace(/\.ts$/, "_browser.ts"));
      return existsSync(counterpart) ? { path: counterpart } : null;
    });
  },
};

const options = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  outdir: folder,
  // Payloads are plain bytes, whatever else is loaded into the page.
  define: { "globalThis.Buffer": "undefined", "globalThis.process": "undefined" },
  plugins: [counterparts],
  // Its own ES module, which it does not offer: it needs no wrapping.
  alias: { eventemitter3: join(root, "node_modules/eventemitter3/dist/eventemitter3.esm.js") },
};

/** The modules that package.json promises to bundlers; readable, for bundlers do the rest. */
async function write_modules() {
  const targets = Object.values(exports).filter((target) => target.browser !== undefined);
  const entries = targets.map(({ browser, default: compiled }) => [
    browser.replace("./dist/browser/", "").replace(/\.js$/, ""),
    // No page can wait: all of the blocking flavour is one refusal there.
    compiled.startsWith("./dist/blocking/")
      ? "lib/blocking/refusal.ts"
      : compiled.replace("./dist/", "lib/").replace(/\.js$/, ".ts"),
  ]);
  await build({
    ...options,
    entryPoints: Object.fromEntries(entries),
    splitting: true,
    chunkNames: "shared/[name]-[hash]",
    sourcemap: true,
    logLevel: "warning",
  });
}

/** `karere.min.js`: what esbuild has minified gets a twentieth smaller by swc. */
async function write_whole() {
  // paho's other modules are no namespaces of it: all that they hold is here anyway.
  const stdin = {
    contents: [
      'export * from "./lib/client/index.ts";',
      'export * as publish from "./lib/helpers/publish.ts";',
      'export * as subscribe from "./lib/helpers/subscribe.ts";',
    ].join("\n"),
    resolveDir: root,
    sourcefile: "karere.min.ts",
    loader: "ts",
  };
  const bundle = { ...options, stdin, minify: true, sourcemap: "external", write: false };
  const { outputFiles } = await build({ ...bundle, logLevel: "warning" });
  const text_of = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text;
  const { code, map } = await transform(text_of(".js"), {
    configFile: false,
    swcrc: false,
    isModule: true,
    inputSourceMap: text_of(".map"),
    sourceMaps: true,
    minify: true,
    jsc: {
      target: "es2022",
      minify: {
        module: true,
        compress: { passes: 3, sequences: false },
        mangle: true,
        format: { comments: false },
      },
    },
  });
  const notice = `/*! karere ${version}, MIT licence. With eventemitter3, (c) 2014 Arnout Kazemier, MIT licence. */`;
  const [list] = /export\{[^}]*\};/.exec(code);
  // In front the list is near the same names elsewhere, which makes the whole compress better. Two lines go before it.
  const lines = [notice, list, code.replace(list, ""), "//# sourceMappingURL=karere.min.js.map", ""];
  writeFileSync(join(folder, "karere.min.js"), lines.join("\n"));
  const { mappings, ...rest } = JSON.parse(map);
  writeFileSync(join(folder, "karere.min.js.map"), JSON.stringify({ ...rest, mappings: `;;${mappings}` }));
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
await Promise.all([write_modules(), write_whole()]);
