import { describe, expect, it } from "@jest/globals";
import { type Handshake, tls_error } from "../../lib/transport/tls_failure.ts";

const handshake: Handshake = { host: "broker", port: 8883, certificate: null, has_certificate: false };

function hint(code: string, changes: Partial<Handshake> = {}): string {
  const error = Object.assign(new Error(`raw ${code}`), { code });
  const told = tls_error("cannot connect to broker:8883", error, { ...handshake, ...changes });
  expect(told.cause).toBe(error);
  expect(told.message).toBe(`cannot connect to broker:8883: ${told.hint}`);
  return told.hint;
}

describe("what is told of a failure of TLS", () => {
  it.each([
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /not known here: .*ca_certs/],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", /not known here: .*ca_certs/],
    ["SELF_SIGNED_CERT_IN_CHAIN", /not known here: .*ca_certs/],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", /nobody but itself: .*ca_certs/],
    ["CERT_HAS_EXPIRED", /one of the certificates that sign/],
    ["CERT_NOT_YET_VALID", /clock/],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", /asks for a certificate.*certfile/],
    ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", /certfile.*ciphers/],
    ["ERR_SSL_WRONG_VERSION_NUMBER", /is port 8883 one for TLS/],
    ["ERR_SSL_PACKET_LENGTH_TOO_LONG", /is port 8883 one for TLS/],
    ["ECONNRESET", /hung up.*one for TLS/],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", /no version.*tls_version/],
    ["ERR_SSL_UNSUPPORTED_PROTOCOL", /no version.*tls_version/],
    ["ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL", /alpn_protocols/],
    ["ECONNREFUSED", /nothing listens on broker:8883/],
    ["ERR_SSL_SOMETHING_NEW", /no sense in TLS \(raw ERR_SSL_SOMETHING_NEW\): is port 8883 one for TLS/],
  ])("says what to do about %s", (code, wanted) => {
    expect(hint(code)).toMatch(wanted);
  });

  it.each([
    "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
    "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE",
    "ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED",
  ])("knows with %s whether we have a certificate to show", (code) => {
    expect(hint(code, { has_certificate: true })).toMatch(/does not accept the certificate of this client/);
    expect(hint(code)).toMatch(/asks for a certificate of this client/);
  });

  it("blames the port when the other side hangs up without a word", () => {
    const told = tls_error("cannot connect", null, handshake);
    expect(told.hint).toMatch(/hung up.*one for TLS/);
  });
});
