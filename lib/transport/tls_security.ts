// Decides how the settings of TLS become what Node needs: PEM files are read and judged here, in the call that names
// them, and never again.

import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ConnectionOptions, SecureContext } from "node:tls";
import { ValueError } from "../model/errors.ts";
import { unknown_name } from "../model/nearest.ts";
import { crypto, tls } from "./on_demand.ts";

/** PEM: the path of a file, or the text or bytes themselves. */
export type Pem = string | Uint8Array;

/** What Node's TLS is set up with: a context, or the options for one and for the connection. */
export type TlsContext = SecureContext | ConnectionOptions;

type Version = "TLSv1.2" | "TLSv1.3";

/** What `tls_set()` asks for, checked but for what the files hold. */
export interface TlsRequest {
  /** Null: the authorities that Node knows. */
  readonly ca_certs: Pem | null;
  readonly certfile: Pem | null;
  readonly keyfile: Pem | null;
  readonly keyfile_password: string | null;
  /** Whether the broker's certificate is checked. */
  readonly verify: boolean;
  readonly min_version: Version;
  readonly max_version: Version | null;
  readonly ciphers: string | null;
  readonly alpn_protocols: readonly string[] | null;
}

/** How TLS is spoken with a broker. Lives as long as the client, and remembers its last session. */
export interface TlsSecurity {
  readonly context: SecureContext;
  /** Node's options of a connection, over and above the context. */
  readonly connection: ConnectionOptions;
  /** Whether the broker's certificate is checked. */
  readonly verify: boolean;
  /** Whether there is a certificate of this client. */
  readonly has_certificate: boolean;
  /** The session to resume, and with whom it was agreed: it spares the next handshake to the same broker. */
  session: { readonly peer: string; readonly ticket: Buffer } | null;
}

const context_options = [
  ...["ca", "cert", "key", "passphrase", "pfx", "ciphers", "minVersion", "maxVersion", "secureProtocol"],
  ...["secureOptions", "honorCipherOrder", "ecdhCurve", "dhparam", "sigalgs", "crl", "sessionIdContext"],
  ...["clientCertEngine", "privateKeyEngine", "privateKeyIdentifier", "allowPartialTrustChain"],
];
const connection_options = [
  ...["rejectUnauthorized", "checkServerIdentity", "servername", "ALPNProtocols", "minDHSize"],
  ...["pskCallback", "requestOCSP", "enableTrace"],
];

/** What Node calls the options of a TLS connection, as far as they make sense here. */
export const node_tls_options: readonly string[] = [...context_options, ...connection_options];

const pem_begin = "-----BEGIN ";

/** @throws ValueError for a file that cannot be read, or that does not hold what it should. */
export function security_of_files(request: TlsRequest): TlsSecurity {
  const { ca_certs, certfile, keyfile, keyfile_password, ciphers, alpn_protocols } = request;
  const ca = ca_certs === null ? null : certificates("ca_certs", ca_certs);
  const cert = certfile === null ? null : certificates("certfile", certfile);
  // As in Python, the certificate's file may hold the key as well, and a key without a certificate is of no use.
  const key =
    certfile === null || cert === null ? null : private_key(keyfile ?? certfile, keyfile_password, cert);
  const context = made(() =>
    tls().createSecureContext({
      minVersion: request.min_version,
      ...(request.max_version === null ? {} : { maxVersion: request.max_version }),
      ...(ca === null ? {} : { ca }),
      ...(cert === null || key === null ? {} : { cert, key }),
      ...(keyfile_password === null ? {} : { passphrase: keyfile_password }),
      ...(ciphers === null ? {} : { ciphers }),
    }),
  );
  return {
    context,
    connection: {
      rejectUnauthorized: request.verify,
      ...(alpn_protocols === null ? {} : { ALPNProtocols: [...alpn_protocols] }),
    },
    verify: request.verify,
    has_certificate: cert !== null,
    session: null,
  };
}

/**
 * @param given a context of Node, or Node's options for one.
 * @throws ValueError for what Node does not accept, TypeError for an option that does not exist.
 */
export function security_of_context(given: TlsContext): TlsSecurity {
  if (is_context(given)) {
    return { context: given, connection: {}, verify: true, has_certificate: true, session: null };
  }
  for (const name of Object.keys(given)) {
    if (!node_tls_options.includes(name)) {
      throw new TypeError(unknown_name("tls_set_context()", name, node_tls_options));
    }
  }
  const pick = (names: readonly string[]) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
  const floor = given.secureProtocol === undefined ? { minVersion: "TLSv1.2" as const } : {};
  return {
    context: made(() => tls().createSecureContext({ ...floor, ...pick(context_options) })),
    connection: pick(connection_options),
    verify: given.rejectUnauthorized !== false,
    has_certificate: given.cert !== undefined || given.pfx !== undefined,
    session: null,
  };
}

/** Whether a value is what `tls.createSecureContext()` gives. */
export function is_context(value: object): value is SecureContext {
  return "context" in value;
}

function read(name: string, pem: Pem): Buffer {
  if (typeof pem !== "string") return Buffer.from(pem);
  if (pem.includes(pem_begin)) return Buffer.from(pem);
  try {
    return readFileSync(pem);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
    throw new ValueError(`${name}: the file "${pem}" ${why}. The working directory is ${process.cwd()}`, {
      cause,
    });
  }
}

/** PEM that holds at least one certificate; Node would silently ignore anything else. */
function certificates(name: string, pem: Pem): Buffer {
  const bytes = read(name, pem);
  try {
    new (crypto().X509Certificate)(bytes);
  } catch (cause) {
    throw new ValueError(`${name}: ${origin(pem)} holds no valid certificate in PEM`, { cause });
  }
  return bytes;
}

/** The key of the certificate. Node would use a key that does not fit, and fail when the broker asks for it. */
function private_key(pem: Pem, password: string | null, certificate: Buffer): Buffer {
  const bytes = read("keyfile", pem);
  const { X509Certificate } = crypto();
  if (!new X509Certificate(certificate).checkPrivateKey(opened(pem, bytes, password))) {
    throw new ValueError(`keyfile: the key in ${origin(pem)} is not the key of the certificate in certfile`);
  }
  return bytes;
}

function opened(pem: Pem, bytes: Buffer, password: string | null): KeyObject {
  try {
    return crypto().createPrivateKey({ key: bytes, ...(password === null ? {} : { passphrase: password }) });
  } catch (cause) {
    // Both forms of PEM say in clear that a key is encrypted; what OpenSSL says differs from version to version.
    if (!bytes.includes("ENCRYPTED")) {
      throw new ValueError(`keyfile: ${origin(pem)} holds no valid private key in PEM`, { cause });
    }
    throw new ValueError(
      password === null
        ? `keyfile: the key in ${origin(pem)} is encrypted: give keyfile_password`
        : `keyfile_password does not open the key in ${origin(pem)}`,
      { cause },
    );
  }
}

function origin(pem: Pem): string {
  return typeof pem === "string" && !pem.includes(pem_begin) ? `the file "${pem}"` : "what was given";
}

function made(make: () => SecureContext): SecureContext {
  try {
    return make();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === "ERR_SSL_NO_CIPHER_MATCH" ? "ciphers names none that OpenSSL knows" : message;
    throw new ValueError(`TLS cannot be set up like this: ${why}`, { cause });
  }
}
