import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer as create_tcp, type Server } from "node:net";
import { createServer, type TLSSocket, type TlsOptions } from "node:tls";
import { describe, expect, it } from "@jest/globals";
import { TransportError } from "../../lib/model/errors.ts";
import { open_way, security_of_context, security_of_files, type Way } from "../../lib/transport/ways.ts";
import { authority, type CertificateOptions, self_signed } from "../support/certificates.ts";
import { plain_tls_request, plain_way } from "../support/doors.ts";
import { eventually } from "../support/eventually.ts";

const ca = authority("Our authority");
const stranger = authority("Some stranger");
const trusting = (changes: Partial<typeof plain_tls_request> = {}) =>
  security_of_files({ ...plain_tls_request, ca_certs: ca.cert, ...changes });
const secure = (port: number, changes: Partial<Way> = {}) =>
  plain_way(port, { host: "localhost", tls: trusting(), ...changes });

/** What the server saw of a connection whose handshake came to its end. */
interface Met {
  /** False: it was asked for no name. */
  readonly asked_for: unknown;
  readonly protocol: string | false | null;
  readonly reused: boolean;
  readonly client: unknown;
}

interface TlsServer extends AsyncDisposable {
  readonly port: number;
  readonly met: readonly Met[];
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function tls_server(options: TlsOptions & CertificateOptions = {}): Promise<TlsServer> {
  const met: Met[] = [];
  const server = createServer({ ...ca.issue(options), ...options }, (socket) => {
    met.push({
      asked_for: (socket as TLSSocket & { servername: unknown }).servername,
      protocol: socket.alpnProtocol,
      reused: socket.isSessionReused(),
      client: socket.getPeerCertificate().subject?.CN,
    });
    socket.on("error", () => {});
    socket.resume();
  });
  server.on("tlsClientError", () => {});
  return {
    port: await listening(server),
    met,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

/** Goes a way, and leaves in good order where it opens: null. */
function fate(way: Way): Promise<TransportError | null> {
  return new Promise((resolve) => {
    const transport = open_way(way)({
      opened: () => transport.end(),
      data() {},
      drained() {},
      closed: (error) => resolve(error as TransportError | null),
    });
  });
}

/** Goes a way that opens and is ended from the other side afterwards. */
function end_of(way: Way): Promise<TransportError | null> {
  return new Promise((resolve) => {
    open_way(way)({
      opened() {},
      data() {},
      drained() {},
      closed: (error) => resolve(error as TransportError | null),
    });
  });
}

describe("TLS", () => {
  it("opens to a broker whose certificate fits, by name and by address", async () => {
    await using server = await tls_server();
    expect(await fate(secure(server.port))).toBeNull();
    expect(await fate(secure(server.port, { host: "127.0.0.1" }))).toBeNull();
  });

  it("asks for the host by name, and for no name when it is an address (RFC 6066, 3)", async () => {
    await using server = await tls_server();
    await fate(secure(server.port));
    await fate(secure(server.port, { host: "127.0.0.1" }));
    await eventually(() =>
      expect(server.met.map(({ asked_for }) => asked_for)).toEqual(["localhost", false]),
    );
  });

  it("agrees on a protocol of alpn_protocols", async () => {
    await using server = await tls_server({ ALPNProtocols: ["mqtt"] });
    await fate(secure(server.port, { tls: trusting({ alpn_protocols: ["x", "mqtt"] }) }));
    await eventually(() => expect(server.met.map(({ protocol }) => protocol)).toEqual(["mqtt"]));
  });

  it("shows the certificate of the client, whose key may be encrypted", async () => {
    const mine = ca.issue({ name: "sensor 7", hosts: [] });
    await using server = await tls_server({ requestCert: true, rejectUnauthorized: true, ca: [ca.cert] });
    const tls = trusting({
      certfile: mine.cert,
      keyfile: mine.encrypted_key("secret"),
      keyfile_password: "secret",
    });
    expect(await fate(secure(server.port, { tls }))).toBeNull();
    await eventually(() => expect(server.met.map(({ client }) => client)).toEqual(["sensor 7"]));
  });

  it("speaks no less than TLS 1.2", async () => {
    await using server = await tls_server({
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    const old = security_of_context({ ca: ca.cert, ciphers: "DEFAULT@SECLEVEL=0" });
    expect(await fate(secure(server.port, { tls: old }))).toMatchObject({ hint: /no version of TLS/ });
  });
});

describe("a check of the certificate that fails", () => {
  const day_ms = 24 * 60 * 60 * 1000;
  const last_year = new Date(Date.now() - 365 * day_ms);
  const yesterday = new Date(Date.now() - day_ms);
  const next_year = new Date(Date.now() + 365 * day_ms);

  it.each<[string, TlsOptions & CertificateOptions, RegExp[]]>([
    ["of a stranger", stranger.issue(), [/authority that is not known here \("Some stranger"\)/, /ca_certs/]],
    ["signed by itself", self_signed({ name: "box" }), [/nobody but itself \("box"\)/, /ca_certs/]],
    [
      "for other names",
      ca.issue({ hosts: ["broker.example", "10.0.0.1"] }),
      [/not for "localhost"/, /broker\.example, 10\.0\.0\.1/, /tls_insecure_set\(true\)/],
    ],
    ["without names", ca.issue({ name: "old-style", hosts: [] }), [/other names: old-style/]],
    [
      "that has expired",
      ca.issue({ valid_from: last_year, valid_to: yesterday }),
      [/has expired on \w{3} .*\d{4} GMT/, /clock/],
    ],
    ["that is not valid yet", ca.issue({ valid_from: next_year, valid_to: next_year }), [/not valid before/]],
  ])("says so, and what to do: a certificate %s", async (_what, certificate, wanted) => {
    await using server = await tls_server(certificate);
    const error = await fate(secure(server.port));
    expect(error).toBeInstanceOf(TransportError);
    expect(error?.message).toContain(`cannot connect to localhost:${server.port}`);
    for (const pattern of wanted) expect(error?.hint).toMatch(pattern);
    expect(error?.cause).toHaveProperty("code");
  });

  it("is left out for the name alone, and only there, with any_name", async () => {
    await using other_name = await tls_server(ca.issue({ hosts: ["broker.example"] }));
    await using other_ca = await tls_server(stranger.issue());
    expect(await fate(secure(other_name.port, { any_name: true }))).toBeNull();
    expect(await fate(secure(other_ca.port, { any_name: true }))).toBeInstanceOf(TransportError);
  });

  it("is left out altogether without verification", async () => {
    await using server = await tls_server(stranger.issue({ hosts: ["broker.example"] }));
    expect(await fate(secure(server.port, { tls: trusting({ verify: false }) }))).toBeNull();
  });

  it("trusts the authorities of Node alone when none is given", async () => {
    await using server = await tls_server();
    const tls = security_of_files(plain_tls_request);
    expect(await fate(secure(server.port, { tls }))).toMatchObject({ hint: /ca_certs/ });
  });
});

describe("a handshake that comes to nothing", () => {
  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "tells that the broker wants a certificate, over %s",
    async (version) => {
      const options = { requestCert: true, rejectUnauthorized: true, ca: [ca.cert] };
      await using server = await tls_server({ ...options, minVersion: version, maxVersion: version });
      // With TLS 1.3 the refusal comes when our side has the handshake behind it.
      const error = await end_of(secure(server.port));
      expect(error?.hint).toMatch(
        /asks for a certificate of this client: tls_set\(\{ certfile, keyfile \}\)/,
      );
    },
  );

  it("tells that there is no version in common", async () => {
    await using server = await tls_server({ minVersion: "TLSv1.3" });
    const tls = trusting({ max_version: "TLSv1.2" });
    expect((await fate(secure(server.port, { tls })))?.hint).toMatch(/no version of TLS.*tls_version/);
  });

  it("tells that there is no protocol in common", async () => {
    await using server = await tls_server({ ALPNProtocols: ["mqtt"] });
    const tls = trusting({ alpn_protocols: ["amqp"] });
    expect((await fate(secure(server.port, { tls })))?.hint).toMatch(/alpn_protocols/);
  });

  it.each<[string, string | null]>([
    ["hangs up", null],
    ["answers in MQTT", "\x20\x02\x00\x00"],
    ["answers in HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n"],
  ])("tells that the port may be one without TLS when it %s", async (_how, answer) => {
    const server = create_tcp((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => (answer === null ? socket.destroy() : socket.end(answer)));
    });
    const port = await listening(server);
    const error = await fate(secure(port));
    server.close();
    expect(error?.hint).toMatch(/one for TLS\?.*8883.*tls_set\(\).*1883/);
  });
});

describe("a session of TLS", () => {
  const reused = (server: TlsServer) => server.met.map(({ reused }) => reused);
  /** Opens, stays until the ticket has come, and leaves. */
  const visit = (way: Way) =>
    new Promise<void>((resolve, reject) => {
      const transport = open_way(way)({
        opened: () => {
          const leave = () => transport.end();
          if (way.tls?.session == null) (transport.socket as TLSSocket).once("session", leave);
          else setImmediate(leave);
        },
        data() {},
        drained() {},
        closed: (error) => (error === null ? resolve() : reject(error)),
      });
    });

  it.each(["TLSv1.2", "TLSv1.3"] as const)("is taken up again over %s", async (version) => {
    await using server = await tls_server({ minVersion: version, maxVersion: version });
    const way = secure(server.port);
    await visit(way);
    await visit(way);
    await eventually(() => expect(reused(server)).toEqual([false, true]));
  });

  it("is not taken up where it would spare the check of the name", async () => {
    await using server = await tls_server(ca.issue({ hosts: ["broker.example"] }));
    const way = secure(server.port, { any_name: true });
    await visit(way);
    expect((await fate({ ...way, any_name: false }))?.hint).toMatch(/other names/);
  });

  it("is not remembered from a broker that has failed the checks", async () => {
    await using server = await tls_server({ ...ca.issue({ hosts: ["other"] }), maxVersion: "TLSv1.2" });
    const way = secure(server.port);
    for (const attempt of [1, 2, 3]) {
      expect([attempt, (await fate(way))?.hint]).toEqual([attempt, expect.stringMatching(/other names/)]);
    }
    expect(way.tls?.session).toBeNull();
  });

  it("is forgotten when it has not led to a connection", async () => {
    const way = await (async () => {
      await using server = await tls_server();
      const open = secure(server.port);
      await visit(open);
      expect(open.tls?.session).not.toBeNull();
      return open;
    })();
    await fate(way);
    // Nobody listens there any more, which says nothing about the session.
    expect(way.tls?.session).not.toBeNull();
    const server = create_tcp((socket) => socket.destroy());
    const port = await listening(server);
    await fate({ ...way, port });
    server.close();
    expect(way.tls?.session).toBeNull();
  });

  it("is not offered to another broker", async () => {
    // Either would take a session of the other up.
    const twins = { ticketKeys: randomBytes(48), ...ca.issue() };
    await using one = await tls_server(twins);
    await using two = await tls_server(twins);
    const way = secure(one.port);
    await visit(way);
    await fate({ ...way, port: two.port });
    await eventually(() => expect(reused(two)).toEqual([false]));
  });
});
