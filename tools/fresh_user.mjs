// Decides that a stranger can use the package: installs the tarball into an empty project, imports and requires every
// subpath there, and compiles a small TypeScript file that checks our declarations too.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { exports, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const names = Object.keys(exports)
  .filter((subpath) => subpath !== "./package.json")
  .map((subpath) => subpath.replace(/^\./, "karere"));

const folder = mkdtempSync(join(tmpdir(), "karere-fresh-user-"));
const project = join(folder, "project");

function run(cwd, command, ...args) {
  console.log(`$ ${[command, ...args].join(" ")}`);
  execFileSync(command, args, { cwd, stdio: ["ignore", "inherit", "inherit"] });
}

function write(name, lines) {
  writeFileSync(join(project, name), `${lines.join("\n")}\n`);
}

try {
  mkdirSync(project);
  run(root, "npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", folder);
  const tarball = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith(".tgz")),
  );
  write("package.json", [JSON.stringify({ name: "fresh-user", private: true, type: "module" })]);
  run(
    project,
    "npm",
    "install",
    "--prefer-offline",
    tarball,
    `@types/node@${devDependencies["@types/node"]}`,
  );

  write(
    "all.mjs",
    names.map((name) => `await import(${JSON.stringify(name)});`),
  );
  write(
    "all.cjs",
    names.map((name) => `require(${JSON.stringify(name)});`),
  );
  run(project, process.execPath, "all.mjs");
  run(project, process.execPath, "all.cjs");

  write("script.ts", [
    'import * as mqtt from "karere/client";',
    'import { Client, publish, subscribe } from "karere";',
    'import { Properties } from "karere/properties";',
    ...names.map((name, index) => `export * as module_${index} from ${JSON.stringify(name)};`),
    "const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);",
    "client.on_message = (_client, _userdata, message) => console.log(message.topic, message.payload.length);",
    "console.log(client instanceof Client, publish.single, subscribe.simple, Properties);",
  ]);
  const compiler_options = {
    module: "nodenext",
    target: "es2022",
    strict: true,
    noEmit: true,
    types: ["node"],
  };
  write("tsconfig.json", [JSON.stringify({ compilerOptions: { ...compiler_options, skipLibCheck: false } })]);
  run(project, process.execPath, join(root, "node_modules/typescript/bin/tsc"), "-p", ".");
  write("runs.mjs", [
    'import { Client, KeyboardInterrupt } from "karere/blocking";',
    "console.log(new Client().is_connected(), KeyboardInterrupt.name, process.argv[2]);",
  ]);
  run(project, join(project, "node_modules/.bin/karere"), "run", "runs.mjs", "an argument");
  console.log("a fresh user can import, require, compile and run karere");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
