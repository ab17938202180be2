// Decides under which names tls_set() takes its arguments, and in which order.

import type { TlsVersion, VerifyMode } from "../model/ssl.ts";
import type { Pem } from "../transport/ways.ts";

/** The arguments of `tls_set()` by name. */
export interface TlsArguments {
  /** The authorities to trust: a file in PEM, or its text or bytes. Default: those that Node knows. */
  ca_certs?: Pem | null;
  /** This client's certificate in PEM, as above. */
  certfile?: Pem | null;
  /** The key of that certificate in PEM, as above. Default: it is in `certfile`, too. */
  keyfile?: Pem | null;
  /** CERT_REQUIRED (default), CERT_OPTIONAL, which is the same for a client, or CERT_NONE: no check at all. */
  cert_reqs?: VerifyMode | null;
  /** Default PROTOCOL_TLS_CLIENT: the best that both sides know, 1.2 at least. */
  tls_version?: TlsVersion | null;
  /** The ciphers that may be used, in OpenSSL's notation. */
  ciphers?: string | null;
  /** The password of an encrypted key. */
  keyfile_password?: string | Uint8Array | null;
  /** The protocols that the broker may choose from (ALPN), such as `["mqtt"]`. */
  alpn_protocols?: readonly string[] | null;
}

export const tls_parameters = [
  "ca_certs",
  "certfile",
  "keyfile",
  "cert_reqs",
  "tls_version",
  "ciphers",
  "keyfile_password",
  "alpn_protocols",
] as const satisfies readonly (keyof TlsArguments)[];
