// Decides how specs use the real mosquitto: a process of its own with a configuration, a port and a data folder of its
// own, which can be stopped or killed and started again.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, it } from "@jest/globals";
import { eventually, in_time, type Patience } from "./eventually.ts";

export interface MosquittoOptions {
  /** Names and passwords. Without them anybody may connect. */
  users?: Record<string, string>;
  /** Sessions and retained messages survive `stop` and `start`. Default true; `kill` loses what was not saved. */
  persistence?: boolean;
  /** More lines for mosquitto.conf, after the listener: its options, or further listeners. */
  config?: string[];
}

export interface Mosquitto extends AsyncDisposable {
  readonly port: number;
  /** A folder of this broker, removed with it; for certificates and sockets. */
  readonly folder: string;
  /** Everything it logged so far, over all its starts. */
  readonly log: string;
  /** Waits until the log matches. */
  logged(pattern: RegExp, patience?: Patience): Promise<void>;
  /** Ends it in good order (SIGTERM): clients are told on v5, data is saved. */
  stop(): Promise<void>;
  /** Ends it as a crash would (SIGKILL). */
  kill(): Promise<void>;
  /** Starts it again, on the same port and data. */
  start(): Promise<void>;
}

/** `describe`, if mosquitto is installed. If not, the suite is skipped, and fails where `CI` is set. */
export function describe_mosquitto(name: string, body: () => void): void {
  if (installed()) {
    describe(name, body);
  } else if (process.env.CI) {
    describe(name, () => {
      it("finds mosquitto", () => {
        throw new Error("mosquitto is not installed, and in CI nothing may be skipped");
      });
    });
  } else {
    describe.skip(`${name} (mosquitto is not installed)`, body);
  }
}

/** Starts a broker on 127.0.0.1: `await using broker = await mosquitto()`. */
export async function mosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), "karere-mosquitto-"));
  for (let attempt = 1; ; attempt++) {
    const broker = new MosquittoProcess(folder, await free_port());
    await broker.configure(options);
    try {
      await broker.start();
      return broker;
    } catch (error) {
      // Between our look and its start somebody else may have taken the port.
      if (attempt === 5 || !broker.log.includes("Address already in use")) {
        await broker[Symbol.asyncDispose]();
        throw error;
      }
    }
  }
}

/**
 * A port of 127.0.0.1 on which nothing listens, for servers that cannot be given port 0. It lies below the range from
 * which systems choose local ports: a client that redials such a port while its server is down could meet itself.
 */
export async function free_port(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    try {
      await once(server.listen(port, "127.0.0.1"), "listening");
    } catch {
      continue;
    }
    server.close();
    await once(server, "close");
    return port;
  }
}

class MosquittoProcess implements Mosquitto {
  readonly folder: string;
  readonly port: number;
  log = "";
  #process: ChildProcess | null = null;
  readonly #news = new EventEmitter();

  constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  async configure({ users, persistence = true, config = [] }: MosquittoOptions): Promise<void> {
    const lines = [`listener ${this.port} 127.0.0.1`, "log_dest stderr", "log_type all"];
    // As root it would give up its rights, and with them the folder.
    if (process.getuid?.() === 0) {
      lines.push("user root");
    }
    if (users === undefined) {
      lines.push("allow_anonymous true");
    } else {
      const file = join(this.folder, "users");
      await writeFile(file, Object.entries(users).map(password_line).join(""), { mode: 0o600 });
      lines.push("allow_anonymous false", `password_file ${file}`);
    }
    if (persistence) {
      lines.push("persistence true", `persistence_location ${this.folder}/`, "autosave_interval 1");
    }
    await writeFile(join(this.folder, "mosquitto.conf"), `${[...lines, ...config].join("\n")}\n`);
  }

  async start(): Promise<void> {
    const seen = this.log.length;
    const child = spawn("mosquitto", ["-c", join(this.folder, "mosquitto.conf")], {
      env: { ...process.env, PATH: search_path },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process = child;
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      this.log += chunk;
      this.#news.emit("change");
    });
    child.once("close", () => {
      this.#process = null;
      this.#news.emit("change");
    });
    // Only its own log tells that it is this process, and no stranger, that listens on the port.
    while (!/ running$/m.test(this.log.slice(seen))) {
      if (this.#process === null) {
        throw new Error(`mosquitto did not start:\n${this.log.slice(seen)}`);
      }
      await in_time(once(this.#news, "change"), `mosquitto to start:\n${this.log}`);
    }
  }

  async logged(pattern: RegExp, patience: Patience = {}): Promise<void> {
    await eventually(() => {
      if (!pattern.test(this.log)) {
        throw new Error(`mosquitto did not log ${pattern}:\n${this.log}`);
      }
    }, patience);
  }

  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === null) return;
    const closed = once(child, "close");
    child.kill(signal);
    // A mosquitto that has only just begun to listen may miss the first.
    const again = setInterval(() => child.kill(signal), 500);
    try {
      await in_time(closed, `mosquitto to end on ${signal}`, { within: 15_000 });
    } finally {
      clearInterval(again);
    }
  }
}

/** Debian puts it where only root looks. */
const search_path = [process.env.PATH, "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"].join(delimiter);

function installed(): boolean {
  const { error } = spawnSync("mosquitto", ["-h"], { env: { ...process.env, PATH: search_path } });
  return error === undefined;
}

/** A line as mosquitto_passwd writes it: PBKDF2 with SHA-512. */
function password_line([name, password]: [string, string]): string {
  const salt = randomBytes(12);
  const hash = pbkdf2Sync(password, salt, 101, 64, "sha512");
  return `${name}:$7$101$${salt.toString("base64")}$${hash.toString("base64")}\n`;
}
