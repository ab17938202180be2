#!/usr/bin/env node
// Decides what the command `karere` understands: the commands, in one table, and what is said of them. The bin.

import { __version__ } from "../model/version.ts";
import { run } from "./run.ts";

interface Command {
  /** What follows its name. */
  readonly usage: string;
  readonly summary: string;
  /** How many words it needs at least. */
  readonly needs: number;
  /** Returns the exit code. */
  readonly main: (args: string[]) => number | Promise<number>;
}

/** Exit code of a command line that makes no sense, as usual. */
const MISUSED = 2;

const commands: Readonly<Record<string, Command>> = {
  run: {
    usage: "script [argument...]",
    needs: 1,
    summary: "run a script (.ts, .js, ...) in which Ctrl-C is a KeyboardInterrupt, as in Python",
    main: run,
  },
};

function usage(): string {
  const lines = Object.entries(commands).map(
    ([name, { usage, summary }]) => `  karere ${name} ${usage}\n      ${summary}`,
  );
  return ["usage:", ...lines, "  karere --help | --version"].join("\n");
}

async function main([word = "", ...args]: string[]): Promise<number> {
  const command = Object.hasOwn(commands, word) ? commands[word] : undefined;
  const asks_for_help = word === "--help" || word === "-h" || ["--help", "-h"].includes(args[0] ?? "");
  if (word === "--version") {
    console.log(__version__);
    return 0;
  }
  if (asks_for_help && (command !== undefined || word.startsWith("-"))) {
    console.log(usage());
    return 0;
  }
  if (command === undefined || args.length < command.needs) {
    if (word !== "" && command === undefined) console.error(`karere: there is no command "${word}"`);
    console.error(usage());
    return MISUSED;
  }
  return command.main(args);
}

process.exitCode = await main(process.argv.slice(2));
