// Decides how a broker is found by its domain: the SRV records of DNS, in the order of RFC 2782, and the first server
// that a pipe can be opened to.

import { promises as dns } from "node:dns";
import { hostname } from "node:os";
import { TransportError, ValueError } from "../model/errors.ts";
import { place, type Target } from "./failure.ts";
import type { OpenTransport, Transport, TransportListener } from "./transport.ts";

/** One server of a service. */
export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  /** Servers of a lower number are tried first. */
  readonly priority: number;
  /** Among servers of the same priority: the share of clients that a server takes. */
  readonly weight: number;
}

/** Looks the servers of a service up: `_mqtt._tcp.example.org`. */
export type ResolveSrv = (service: string) => Promise<readonly SrvRecord[]>;

export interface SrvSearch {
  /** `_mqtt._tcp.example.org` */
  readonly service: string;
  /** Null: this machine's DNS. */
  readonly resolve: ResolveSrv | null;
  /** How long the look-up may take, and each server after it. */
  readonly timeout_ms: number;
  random(): number;
  /** The way to one server. */
  way_to(server: Target): OpenTransport;
  /** This is the server to which the pipe was opened. */
  found(server: Target): void;
}

/**
 * A pipe to the first server that takes it.
 *
 * Fails with ValueError when the domain names no server, or when none can be reached; the `cause` is then an
 * AggregateError with the failure of each.
 */
export function first_of_service(search: SrvSearch): OpenTransport {
  return (listener) => new SearchingTransport(search, listener);
}

/** The domain of this machine: its name after the first dot; null when its name has none. */
export function local_domain(): string | null {
  const [, ...rest] = hostname().split(".");
  return rest.length === 0 ? null : rest.join(".");
}

/** Lower priorities first; within one, drawn by weight: a server of weight 0 has a very small chance (RFC 2782). */
export function in_order(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const left = [...records].sort((a, b) => a.priority - b.priority || a.weight - b.weight);
  const ordered: SrvRecord[] = [];
  while (left.length > 0) {
    const { priority } = left[0] as SrvRecord;
    const rivals = left.filter((record) => record.priority === priority);
    const total = rivals.reduce((sum, { weight }) => sum + weight, 0);
    const lot = Math.floor(random() * (total + 1));
    let passed = 0;
    const drawn = rivals.findIndex(({ weight }) => {
      passed += weight;
      return passed >= lot;
    });
    ordered.push(...left.splice(drawn, 1));
  }
  return ordered;
}

/** What a pipe is before there is a server. */
class SearchingTransport implements Transport {
  /** Null as soon as there is nothing more to tell. */
  #listener: TransportListener | null;
  readonly #search: SrvSearch;
  readonly #resolver = new dns.Resolver();
  #transport: Transport | null = null;
  #is_open = false;
  #timer: NodeJS.Timeout | null = null;
  readonly #failures: Error[] = [];

  constructor(search: SrvSearch, listener: TransportListener) {
    this.#search = search;
    this.#listener = listener;
    this.#look_up()
      .then((records) => this.#try_next(in_order(records, search.random)))
      .catch((error) => this.#tell_closed(error));
  }

  get socket(): unknown {
    return this.#transport?.socket ?? null;
  }

  get pending(): number {
    return this.#transport?.pending ?? 0;
  }

  write(bytes: Uint8Array): boolean {
    return this.#transport?.write(bytes) ?? false;
  }

  poll(): void {
    this.#transport?.poll();
  }

  pause(): void {
    this.#transport?.pause();
  }

  resume(): void {
    this.#transport?.resume();
  }

  end(): void {
    if (this.#is_open) {
      this.#transport?.end();
      return;
    }
    this.#drop();
    queueMicrotask(() => this.#tell_closed(null));
  }

  destroy(): void {
    this.#listener = null;
    this.#drop();
  }

  async #look_up(): Promise<readonly SrvRecord[]> {
    const { service, resolve, timeout_ms } = this.#search;
    const late = new Promise<never>((_, reject) => {
      this.#begin_timer(() => reject(new Error(`no answer within ${timeout_ms / 1000} s`)));
    });
    const ask = resolve ?? ((name: string) => this.#resolver.resolveSrv(name));
    try {
      // A record of "." says that the service does not exist there (RFC 2782).
      const records = await Promise.race([ask(service), late]);
      const servers = records.filter(({ name }) => name !== "" && name !== ".");
      if (servers.length > 0) return servers;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ValueError(`no broker is known by DNS as ${service}: ${why}`, { cause });
    } finally {
      this.#stop_timer();
      this.#resolver.cancel();
    }
    throw new ValueError(`no broker is known by DNS as ${service}`);
  }

  #try_next([record, ...rest]: readonly SrvRecord[]): void {
    if (this.#listener === null) return;
    if (record === undefined) {
      this.#tell_closed(none_works(this.#search.service, this.#failures));
      return;
    }
    const server = { host: record.name.replace(/\.$/, ""), port: record.port };
    const fail = (error: Error) => {
      this.#drop();
      this.#failures.push(error);
      this.#try_next(rest);
    };
    this.#begin_timer(() => fail(no_answer(server, this.#search.timeout_ms)));
    const open = this.#search.way_to(server);
    this.#transport = open({
      opened: () => {
        this.#stop_timer();
        this.#is_open = true;
        this.#search.found(server);
        this.#listener?.opened();
      },
      data: (bytes) => this.#listener?.data(bytes),
      drained: () => this.#listener?.drained(),
      closed: (error) => {
        if (this.#is_open) this.#tell_closed(error);
        else fail(error ?? new TransportError(`${place(server.host, server.port)} closed the connection`));
      },
    });
  }

  #begin_timer(act: () => void): void {
    this.#timer = setTimeout(act, this.#search.timeout_ms).unref();
  }

  #stop_timer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #drop(): void {
    this.#stop_timer();
    this.#resolver.cancel();
    this.#transport?.destroy();
  }

  #tell_closed(error: Error | null): void {
    const listener = this.#listener;
    this.#listener = null;
    listener?.closed(error);
  }
}

function no_answer({ host, port }: Target, timeout_ms: number): TransportError {
  const hint = "a firewall, or a broker that is too busy?";
  return new TransportError(`cannot connect to ${place(host, port)} within ${timeout_ms / 1000} s`, {
    code: "ERR_MQTT_TIMEOUT",
    hint,
  });
}

function none_works(service: string, failures: readonly Error[]): ValueError {
  const causes = failures.map(({ message }) => message).join("; ");
  return new ValueError(`no broker of ${service} can be reached: ${causes}`, {
    cause: new AggregateError(failures, causes),
  });
}
