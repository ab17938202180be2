// Decides the names and numbers of proxy types: those of Python's module `socks` (PySocks) that paho scripts use.

export const SOCKS4 = 1;
export const SOCKS5 = 2;
/** A web proxy, asked to CONNECT. */
export const HTTP = 3;

/** The long name of {@link SOCKS4}; and so below. */
export const PROXY_TYPE_SOCKS4 = 1;
export const PROXY_TYPE_SOCKS5 = 2;
export const PROXY_TYPE_HTTP = 3;

export type ProxyType = typeof SOCKS4 | typeof SOCKS5 | typeof HTTP;
