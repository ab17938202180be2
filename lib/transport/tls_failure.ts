// Decides how a failure of TLS is told: which check failed, what was found, and which call changes it.

import type { PeerCertificate } from "node:tls";
import { TransportError } from "../model/errors.ts";
import { type Target, transport_error } from "./failure.ts";

/** What is known of a handshake when it fails. */
export interface Handshake extends Target {
  /** What the other side has shown; null: it did not come to that. */
  readonly certificate: PeerCertificate | null;
  /** Whether we have a certificate to show. */
  readonly has_certificate: boolean;
}

const no_tls = ({ port }: Handshake) =>
  `is port ${port} one for TLS? Brokers usually have it on 8883, and MQTT without TLS, which needs no tls_set(), on 1883`;

const unknown_authority = ({ certificate }: Handshake) =>
  `its certificate is signed by an authority that is not known here${issuer(certificate)}: give that authority's certificate with tls_set({ ca_certs: "ca.pem" })`;

const our_certificate = ({ has_certificate }: Handshake) =>
  has_certificate
    ? "the broker does not accept the certificate of this client: is it signed by the authority that the broker trusts, and not expired?"
    : "the broker asks for a certificate of this client: tls_set({ certfile, keyfile })";

const versions = () =>
  "the two sides have no version of TLS in common: this client offers 1.2 and 1.3, or what tls_version of tls_set() says";

const no_understanding = (handshake: Handshake, error: Error) => {
  const { reason = error.message } = error as Error & { reason?: string };
  return `what the other side sends makes no sense in TLS (${reason.trim()}): ${no_tls(handshake)}`;
};

/** By the code of the error; the first pattern that fits. */
const hints: readonly (readonly [RegExp, (handshake: Handshake, error: Error) => string])[] = [
  [/^(DEPTH_ZERO_SELF_SIGNED_CERT)$/, self_signed],
  [/^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF)|CERT_UNTRUSTED)/, unknown_authority],
  [/^CERT_HAS_EXPIRED$/, expired],
  [/^CERT_NOT_YET_VALID$/, not_yet_valid],
  [/ALERT_(CERTIFICATE_(REQUIRED|UNKNOWN|EXPIRED|REVOKED)|BAD_CERTIFICATE|UNKNOWN_CA)/, our_certificate],
  [
    /ALERT_HANDSHAKE_FAILURE/,
    (handshake) =>
      `${our_certificate(handshake)} Or the two sides have no cipher in common: ciphers of tls_set()`,
  ],
  [/NO_APPLICATION_PROTOCOL/, () => "the broker speaks none of the alpn_protocols of tls_set()"],
  [/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW/, versions],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_(LENGTH|LAYER)|^EPROTO$/, no_tls],
  [/^ERR_SSL_/, no_understanding],
  [/^ECONNRESET$/, (handshake) => `the other side hung up: ${no_tls(handshake)}`],
];

/** `error` of a handshake, or of the stream after it, as a `TransportError` that says what to do. */
export function tls_error(what: string, error: Error | null, handshake: Handshake): TransportError {
  if (error === null) {
    return new TransportError(what, { hint: `the other side hung up: ${no_tls(handshake)}` });
  }
  const { code = "" } = error as NodeJS.ErrnoException;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return new TransportError(what, { cause: error, hint: other_names(error, handshake) });
  }
  const known = hints.find(([pattern]) => pattern.test(code));
  if (known === undefined) return transport_error(what, error, handshake);
  return new TransportError(what, { cause: error, hint: known[1](handshake, error) });
}

function other_names(error: Error, { host }: Handshake): string {
  const { cert } = error as Error & { cert?: PeerCertificate };
  const alternatives = cert?.subjectaltname?.replace(/\b(DNS|IP Address):/g, "") ?? "";
  const names = alternatives || first(cert?.subject?.CN) || "none";
  return `its certificate is not for "${host}" but for other names: ${names}. Connect to one of those, or leave the check of the name out with tls_insecure_set(true)`;
}

function self_signed({ certificate }: Handshake): string {
  return `its certificate is signed by nobody but itself${subject(certificate)}: if it is the right one, give it as authority with tls_set({ ca_certs: "broker.pem" })`;
}

function expired({ certificate }: Handshake): string {
  const end = certificate?.valid_to;
  return end !== undefined && Date.parse(end) < Date.now()
    ? `its certificate has expired on ${end}: the broker needs a new one. Or is the clock of this machine wrong?`
    : "one of the certificates that sign its certificate has expired. Is ca_certs of tls_set() up to date, and the clock of this machine right?";
}

function not_yet_valid({ certificate }: Handshake): string {
  const since = certificate?.valid_from === undefined ? "" : ` before ${certificate.valid_from}`;
  return `its certificate is not valid${since}: is the clock of this machine right?`;
}

function issuer(certificate: PeerCertificate | null): string {
  const name = first(certificate?.issuer?.CN) || first(certificate?.issuer?.O);
  return name === "" ? "" : ` ("${name}")`;
}

function subject(certificate: PeerCertificate | null): string {
  const name = first(certificate?.subject?.CN);
  return name === "" ? "" : ` ("${name}")`;
}

/** A name may come more than once, and Node then gives a list. */
function first(name: string | readonly string[] | undefined): string {
  return (typeof name === "string" ? name : name?.[0]) ?? "";
}
