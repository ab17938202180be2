// Decides what a user of a bundler types: `build.mjs <bundler> <project>` builds the app of a project as that bundler
// does by default. Prints JSON: the file that it wrote, and what it warned of. Plain JavaScript, for vite is an ES
// module, which jest cannot load.

import { readdirSync } from "node:fs";
import { join } from "node:path";

const [bundler, project] = process.argv.slice(2);
const entry = join(project, "app.js");
const folder = join(project, "out", bundler);
const file = join(folder, "app.js");

const bundlers = {
  async esbuild() {
    const { build } = await import("esbuild");
    const { warnings } = await build({
      entryPoints: [entry],
      bundle: true,
      outfile: file,
      logLevel: "silent",
    });
    return { file, warnings: warnings.map(({ text }) => text) };
  },

  async rollup() {
    const { rollup } = await import("rollup");
    const { nodeResolve } = await import("@rollup/plugin-node-resolve");
    const warnings = [];
    const plugins = [nodeResolve({ browser: true })];
    const bundle = await rollup({ input: entry, plugins, onwarn: ({ message }) => warnings.push(message) });
    await bundle.write({ file, format: "iife" });
    await bundle.close();
    return { file, warnings };
  },

  async vite() {
    const { build, createLogger } = await import("vite");
    const warnings = [];
    const warn = (message) => void warnings.push(message);
    const customLogger = { ...createLogger("silent"), warn, warnOnce: warn };
    await build({ root: project, customLogger, build: { outDir: folder } });
    const assets = join(folder, "assets");
    const names = readdirSync(assets).filter((name) => name.endsWith(".js"));
    if (names.length !== 1) throw new Error(`vite wrote ${names}`);
    return { file: join(assets, names[0]), warnings };
  },

  async webpack() {
    const { default: webpack } = await import("webpack");
    const output = { path: folder, filename: "app.js" };
    const compiler = webpack({ context: project, entry, output, mode: "production" });
    const stats = await new Promise((resolve, reject) => {
      compiler.run((error, result) => (error === null ? resolve(result) : reject(error)));
    });
    await new Promise((resolve) => compiler.close(resolve));
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
    if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
    return { file, warnings: warnings.map(({ message }) => message) };
  },
};

console.log(JSON.stringify(await bundlers[bundler]()));
