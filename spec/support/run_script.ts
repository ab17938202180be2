// Decides how a spec runs a Node script as a process of its own: with captured output, a time limit, and no way to
// outlive the spec.

import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";

export interface ScriptOptions {
  args?: string[];
  /** Defaults to the root of the repository, where jest runs. */
  cwd?: string;
  /** Added to the environment of the spec. */
  env?: Record<string, string>;
  /** Written to the script, which then sees the end of its input. Without it the input is empty; null: it never ends. */
  stdin?: string | null;
  /** After this long the script is killed and waiting for it rejects, with its output in the message. */
  timeout_ms?: number;
}

export interface ScriptResult {
  /** Null when a signal ended the script. */
  exit_code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  elapsed_ms: number;
}

export interface RunningScript extends AsyncDisposable {
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves with the match when stdout and stderr together match; rejects when the script ends before. */
  output(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal?: NodeJS.Signals): void;
  /** Resolves however the script ends by itself or by `kill`; rejects only at the time limit. */
  result(): Promise<ScriptResult>;
}

/** Starts `node <file>`, to look at it while it runs. Disposing kills it. */
export function start_script(file: string, options: ScriptOptions = {}): RunningScript {
  return start_node([file, ...(options.args ?? [])], options);
}

/** Starts JavaScript source, an ES module whose imports are resolved from `cwd`. */
export function start_source(source: string, options: ScriptOptions = {}): RunningScript {
  return start_node(["--input-type=module", "--eval", source, "--", ...(options.args ?? [])], options);
}

/** Runs `node <file>` to its end. A script that fails resolves too: look at `exit_code`. */
export async function run_script(file: string, options: ScriptOptions = {}): Promise<ScriptResult> {
  return start_script(file, options).result();
}

/** Runs JavaScript source to its end, as {@link run_script} does a file. */
export async function run_source(source: string, options: ScriptOptions = {}): Promise<ScriptResult> {
  return start_source(source, options).result();
}

function start_node(words: string[], options: ScriptOptions): RunningScript {
  const { cwd = process.cwd(), env = {}, stdin = "", timeout_ms = 10_000 } = options;
  const began = performance.now();
  const child = spawn(process.execPath, words, { cwd, env: { ...process.env, ...env } });
  const news = new EventEmitter();
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
      news.emit("change");
    });
  }
  // A script may end without reading its input; that is its right.
  child.stdin.on("error", () => {});
  if (stdin !== null) child.stdin.end(stdin);

  let late = false;
  const limit = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, timeout_ms);
  let over = false;
  const closed = once(child, "close").finally(() => {
    clearTimeout(limit);
    over = true;
    news.emit("change");
  });
  const told = () => `--- stdout\n${text.stdout}\n--- stderr\n${text.stderr}`;

  const result = async (): Promise<ScriptResult> => {
    const [exit_code, signal] = await closed;
    if (late) {
      throw new Error(`node ${words[0]} did not end within ${timeout_ms} ms\n${told()}`);
    }
    return { exit_code, signal, ...text, elapsed_ms: performance.now() - began };
  };

  const output = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(text.stdout + text.stderr);
      if (match !== null) {
        return match;
      }
      if (over) {
        throw new Error(`node ${words[0]} ended and never wrote ${pattern}\n${told()}`);
      }
      await once(news, "change");
    }
  };

  return {
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
    output,
    kill: (signal = "SIGKILL") => void child.kill(signal),
    result,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}
