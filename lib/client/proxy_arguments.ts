// Decides under which names proxy_set() takes its arguments, and in which order.

import type { ProxyType } from "../model/socks.ts";

/** The arguments of `proxy_set()` by name. */
export interface ProxyArguments {
  /** `socks.HTTP`, `socks.SOCKS4` or `socks.SOCKS5`; or their names as text. */
  proxy_type: ProxyType | "http" | "socks4" | "socks5";
  /** The proxy's name or address. */
  proxy_addr: string;
  /** Default 8080 for HTTP, 1080 for SOCKS. */
  proxy_port?: number | null;
  /** Whether the proxy looks the broker's name up; false: this machine does. Default true; HTTP always does. */
  proxy_rdns?: boolean;
  proxy_username?: string | null;
  proxy_password?: string | null;
}

export const proxy_parameters = [
  "proxy_type",
  "proxy_addr",
  "proxy_port",
  "proxy_rdns",
  "proxy_username",
  "proxy_password",
] as const satisfies readonly (keyof ProxyArguments)[];
