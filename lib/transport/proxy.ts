// Decides what a proxy is, and when the environment names one: `mqtt_proxy`, unless `no_proxy` excepts the host.

import { ValueError } from "../model/errors.ts";
import type { Target } from "./failure.ts";

export type ProxyKind = "http" | "socks4" | "socks5";

export interface ProxyServer extends Target {
  readonly kind: ProxyKind;
  /** Whether the proxy looks the broker's name up; false: this machine does. */
  readonly remote_dns: boolean;
  readonly username: string | null;
  readonly password: string | null;
}

/** Where proxies of each kind usually listen; as PySocks has it. */
export const usual_port: Readonly<Record<ProxyKind, number>> = { http: 8080, socks4: 1080, socks5: 1080 };

const schemes: Readonly<Record<string, Pick<ProxyServer, "kind" | "remote_dns">>> = {
  "http:": { kind: "http", remote_dns: true },
  "socks:": { kind: "socks5", remote_dns: true },
  "socks5:": { kind: "socks5", remote_dns: true },
  "socks5h:": { kind: "socks5", remote_dns: true },
  "socks4:": { kind: "socks4", remote_dns: true },
  "socks4a:": { kind: "socks4", remote_dns: true },
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for a broker, in lower or upper case; null: none.
 *
 * @throws ValueError when what it names is no proxy.
 */
export function environment_proxy(environment: Environment, to: Target): ProxyServer | null {
  const named = environment.mqtt_proxy ?? environment.MQTT_PROXY ?? "";
  if (named === "") return null;
  return is_excepted(environment.no_proxy ?? environment.NO_PROXY ?? "", to) ? null : proxy_of(named);
}

function proxy_of(text: string): ProxyServer {
  const url = URL.canParse(text) ? new URL(text) : null;
  const scheme = schemes[url?.protocol ?? ""];
  if (url === null || scheme === undefined || url.hostname === "") {
    throw new ValueError(
      "the environment variable mqtt_proxy must be like http://host:port or socks5://host:port, with user:password@ before the host if need be",
    );
  }
  return {
    ...scheme,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    // A port that is usual for HTTP is left out by URL, as in "http://proxy:80".
    port: url.port === "" ? (/:80\/?$/.test(text) ? 80 : usual_port[scheme.kind]) : Number(url.port),
    username: url.username === "" ? null : decodeURIComponent(url.username),
    password: url.password === "" ? null : decodeURIComponent(url.password),
  };
}

/** `no_proxy` is a list of hosts, of domains with all that is below them, and of `host:port`; `*` is everything. */
function is_excepted(no_proxy: string, { host, port }: Target): boolean {
  const name = host.toLowerCase();
  return no_proxy
    .toLowerCase()
    .split(/[\s,]+/)
    .map((entry) => entry.replace(/^\*?\./, ""))
    .filter((entry) => entry !== "")
    .some((entry) => {
      if (entry === "*") return true;
      const domain = entry.endsWith(`:${port}`) ? entry.slice(0, -`:${port}`.length) : entry;
      return name === domain || name.endsWith(`.${domain}`);
    });
}
