// Decides what is published of the sources: each subpath of the package as a module, which all share what they have in
// common, once for Node and once for browsers; and the whole as one small file for a <script type="module">. For
// browsers, what needs Node is replaced by its counterpart, so that nobody has to tell a bundler anything.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "@swc/core";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "dist/browser");
const { exports, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/**
 * A source that has a counterpart beside it, `ways.ts` and `ways_browser.ts`, is replaced by it.
 *
 * @param {string[]} ends of the names of counterparts; the first that is there counts.
 */
const counterparts = (...ends) => ({
  name: "counterparts",
  setup({ onResolve }) {
    onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir }) => {
      const places = ends.map((end) => join(resolveDir, path.replace(/\.ts$/, `_${end}.ts`)));
      const counterpart = places.find(existsSync);
      return counterpart === undefined ? null : { path: counterpart };
    });
  },
});

const options = { absWorkingDir: root, bundle: true, format: "esm", target: "es2022", logLevel: "warning" };

const for_browsers = {
  ...options,
  platform: "browser",
  outdir: folder,
  // Payloads are plain bytes, whatever else is loaded into the page.
  define: { "globalThis.Buffer": "undefined", "globalThis.process": "undefined" },
  plugins: [counterparts("browser")],
  // Its own ES module, which it does not offer: it needs no wrapping.
  alias: { eventemitter3: join(root, "node_modules/eventemitter3/dist/eventemitter3.esm.js") },
};

const targets = Object.values(exports).filter((target) => target.browser !== undefined);
const name_in = (place, file) => file.replace(place, "").replace(/\.js$/, "");
const source_of = ({ default: compiled }) => compiled.replace("./dist/", "lib/").replace(/\.js$/, ".ts");

/** What the command of the package is made of: each file looks for another beside itself, or beside what it shares. */
const command = {
  "cli/karere": "lib/cli/karere.ts",
  "cli/preload": "lib/cli/preload.ts",
  "shared/listener": "lib/cli/listener.ts",
  "shared/compiling_hooks": "lib/cli/compiling_hooks.ts",
};

/** Modules that share what they have in common, so that each class is there once. */
const shared = { splitting: true, chunkNames: "shared/[name]-[hash]", sourcemap: true };

/** No page can wait, or listen on a port: all of a folder that needs this is one refusal there. */
function refusal_of(target) {
  const refusal = join(dirname(source_of(target)), "refusal.ts");
  return existsSync(join(root, refusal)) ? refusal : undefined;
}

/** The modules that package.json promises to bundlers; readable, for bundlers do the rest. */
async function write_for_browsers() {
  const entries = targets.map((target) => [
    name_in("./dist/browser/", target.browser),
    refusal_of(target) ?? source_of(target),
  ]);
  // A page that wants level installs it: its own bundler knows how to.
  const external = ["level"];
  await build({ ...for_browsers, ...shared, external, entryPoints: Object.fromEntries(entries) });
}

/**
 * For Node: a few files, for to open a hundred takes longer than to read what they hold. paho's small modules, which all
 * others need, are one file, and each subpath names its part of it. The maps lead to the sources in the package.
 */
async function write_for_node() {
  const is_small = (target) => target.default.startsWith("./dist/model/");
  const small = targets.filter(is_small);
  const large = targets.filter((target) => !is_small(target));
  const for_node = {
    ...options,
    platform: "node",
    outdir: join(root, "dist"),
    packages: "external",
  };
  const words = {
    name: "all small modules in one",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^words$/ }, () => ({ path: "words", namespace: "words" }));
      const contents = small.map((target) => `export * from "./${source_of(target)}";`).join("\n");
      onLoad({ filter: /./, namespace: "words" }, () => ({ contents, resolveDir: root }));
    },
  };
  const { outputFiles } = await build({
    ...for_node,
    ...shared,
    write: false,
    entryPoints: {
      ...Object.fromEntries(large.map((target) => [name_in("./dist/", target.default), source_of(target)])),
      "shared/words": "words",
      // The blocking flavour looks for its thread's own file beside the one that it is in.
      "shared/worker": "lib/blocking/worker.ts",
      "shared/bell": "lib/blocking/bell.ts",
      ...command,
    },
    plugins: [words],
    sourcesContent: false,
  });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, path.endsWith(".js") ? with_class_names(text) : text);
  }
  for (const target of small) {
    const alone = { ...for_node, entryPoints: [source_of(target)], write: false, metafile: true };
    const [{ exports: names }] = Object.values((await build(alone)).metafile.outputs);
    writeFileSync(join(root, target.default), `export { ${names.join(", ")} } from "../shared/words.js";\n`);
  }
}

/** The words of a text. */
const words = ([text]) => text.trim().split(/\s+/);

/**
 * Names that only the inside of karere has: in the one file they are shortened. They are those of classes and objects
 * that the client holds, and nothing that a user gets or gives has a property of such a name.
 */
const inner_names = words`
  abandon abandoned accept_plain acceptance accepted accepted_at accepted_before access acknowledge acknowledged
  alias aliases announced answered any_name are_named arrived backoff before_attempt begin_anew broken by_mid
  call_off cancel_timeout check_first_byte children complete configure connect_properties count_as_driven counts
  current deadline decoder deliver delivery drain drained drains ended ending expires_at explained farewell
  finished for_attempt for_session forget forget_chunk forget_link forget_unheard free_ids gated
  give_up_waiting given_up goes_on granted has_certificate has_failed has_given_up has_held has_opened has_room
  has_told heard hears held hold_for_waiter horizon hurry identifiers_available in_turn inbound insert_after
  int16 is_awaited is_congested is_connecting is_counted is_driven is_due is_full is_held is_kept is_leaving
  is_left is_needed is_open is_scheduled is_subscribed is_unasked is_used is_watched keepalive_ms leave
  leave_at_once leaving length_before lent limits link link_lost login loop_runs loops max_inflight
  max_queued_age_ms maximum_packet_size maximum_qos may_be_old mode needs_connection next_expiry next_ms
  next_seq next_timeout not_opened on_bytes on_events on_late on_loop on_no_loop on_packet on_request_ack
  on_round on_step opened outbound outgoing output owes_before own_access owned pause_reading pending phase poll
  previous probe publish_plainly put_back qos0_length queue random_client_id raw reading reason_codes
  receive_maximum received_at released replaced reporter request requests restore_subscriptions restoring
  resume_reading retain_available retry retry_refused risk_of router run_forever schedule security
  security_of_url sender session session_lost set_context set_insecure settle settled shared_available
  shrinks_without step_by_hand stop_on stop_watching subscriptions take_caller take_events take_expired
  take_leave take_qos0 take_work taken_over takes_wishes target tell tell_end ticket tickets timeout_ms told
  topic_alias_maximum topics touch touched_at tracing trying_again unfinished ungated unschedule unsent
  unsent_with_topic unsettled urgent useless_at variable wants_write was_driven was_late was_reached
  watch_for_loop weight when_idle wildcards_available writes_by_hand
`;

/**
 * esbuild calls a class that speaks of itself `_Name`, and the users of it read that name. It gets its own back, in as many
 * letters, so that the maps stay right. esbuild's `keepNames` would name each closure, too, which costs 256 bytes for one.
 */
function with_class_names(code) {
  const renamed = [...code.matchAll(/^var (\w+) = class _\1\b/gm)].map(([, name]) => name);
  return renamed.reduce((text, name) => text.replaceAll(new RegExp(`\\b_${name}\\b`, "g"), ` ${name}`), code);
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
  const { outputFiles } = await build({
    ...for_browsers,
    // What few pages need is not in it.
    plugins: [counterparts("page", "browser")],
    stdin,
    minify: true,
    mangleProps: new RegExp(`^(${inner_names.join("|")})$`),
    sourcemap: "external",
    write: false,
  });
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

for (const old of [folder, join(root, "dist/shared")]) rmSync(old, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
await Promise.all([write_for_node(), write_for_browsers(), write_whole()]);
