// Decides what user names and passwords may be, and what username_pw_set() takes: both, or a function that is asked
// for them before each attempt.

import { encode_utf8 } from "../model/bytes.ts";
import { ValueError } from "../model/errors.ts";
import { is_plain_object, positional } from "../model/keywords.ts";
import { name_type } from "../model/type_names.ts";
import { check_string } from "../model/utf8.ts";
import { type Answer, type Asking, asked } from "./asked.ts";

const MAX_BINARY_BYTES = 65535;

/** User name and password for one attempt. A null user name sends neither. */
export interface Credentials {
  username: string | null;
  password?: string | Uint8Array | null;
}

/** Makes them for an attempt, which is counted from 1 on since `connect()`. */
export type CredentialsFunction = (attempt: number) => Answer<Credentials>;

/** User name and password as CONNECT carries them. */
export interface Login {
  readonly username: string | null;
  readonly password: Uint8Array | null;
}

export class LoginSettings implements Login {
  username: string | null = null;
  password: Uint8Array | null = null;
  #make: CredentialsFunction | null = null;

  /** @throws ValueError or TypeError for what is not allowed. */
  set(args: readonly unknown[]): void {
    const [first, ...rest] = args;
    if (typeof first === "function") {
      if (rest.length > 0) throw new TypeError("username_pw_set() with a function takes nothing besides");
      this.#make = first as CredentialsFunction;
      return;
    }
    const [username, password] = positional("username_pw_set", ["username", "password"], args);
    Object.assign(this, checked({ username, password }));
    this.#make = null;
  }

  /** Those for one attempt. Rejects when the function for them fails. */
  async for_attempt(asking: Asking): Promise<Login> {
    const make = this.#make;
    if (make === null) return { username: this.username, password: this.password };
    const what = "the function of username_pw_set()";
    const given: unknown = await asked(what, () => make(asking.attempt), asking);
    if (is_plain_object(given)) return checked(given);
    throw new TypeError(`${what} must give { username, password }, not ${name_type(given)}`);
  }
}

export function check_username(username: unknown): string | null {
  if (username == null) return null;
  check_string(username, "The user name");
  return username;
}

export function check_password(password: unknown): Uint8Array | null {
  if (password == null) return null;
  if (typeof password !== "string" && !(password instanceof Uint8Array)) {
    throw new TypeError(`the password must be text or bytes, not ${name_type(password)}`);
  }
  const bytes = typeof password === "string" ? encode_utf8(password) : password.slice();
  if (bytes.length > MAX_BINARY_BYTES) {
    throw new ValueError(`the password has ${bytes.length} bytes, MQTT allows at most ${MAX_BINARY_BYTES}`);
  }
  return bytes;
}

function checked({ username, password }: { username?: unknown; password?: unknown }): Login {
  return { username: check_username(username), password: check_password(password) };
}
