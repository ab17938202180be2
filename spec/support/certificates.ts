// Decides how specs come by certificates: an authority of their own signs them, in memory and within milliseconds, so
// that no spec needs openssl or a file that expires. Writes just the DER that X.509 needs (RFC 5280).

import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

export interface Certificate {
  /** In PEM. */
  readonly cert: string;
  /** In PEM. */
  readonly key: string;
  /** The key in PEM, encrypted with this password. */
  encrypted_key(password: string): string;
}

export interface CertificateOptions {
  /** The common name. */
  name?: string;
  /** The host names and addresses it is for. Default: localhost and 127.0.0.1. */
  hosts?: readonly string[];
  valid_from?: Date;
  valid_to?: Date;
}

export interface Authority extends Certificate {
  issue(options?: CertificateOptions): Certificate;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const default_hosts = ["localhost", "127.0.0.1"];

/** An authority that nobody knows yet. */
export function authority(name = "karere test authority"): Authority {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const options = { name, hosts: [] };
  const issuer = { name, key: pair.privateKey };
  return {
    ...certificate_of(pair, signed(pair.publicKey, options, issuer, true)),
    issue: (wanted = {}) => issued(wanted, issuer),
  };
}

/** A certificate that no authority stands for. */
export function self_signed(options: CertificateOptions = {}): Certificate {
  return issued(options, null);
}

interface Issuer {
  readonly name: string;
  readonly key: KeyObject;
}

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function issued(options: CertificateOptions, issuer: Issuer | null): Certificate {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { name = "localhost" } = options;
  const by = issuer ?? { name, key: pair.privateKey };
  return certificate_of(pair, signed(pair.publicKey, { ...options, name }, by, false));
}

function certificate_of({ privateKey }: Pair, der: Buffer): Certificate {
  const lines = der.toString("base64").replace(/.{64}/g, "$&\n").trim();
  const format = { type: "pkcs8", format: "pem" } as const;
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export(format).toString(),
    encrypted_key: (passphrase) =>
      privateKey.export({ ...format, cipher: "aes-256-cbc", passphrase }).toString(),
  };
}

function signed(
  public_key: KeyObject,
  options: CertificateOptions & { name: string },
  issuer: Issuer,
  is_authority: boolean,
): Buffer {
  const { valid_from = new Date(Date.now() - DAY_MS), valid_to = new Date(Date.now() + 30 * DAY_MS) } =
    options;
  const body = sequence(
    element(0xa0, integer(Buffer.of(2))), // version 3
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ecdsa_with_sha256,
    distinguished_name(issuer.name),
    sequence(time(valid_from), time(valid_to)),
    distinguished_name(options.name),
    public_key.export({ type: "spki", format: "der" }),
    element(0xa3, sequence(...extensions(options.hosts ?? default_hosts, is_authority))),
  );
  const signature = sign("sha256", body, issuer.key);
  return sequence(body, ecdsa_with_sha256, element(0x03, Buffer.of(0), signature));
}

function extensions(hosts: readonly string[], is_authority: boolean): Buffer[] {
  if (is_authority) {
    const basic_constraints = sequence(element(0x01, Buffer.of(0xff)));
    return [sequence(oid("551d13"), element(0x01, Buffer.of(0xff)), element(0x04, basic_constraints))];
  }
  const names = hosts.map((host) =>
    isIP(host) === 4
      ? element(0x87, Buffer.from(host.split(".").map(Number)))
      : element(0x82, Buffer.from(host, "ascii")),
  );
  return names.length === 0 ? [] : [sequence(oid("551d11"), element(0x04, sequence(...names)))];
}

function distinguished_name(common_name: string): Buffer {
  return sequence(element(0x31, sequence(oid("550403"), element(0x0c, Buffer.from(common_name)))));
}

/** UTCTime: YYMMDDHHMMSSZ */
function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return element(0x17, Buffer.from(`${digits}Z`));
}

function element(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  // OpenSSL would take a longer form, too; browsers do not.
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content]);
}

function sequence(...parts: Uint8Array[]): Buffer {
  return element(0x30, ...parts);
}

function integer(bytes: Buffer): Buffer {
  return element(0x02, bytes);
}

function oid(hex: string): Buffer {
  return element(0x06, Buffer.from(hex, "hex"));
}

const ecdsa_with_sha256 = sequence(oid("2a8648ce3d040302"));
