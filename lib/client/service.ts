// Decides what connect_srv() takes, and that its servers are those that DNS names for a service.

import { ValueError } from "../model/errors.ts";
import { positional } from "../model/keywords.ts";
import { name_type } from "../model/type_names.ts";
import { local_domain, type ResolveSrv, servers_of_service } from "../transport/ways.ts";
import { in_time } from "./asked.ts";
import { checked_greeting, greeting } from "./connect_arguments.ts";
import type { Source } from "./servers.ts";
import type { ClientSettings } from "./settings.ts";

/** Takes in which service to connect to, checked as a whole before anything changes. */
export function aim_at_service(settings: ClientSettings, args: unknown[]): void {
  const names = ["domain", ...greeting, "resolve_srv"];
  const [domain, ...rest] = positional("connect_srv", names, args);
  const resolve = rest[greeting.length] ?? null;
  if (resolve !== null && typeof resolve !== "function") {
    throw new TypeError(`resolve_srv must be a function, not ${name_type(resolve)}`);
  }
  if (settings.transport === "unix") {
    throw new ValueError('connect_srv() finds hosts, and transport is "unix": use connect() with the path');
  }
  const protocol = settings.access.tls.security === null ? "_mqtt._tcp" : "_secure-mqtt._tcp";
  const checked = checked_greeting(settings, "connect_srv", rest);
  settings.servers.search(service(`${protocol}.${check_domain(domain)}`, resolve as ResolveSrv | null));
  Object.assign(settings, checked);
}

function check_domain(domain: unknown): string {
  if (domain != null && typeof domain !== "string") {
    throw new TypeError(`domain must be a name such as "example.org", not ${name_type(domain)}`);
  }
  const name = domain ?? local_domain() ?? "";
  if (name === "") {
    throw new ValueError('the name of this machine has no domain: give one, as connect_srv("example.org")');
  }
  return name;
}

/** @param resolve null: this machine's DNS. */
export function service(name: string, resolve: ResolveSrv | null): Source {
  return {
    async load(asking) {
      const look_up = () => servers_of_service(name, resolve, Math.random, asking.signal);
      const found = await in_time("DNS", look_up, asking).catch((cause) => {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new ValueError(`no broker is known by DNS as ${name}: ${why}`, { cause });
      });
      if (found.length === 0) throw new ValueError(`no broker is known by DNS as ${name}`);
      return found.map(({ host, port }) => ({ host, port, url: null }));
    },
    may_be_old: true,
    none: (causes, cause) => new ValueError(`no broker of ${name} can be reached: ${causes}`, { cause }),
  };
}
