import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Client, ssl, type TlsArguments, ValueError } from "../../lib/client/index.ts";
import { TlsSettings } from "../../lib/client/tls_settings.ts";
import { caught } from "../model/caught.ts";
import { authority } from "../support/certificates.ts";
import { door } from "../support/doors.ts";
import { eventually } from "../support/eventually.ts";

const ca = authority();
const mine = ca.issue();
const other = ca.issue();
let folder: string;
const path = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "karere-tls-"));
  const files = {
    "ca.pem": ca.cert,
    "cert.pem": mine.cert,
    "key.pem": mine.key,
    "both.pem": mine.key + mine.cert,
    "empty.pem": "",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text);
});

afterAll(() => rmSync(folder, { recursive: true }));

const set = (...args: unknown[]) => {
  const settings = new TlsSettings();
  settings.set(args);
  return settings;
};

describe("the constants of ssl", () => {
  it("have the values of Python's", () => {
    expect(ssl).toMatchObject({
      CERT_NONE: 0,
      CERT_OPTIONAL: 1,
      CERT_REQUIRED: 2,
      PROTOCOL_TLS: 2,
      PROTOCOL_SSLv23: 2,
      PROTOCOL_TLS_CLIENT: 16,
      PROTOCOL_TLSv1: 3,
      PROTOCOL_TLSv1_1: 4,
      PROTOCOL_TLSv1_2: 5,
    });
  });
});

describe("tls_set()", () => {
  it("checks everything by default", () => {
    const { security, any_name } = set();
    expect(security).toMatchObject({ verify: true, connection: { rejectUnauthorized: true } });
    expect(any_name).toBe(false);
  });

  it.each<[string, () => unknown[]]>([
    ["files", () => [path("ca.pem"), path("cert.pem"), path("key.pem")]],
    ["texts", () => [ca.cert, mine.cert, mine.key]],
    ["bytes", () => [ca.cert, mine.cert, mine.key].map((pem) => new TextEncoder().encode(pem))],
    ["names", () => [{ ca_certs: path("ca.pem"), certfile: path("cert.pem"), keyfile: mine.key }]],
    ["one file for certificate and key", () => [null, path("both.pem")]],
    ["an encrypted key", () => [null, mine.cert, mine.encrypted_key("pw"), { keyfile_password: "pw" }]],
    [
      "a password in bytes",
      () => [null, mine.cert, mine.encrypted_key("pw"), { keyfile_password: Buffer.from("pw") }],
    ],
  ])("takes %s", (_what, args) => {
    expect(set(...args()).security?.context).toBeDefined();
  });

  it("ignores a key without a certificate, as paho", () => {
    expect(set({ keyfile: mine.key }).security?.has_certificate).toBe(false);
  });

  it("throws in the call for a file that is not there, and says where it has looked", () => {
    const client = new Client();
    const error = caught(() => client.tls_set("no/such/ca.pem"));
    expect(error).toBeInstanceOf(ValueError);
    expect(error.message).toBe(
      `ca_certs: the file "no/such/ca.pem" does not exist. The working directory is ${process.cwd()}`,
    );
    expect(error.cause).toMatchObject({ code: "ENOENT" });
    // Nothing has been set by the failed call.
    client.tls_set(ca.cert);
  });

  it.each<[string, () => unknown[], RegExp]>([
    ["a folder", () => [folder], /cannot be read \(EISDIR\)/],
    ["an empty file", () => [path("empty.pem")], /ca_certs: the file ".*empty\.pem" holds no valid cert/],
    ["a key for a certificate", () => [path("key.pem")], /holds no valid certificate in PEM/],
    ["half a certificate", () => [ca.cert.slice(0, 200)], /ca_certs: what was given holds no valid cert/],
    ["an empty path", () => [""], /ca_certs is empty/],
    ["no key", () => [null, mine.cert], /keyfile: what was given holds no valid private key/],
    ["a key that is none", () => [null, mine.cert, ca.cert], /holds no valid private key/],
    ["another key", () => [null, mine.cert, other.key], /not the key of the certificate in certfile/],
    ["no password", () => [null, mine.cert, mine.encrypted_key("pw")], /encrypted: give keyfile_password/],
    [
      "a wrong password",
      () => [null, mine.cert, mine.encrypted_key("pw"), { keyfile_password: "no" }],
      /keyfile_password does not open the key/,
    ],
    ["unknown ciphers", () => [{ ciphers: "NONSENSE" }], /ciphers names none that OpenSSL knows/],
    ["a wrong cert_reqs", () => [{ cert_reqs: 7 }], /cert_reqs must be ssl\.CERT_REQUIRED.*not 7/],
    ["a wrong tls_version", () => [{ tls_version: 99 }], /tls_version must be one of.*not 99/],
    ["an old tls_version", () => [{ tls_version: ssl.PROTOCOL_TLSv1 }], /TLS 1\.0 and 1\.1 are not safe/],
  ])("refuses %s with ValueError", (_what, args, wanted) => {
    const error = caught(() => set(...args()));
    expect(error).toBeInstanceOf(ValueError);
    expect(error.message).toMatch(wanted);
  });

  it.each<[string, unknown[], RegExp]>([
    ["a number for a file", [5], /ca_certs must be the path of a file, or PEM.*not a number/],
    ["ALPN that is no list", [{ alpn_protocols: "mqtt" }], /alpn_protocols must be a list/],
    ["ciphers that are no text", [{ ciphers: [] }], /ciphers must be text, not an array/],
    ["an unknown name", [{ ca_cert: "x" }], /tls_set has no parameter "ca_cert": did you mean "ca_certs"/],
  ])("refuses %s with TypeError", (_what, args, wanted) => {
    const error = caught(() => set(...args));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(wanted);
  });

  it("can be called once, and not after tls_set_context()", () => {
    const twice = new Client();
    twice.tls_set();
    expect(caught(() => twice.tls_set())).toBeInstanceOf(ValueError);
    expect(caught(() => twice.tls_set_context()).message).toMatch(/TLS is configured already/);
    const other_way_round = new Client();
    other_way_round.tls_set_context();
    expect(caught(() => other_way_round.tls_set())).toBeInstanceOf(ValueError);
  });

  it("does not change what it is given", () => {
    const given: TlsArguments = Object.freeze({
      ca_certs: ca.cert,
      alpn_protocols: Object.freeze(["mqtt"]) as string[],
    });
    set(given);
    expect(Object.keys(given)).toEqual(["ca_certs", "alpn_protocols"]);
  });
});

describe("tls_set_context()", () => {
  const security_of = (...args: unknown[]) => {
    const settings = new TlsSettings();
    settings.set_context(args);
    return settings.security;
  };

  it.each<[string, unknown[]]>([
    ["nothing", []],
    ["null", [null]],
    ["a context of Node", [createSecureContext({ ca: ca.cert })]],
    ["a context by name", [{ context: createSecureContext() }]],
    ["options of Node", [{ ca: ca.cert, minVersion: "TLSv1.3" }]],
    ["options by name", [{ context: { ca: ca.cert } }]],
  ])("takes %s, and checks the broker's certificate", (_what, args) => {
    expect(security_of(...args)).toMatchObject({ verify: true });
  });

  it("uses the very context it is given", () => {
    const context = createSecureContext();
    expect(security_of(context)?.context).toBe(context);
  });

  it("hands options of the connection on", () => {
    const options = { servername: "broker.example", ALPNProtocols: ["mqtt"], rejectUnauthorized: false };
    expect(security_of(options)).toMatchObject({ connection: options, verify: false });
  });

  it("refuses unknown options, with the name that was meant", () => {
    const error = caught(() => security_of({ rejectUnauthorised: false }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/did you mean "rejectUnauthorized"/);
  });

  it.each([["text"], [5]])("refuses %p with TypeError", (value) => {
    expect(caught(() => security_of(value))).toBeInstanceOf(TypeError);
  });
});

describe("tls_insecure_set()", () => {
  it("may come before tls_set() and after it, and turns TLS on by itself in no case", () => {
    const before = new TlsSettings();
    before.set_insecure([true]);
    expect(before.security).toBeNull();
    before.set([]);
    const after = set();
    after.set_insecure([{ value: true }]);
    expect([before.any_name, after.any_name]).toEqual([true, true]);
  });

  it.each([[1], ["true"], [null]])("refuses %p with TypeError", (value) => {
    expect(caught(() => new Client().tls_insecure_set(value as never))).toBeInstanceOf(TypeError);
  });
});

describe("a check that is turned off", () => {
  const risk = (...steps: ((settings: TlsSettings) => void)[]) => {
    const settings = new TlsSettings();
    for (const step of steps) step(settings);
    return settings.risk_of(settings.security);
  };
  const insecure = (value: boolean) => (settings: TlsSettings) => settings.set_insecure([value]);
  const plain = (settings: TlsSettings) => settings.set([]);
  const unverified = (settings: TlsSettings) => settings.set([{ cert_reqs: ssl.CERT_NONE }]);

  it("is a risk that has a name", () => {
    expect(risk(unverified)).toMatch(/not checked \(CERT_NONE\)/);
    expect(risk(unverified, insecure(true))).toMatch(/CERT_NONE/);
    expect(risk(insecure(true), plain)).toMatch(/name .* not checked \(tls_insecure_set\)/);
  });

  it("is none when nothing is turned off", () => {
    expect([risk(), risk(insecure(true)), risk(plain), risk(plain, insecure(false))]).toEqual([
      ...[null, null, null, null],
    ]);
  });

  it("is warned of once, when the client connects", async () => {
    await using there = await door({ layer: "tls" });
    const lines: string[] = [];
    const client = new Client();
    client.on_log = (_client, _userdata, level, text) => {
      if (level === 4) lines.push(text);
    };
    client.enable_logger({ debug() {}, info() {}, warn() {}, error() {} });
    client.tls_set({ cert_reqs: ssl.CERT_NONE });
    for (const attempt of [1, 2]) {
      await client.connect("127.0.0.1", there.way.port);
      await eventually(() => expect([attempt, there.open]).toEqual([attempt, 1]));
    }
    expect(lines).toEqual([expect.stringMatching(/certificate is not checked/)]);
    client.disconnect();
    await there.stop();
  });
});
