// Decides what tls_set(), tls_set_context() and tls_insecure_set() take in what is built for browsers, where it stands
// in for tls_settings.ts: hardly anything, for a browser speaks TLS by its own rules.

import { ValueError } from "../model/errors.ts";
import { positional } from "../model/keywords.ts";
import { CERT_OPTIONAL, CERT_REQUIRED, PROTOCOL_TLS, PROTOCOL_TLS_CLIENT } from "../model/ssl.ts";
import { security_of_context, type TlsSecurity } from "../transport/ways.ts";
import { tls_parameters } from "./tls_arguments.ts";

/** What a browser does anyway. */
const usual: readonly unknown[] = [CERT_REQUIRED, CERT_OPTIONAL, PROTOCOL_TLS, PROTOCOL_TLS_CLIENT];

export class TlsSettings {
  /** Null: no TLS. */
  security: TlsSecurity | null = null;
  /** Whether the certificate may be for other names: never. */
  readonly any_name = false;

  /** @throws ValueError for all that a browser decides itself. */
  set(args: readonly unknown[]): void {
    const values = positional("tls_set", tls_parameters, args);
    const given = tls_parameters.filter(
      (_name, index) => values[index] != null && !usual.includes(values[index]),
    );
    if (given.length > 0) throw refusal(`leave ${given.join(", ")} of tls_set() out`);
    this.security = this.security_of_url;
  }

  set_context(args: readonly unknown[]): void {
    const [given] = positional("tls_set_context", ["context"], args, ["context"]);
    if (given != null) throw refusal("use tls_set() in place of tls_set_context()");
    this.security = this.security_of_url;
  }

  set_insecure(args: readonly unknown[]): void {
    const [value] = positional("tls_insecure_set", ["value"], args);
    if (value !== false) throw refusal("leave tls_insecure_set() out");
  }

  get security_of_url(): TlsSecurity {
    return security_of_context({});
  }

  /** Nothing is ever left out. */
  risk_of(): null {
    return null;
  }
}

function refusal(advice: string): ValueError {
  return new ValueError(
    `a browser speaks TLS by its own rules, and always checks the broker's certificate: ${advice}`,
    { code: "ERR_MQTT_UNSUPPORTED" },
  );
}
