// Decides how a helper that connects, does one thing and leaves is set up and ends: with its result, with the broker's
// refusal, or when its time is over. What both helper modules share.

import type { WillArguments } from "../client/client.ts";
import { Client } from "../client/client.ts";
import type { TransportName } from "../client/options.ts";
import { check_seconds } from "../client/settings.ts";
import { CallbackAPIVersion, MQTTProtocolVersion } from "../model/enums.ts";
import { KeyError, MQTTException, TimeoutError, ValueError } from "../model/errors.ts";
import { is_plain_object, positional } from "../model/keywords.ts";
import { unknown_name } from "../model/nearest.ts";

/** User name and password for a helper. */
export interface Auth {
  username: string;
  password?: string | Uint8Array | null;
}

/** What all helpers take to reach the broker, in paho's order, by name. */
export interface Destination {
  /** Default "localhost". */
  hostname?: string;
  /** Default 1883. */
  port?: number;
  client_id?: string;
  /** Seconds, default 60. */
  keepalive?: number;
  will?: WillArguments | null;
  auth?: Auth | null;
  /** MQTTv31, MQTTv311 (default) or MQTTv5. */
  protocol?: MQTTProtocolVersion;
  /** Default "tcp". */
  transport?: TransportName;
  /** How long the whole may take, in seconds; null (default): as long as it takes. Beyond paho. */
  timeout?: number | null;
}

/** The parameters of {@link Destination} in paho's order. */
export const destination_parameters = [
  "hostname",
  "port",
  "client_id",
  "keepalive",
  "will",
  "auth",
  "protocol",
  "transport",
] as const satisfies readonly (keyof Destination)[];

/** Those whose value is an object of its own, not named arguments. */
export const object_parameters = ["will", "auth", "userdata"] as const;

/** One call's arguments by name, whichever way they were given. */
export function named_arguments<Name extends string>(
  call: string,
  parameters: readonly Name[],
  args: readonly unknown[],
): Partial<Record<Name, unknown>> {
  const values = positional(call, parameters, args, object_parameters);
  const entries = parameters.map((name, index) => [name, values[index]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Partial<
    Record<Name, unknown>
  >;
}

/** One connection of a helper. */
export class OneShot {
  readonly client: Client<2>;
  readonly #hostname: string;
  readonly #port: number;
  readonly #keepalive: number;
  readonly #timeout: number | null;
  #fail: (error: unknown) => void = () => {};

  /** @throws ValueError, TypeError or KeyError for what is not allowed; nothing has been opened then. */
  constructor(to: Destination, clean_session: boolean | null, userdata: unknown = null) {
    const protocol = to.protocol ?? MQTTProtocolVersion.MQTTv311;
    this.client = new Client(CallbackAPIVersion.VERSION2, {
      client_id: to.client_id ?? "",
      clean_session: protocol === MQTTProtocolVersion.MQTTv5 ? null : clean_session,
      userdata,
      protocol,
      transport: to.transport ?? "tcp",
    });
    this.#hostname = to.hostname ?? "localhost";
    this.#port = to.port ?? 1883;
    this.#keepalive = to.keepalive ?? 60;
    this.#timeout = to.timeout == null ? null : check_seconds("timeout", to.timeout, 0);
    if (to.will != null) this.client.will_set(to.will);
    if (to.auth != null) set_auth(this.client, to.auth);
  }

  /** Ends the helper with an error. */
  fail(error: unknown): void {
    this.#fail(error);
  }

  /**
   * Connects and does `act` as often as the broker accepts a connection, until it has resolved once or `act` gives up;
   * then disconnects. `what` names it for the time-out.
   */
  async run<T>(what: string, act: (failed: Promise<never>) => Promise<T>): Promise<T> {
    const { client } = this;
    const failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    failed.catch(() => {});
    const timer =
      this.#timeout === null
        ? null
        : setTimeout(
            () => this.fail(new TimeoutError(`${what} took longer than ${this.#timeout} s`)),
            this.#timeout * 1000,
          );
    client.on("connect", (_client, _userdata, _flags, reason_code) => {
      if (!reason_code.is_failure) return;
      const text = `the broker refused the connection: ${reason_code}`;
      this.fail(new MQTTException(text, { code: "ERR_MQTT_CONNECT_REFUSED" }));
    });
    try {
      client.loop_start({ daemon: false });
      const connecting = client.connect(this.#hostname, this.#port, this.#keepalive);
      await Promise.race([connecting, failed]);
      return await Promise.race([act(failed), failed]);
    } finally {
      if (timer !== null) clearTimeout(timer);
      await client.close({ timeout: 0 });
    }
  }
}

function set_auth(client: Client<2>, auth: Auth): void {
  if (!is_plain_object(auth)) throw new ValueError("auth must be an object such as { username, password }");
  for (const name of Object.keys(auth)) {
    if (name !== "username" && name !== "password") {
      throw new TypeError(unknown_name("auth", name, ["username", "password"], "member"));
    }
  }
  if (auth.username == null || auth.username === "") throw new KeyError("auth has no username");
  client.username_pw_set(auth.username, auth.password ?? null);
}
