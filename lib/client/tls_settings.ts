// Decides what tls_set(), tls_set_context() and tls_insecure_set() take, and what they add up to in whatever order they
// are called.

import { ValueError } from "../model/errors.ts";
import { is_plain_object, positional } from "../model/keywords.ts";
import {
  CERT_NONE,
  CERT_OPTIONAL,
  CERT_REQUIRED,
  PROTOCOL_TLS,
  PROTOCOL_TLS_CLIENT,
  PROTOCOL_TLSv1,
  PROTOCOL_TLSv1_1,
  PROTOCOL_TLSv1_2,
  PROTOCOL_TLSv1_3,
} from "../model/ssl.ts";
import { name_type } from "../model/type_names.ts";
import {
  is_context,
  type Pem,
  security_of_context,
  security_of_files,
  type TlsContext,
  type TlsRequest,
  type TlsSecurity,
} from "../transport/ways.ts";
import { shown } from "./options.ts";
import { tls_parameters } from "./tls_arguments.ts";

export class TlsSettings {
  /** Null: no TLS. */
  security: TlsSecurity | null = null;
  /** Whether the certificate may be for other names. */
  any_name = false;
  #usual: TlsSecurity | null = null;

  /** @throws ValueError or TypeError for what is not allowed, and for a file that cannot be read. */
  set(args: readonly unknown[]): void {
    this.#refuse_second("tls_set");
    this.security = security_of_files(request_of(positional("tls_set", tls_parameters, args)));
  }

  set_context(args: readonly unknown[]): void {
    this.#refuse_second("tls_set_context");
    const [given] = positional("tls_set_context", ["context"], args, ["context"]);
    const context = is_plain_object(given) && is_context(given) ? given.context : given;
    if (context != null && typeof context !== "object") {
      const wanted = "tls.createSecureContext(), or an object with Node's options for it";
      throw new TypeError(`context must be what comes from ${wanted}, not ${name_type(context)}`);
    }
    this.security = security_of_context((context ?? {}) as TlsContext);
  }

  set_insecure(args: readonly unknown[]): void {
    const [value] = positional("tls_insecure_set", ["value"], args);
    if (typeof value !== "boolean")
      throw new TypeError(`value must be true or false, not ${name_type(value)}`);
    this.any_name = value;
  }

  /** How TLS is spoken where a URL asks for it: as configured, or as `tls_set()` without arguments would. */
  get security_of_url(): TlsSecurity {
    this.#usual ??= security_of_files(request_of([]));
    return this.security ?? this.#usual;
  }

  /** What of the usual checks `security` leaves out, for a warning; null: nothing. */
  risk_of(security: TlsSecurity | null): string | null {
    if (security === null) return null;
    if (!security.verify) {
      return "the broker's certificate is not checked (CERT_NONE): anybody on the way can read and change what is sent. Give the right ca_certs to tls_set() instead";
    }
    if (!this.any_name) return null;
    return "the name in the broker's certificate is not checked (tls_insecure_set): whoever has a certificate of the same authority can pose as the broker";
  }

  #refuse_second(call: string): void {
    if (this.security === null) return;
    throw new ValueError(`TLS is configured already: ${call}() cannot be called again on this client`);
  }
}

function request_of(values: readonly unknown[]): TlsRequest {
  const [ca_certs, certfile, keyfile, cert_reqs, tls_version, ciphers, keyfile_password, alpn_protocols] =
    values;
  return {
    ca_certs: pem("ca_certs", ca_certs),
    certfile: pem("certfile", certfile),
    keyfile: pem("keyfile", keyfile),
    keyfile_password: password(keyfile_password),
    verify: verify(cert_reqs ?? CERT_REQUIRED),
    ...versions(tls_version ?? PROTOCOL_TLS_CLIENT),
    ciphers: text_or_null("ciphers", ciphers),
    alpn_protocols: protocols(alpn_protocols),
  };
}

function pem(name: string, value: unknown): Pem | null {
  if (value == null) return null;
  if (value === "") throw new ValueError(`${name} is empty: give the path of a file, or PEM`);
  if (typeof value === "string" || value instanceof Uint8Array) return value;
  throw new TypeError(`${name} must be the path of a file, or PEM as text or bytes, not ${name_type(value)}`);
}

function password(value: unknown): string | null {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return text_or_null("keyfile_password", value);
}

function text_or_null(name: string, value: unknown): string | null {
  if (value == null) return null;
  if (typeof value === "string") return value;
  throw new TypeError(`${name} must be text, not ${name_type(value)}`);
}

function protocols(value: unknown): readonly string[] | null {
  if (value == null) return null;
  if (!Array.isArray(value) || value.some((name) => typeof name !== "string" || name === "")) {
    throw new TypeError('alpn_protocols must be a list of names such as ["mqtt"]');
  }
  return [...value];
}

function verify(cert_reqs: unknown): boolean {
  if (cert_reqs === CERT_REQUIRED || cert_reqs === CERT_OPTIONAL) return true;
  if (cert_reqs === CERT_NONE) return false;
  throw new ValueError(
    `cert_reqs must be ssl.CERT_REQUIRED, CERT_OPTIONAL or CERT_NONE, not ${shown(cert_reqs)}`,
  );
}

function versions(tls_version: unknown): Pick<TlsRequest, "min_version" | "max_version"> {
  switch (tls_version) {
    case PROTOCOL_TLS:
    case PROTOCOL_TLS_CLIENT:
      return { min_version: "TLSv1.2", max_version: null };
    case PROTOCOL_TLSv1_2:
      return { min_version: "TLSv1.2", max_version: "TLSv1.2" };
    case PROTOCOL_TLSv1_3:
      return { min_version: "TLSv1.3", max_version: "TLSv1.3" };
    case PROTOCOL_TLSv1:
    case PROTOCOL_TLSv1_1:
      throw new ValueError(
        "TLS 1.0 and 1.1 are not safe: leave tls_version out. A broker that knows nothing better needs tls_set_context() with minVersion",
      );
    default:
      throw new ValueError(
        `tls_version must be one of ssl.PROTOCOL_TLS_CLIENT, PROTOCOL_TLSv1_2 and PROTOCOL_TLSv1_3, not ${shown(tls_version)}`,
      );
  }
}
