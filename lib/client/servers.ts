// Decides to which server the next attempt goes: the one that is named, one of several in turn, or what a function or
// DNS names at that moment. A round is over when each was tried once.

import { TransportError, ValueError } from "../model/errors.ts";
import type { Round } from "../network/attempts.ts";
import { type Answer, type Asking, asked } from "./asked.ts";
import type { TransportName } from "./options.ts";
import { type Server, server_of } from "./server_address.ts";

/** A host or a URL, or several, tried in turn. */
export type Host = string | readonly string[];

/** Names the host before each round of attempts, which are counted from 1 on since `connect()`. */
export type HostFunction = (attempt: number) => Answer<Host>;

/** Finds servers anew for each round. */
export interface Source {
  load(asking: Asking): Promise<readonly Server[]>;
  /** Whether the servers of an earlier round will do when it fails. */
  readonly may_be_old: boolean;
  /** The error of a round in which none could be reached. */
  none(causes: string, cause: Error): Error;
}

const NO_FAILURES: readonly Error[] = [];

export class Servers implements Round {
  /** Null: the list stands. */
  #source: Source | null = null;
  #list: readonly Server[] = [];
  #index = 0;
  /** What has failed in this round. */
  #failures: readonly Error[] = NO_FAILURES;
  #is_over = true;
  #port = 1883;

  /** Whether there is any, or may be. */
  get are_named(): boolean {
    return this.#list.length > 0 || this.#source !== null;
  }

  /** The one in use, or that was tried last. */
  get current(): Server | null {
    return this.#list[this.#index] ?? null;
  }

  get host(): string {
    return this.current?.host ?? "";
  }

  get port(): number {
    return this.current?.port ?? this.#port;
  }

  set port(port: number) {
    this.#port = port;
    this.#list = this.#list.map((server) => ({ ...server, port }));
  }

  /** @param port null: the usual one. */
  name(host: Host, port: number | null, transport: TransportName): void {
    this.#begin(servers_of(host, port, transport), null);
  }

  /** They are asked for by a function, before each round. */
  ask(make: HostFunction, port: number | null, transport: TransportName): void {
    this.#begin([], {
      load: async (asking) => {
        const host = await asked("the function for the host", () => make(asking.attempt), asking);
        return servers_of(host, port, transport);
      },
      may_be_old: false,
      none: none_reached,
    });
  }

  /** They are found by something else than a function of the user's. */
  search(source: Source): void {
    this.#begin([], source);
  }

  /** The one for the next attempt. Rejects when a function or DNS has none. */
  async next(asking: Asking): Promise<Server> {
    if (this.#is_over) await this.#begin_round(asking);
    return this.current as Server;
  }

  get goes_on(): boolean {
    return !this.#is_over;
  }

  failed(error: Error): void {
    this.#failures = [...this.#failures, error];
    if (this.#list.length > 0) this.#index = (this.#index + 1) % this.#list.length;
    this.#is_over ||= this.#failures.length >= this.#list.length;
  }

  accepted(): void {
    this.#is_over = true;
  }

  failure(last: Error): Error {
    const source = this.#source;
    const failures = this.#failures;
    if (failures.length < 2 && !(source?.may_be_old && this.#list.length > 0)) return last;
    const causes = failures.map(({ message }) => message).join("; ");
    const cause = new AggregateError(failures, causes);
    return (source?.none ?? none_reached)(causes, cause);
  }

  #begin(list: readonly Server[], source: Source | null): void {
    this.#source = source;
    this.#list = list;
    this.#index = 0;
    this.#is_over = true;
    this.#failures = NO_FAILURES;
  }

  async #begin_round(asking: Asking): Promise<void> {
    this.#failures = NO_FAILURES;
    const source = this.#source;
    if (source !== null) {
      const list = await this.#load(source, asking);
      // What was asked for meanwhile counts.
      if (source !== this.#source) return;
      if (list !== this.#list) this.#index = 0;
      this.#list = list;
    }
    this.#is_over = false;
  }

  async #load(source: Source, asking: Asking): Promise<readonly Server[]> {
    try {
      return await source.load(asking);
    } catch (error) {
      if (source.may_be_old && this.#list.length > 0) return this.#list;
      throw error;
    }
  }
}

function none_reached(causes: string, cause: Error): Error {
  return new TransportError(`none of the servers can be reached: ${causes}`, { cause });
}

function servers_of(host: unknown, port: number | null, transport: TransportName): Server[] {
  if (!Array.isArray(host)) return [server_of(host, port, transport)];
  if (host.length === 0) throw new ValueError("the list of hosts is empty: name at least one");
  return host.map((one) => server_of(one, port, transport));
}
