// Decides how brokers are found by their domain: the SRV records of DNS, in the order of RFC 2782.

import type { Target } from "./failure.ts";
import { dns, os } from "./on_demand.ts";

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

/**
 * The servers of a service, in the order in which they are to be tried; none when it does not exist.
 *
 * @param resolve looks the records up; null: this machine's DNS.
 * @param signal ends the look-up, which then never settles, or rejects.
 */
export async function servers_of_service(
  service: string,
  resolve: ResolveSrv | null,
  random: () => number,
  signal: AbortSignal,
): Promise<Target[]> {
  const records = await (resolve === null ? by_dns(service, signal) : resolve(service));
  // A record of "." says that the service does not exist there (RFC 2782).
  const servers = records.filter(({ name }) => name !== "" && name !== ".");
  return in_order(servers, random).map(({ name, port }) => ({ host: name.replace(/\.$/, ""), port }));
}

/** The domain of this machine: its name after the first dot; null when its name has none. */
export function local_domain(): string | null {
  const [, ...rest] = os().hostname().split(".");
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

function by_dns(service: string, signal: AbortSignal): Promise<readonly SrvRecord[]> {
  const resolver = new (dns().Resolver)();
  signal.addEventListener("abort", () => resolver.cancel(), { once: true });
  return resolver.resolveSrv(service);
}
