// Decides the names and numbers of TLS settings: those of Python's module `ssl` that paho scripts use.

/** The broker's certificate is not checked at all: anybody in between can read and change what is sent. */
export const CERT_NONE = 0;
/** For a client the same as {@link CERT_REQUIRED}. */
export const CERT_OPTIONAL = 1;
/** The broker's certificate must be valid, of a known authority and made out for the host. The default. */
export const CERT_REQUIRED = 2;

export type VerifyMode = typeof CERT_NONE | typeof CERT_OPTIONAL | typeof CERT_REQUIRED;

/** The best version that both sides know, TLS 1.2 at least. */
export const PROTOCOL_TLS = 2;
/** The old name of {@link PROTOCOL_TLS}. */
export const PROTOCOL_SSLv23 = 2;
/** As {@link PROTOCOL_TLS}. The default. */
export const PROTOCOL_TLS_CLIENT = 16;
/** Refused: TLS 1.0 is not safe. */
export const PROTOCOL_TLSv1 = 3;
/** Refused: TLS 1.1 is not safe. */
export const PROTOCOL_TLSv1_1 = 4;
/** TLS 1.2 only. */
export const PROTOCOL_TLSv1_2 = 5;
/** TLS 1.3 only. Python has no such name. */
export const PROTOCOL_TLSv1_3 = 6;

export type TlsVersion =
  | typeof PROTOCOL_TLS
  | typeof PROTOCOL_TLS_CLIENT
  | typeof PROTOCOL_TLSv1
  | typeof PROTOCOL_TLSv1_1
  | typeof PROTOCOL_TLSv1_2
  | typeof PROTOCOL_TLSv1_3;
