// Decides what a proxy is, and when the environment names one for a broker.

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

/** What is reached, and whether that begins with a request of HTTP, over TLS or not; null: it does not. */
export interface ProxiedTarget extends Target {
  readonly http: "plain" | "secure" | null;
}

/**
 * The proxy that the environment names for a broker, in lower or upper case; null: none. `mqtt_proxy` is paho's; the
 * others are those of curl and its like: `http_proxy` and `https_proxy` for what is HTTP, as a WebSocket is, and
 * `all_proxy` for everything.
 *
 * @throws ValueError when what it names is no proxy.
 */
export function environment_proxy(environment: Environment, to: ProxiedTarget): ProxyServer | null {
  const read = (name: string) => environment[name] || environment[name.toUpperCase()] || "";
  if (is_excepted(read("no_proxy"), to)) return null;
  for (const name of names_for(to)) {
    const named = read(name);
    if (named !== "") return proxy_of(name, named);
  }
  return null;
}

function names_for({ host, http }: ProxiedTarget): readonly string[] {
  // What is meant for all programs of a machine is meant for what lies outside of it.
  if (is_loopback(host)) return ["mqtt_proxy"];
  if (http === null) return ["mqtt_proxy", "all_proxy"];
  return ["mqtt_proxy", http === "secure" ? "https_proxy" : "http_proxy", "all_proxy"];
}

function is_loopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|::1)$/i.test(host);
}

function proxy_of(name: string, text: string): ProxyServer {
  const url = URL.canParse(text) ? new URL(text) : null;
  const scheme = schemes[url?.protocol ?? ""];
  if (url === null || scheme === undefined || url.hostname === "") {
    throw new ValueError(
      `the environment variable ${name} must be like http://host:port or socks5://host:port, with user:password@ before the host if need be. proxy_set() or no_proxy take precedence`,
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
