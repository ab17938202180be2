// Decides the names and numbers of proxy types: those of Python's module `socks` (PySocks) that paho scripts use.

export const SOCKS4 = 1;
export const SOCKS5 = 2;
/** A web proxy, asked to CONNECT. */
export const HTTP = 3;

export const PROXY_TYPE_SOCKS4 = SOCKS4;
export const PROXY_TYPE_SOCKS5 = SOCKS5;
export const PROXY_TYPE_HTTP = HTTP;

export type ProxyType = typeof SOCKS4 | typeof SOCKS5 | typeof HTTP;
