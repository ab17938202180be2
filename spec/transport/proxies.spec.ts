import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { TransportError, ValueError } from "../../lib/model/errors.ts";
import { environment_proxy, type ProxiedTarget, type ProxyServer } from "../../lib/transport/proxy.ts";
import { open_way, type Way } from "../../lib/transport/ways.ts";
import { caught } from "../model/caught.ts";
import { type Door, door, plain_way } from "../support/doors.ts";
import { eventually } from "../support/eventually.ts";
import { free_port } from "../support/mosquitto.ts";
import { http_proxy, socks_proxy, type TinyProxy, type TinyProxyOptions } from "../support/proxies.ts";
import { scripted_broker } from "../support/scripted_broker.ts";

const credentials = { username: "me", password: "se:cret" };

function through(proxy: { port: number }, to: Way, changes: Partial<ProxyServer> = {}): Way {
  const server: ProxyServer = {
    kind: "socks5",
    host: "127.0.0.1",
    port: proxy.port,
    remote_dns: true,
    username: null,
    password: null,
    ...changes,
  };
  return { ...to, proxy: server };
}

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

const makers: Record<ProxyServer["kind"], (options?: TinyProxyOptions) => Promise<TinyProxy>> = {
  http: http_proxy,
  socks4: socks_proxy,
  socks5: socks_proxy,
};
const kinds = Object.keys(makers) as ProxyServer["kind"][];

describe.each(kinds)("a proxy of kind %s", (kind) => {
  const to_name = (at: Door) => ({ ...at.way, host: "localhost" });

  it("is asked for the broker by its name", async () => {
    await using there = await door({ layer: "tcp" });
    await using proxy = await makers[kind]();
    expect(await fate(through(proxy, to_name(there), { kind }))).toBeNull();
    expect(proxy.asked).toEqual([`localhost:${there.way.port}`]);
  });

  it("is asked for an address that is given as one", async () => {
    await using there = await door({ layer: "tcp" });
    await using proxy = await makers[kind]();
    expect(await fate(through(proxy, there.way, { kind }))).toBeNull();
    expect(proxy.asked).toEqual([`127.0.0.1:${there.way.port}`]);
  });

  it("that is not there is told as such", async () => {
    const port = await free_port();
    const error = await fate(through({ port }, plain_way(1883), { kind }));
    expect(error?.message).toMatch(
      `cannot connect to the proxy 127.0.0.1:${port}: nothing listens on 127.0.0.1:${port}`,
    );
  });

  it("that finds nobody is told as such", async () => {
    await using proxy = await makers[kind]();
    const port = await free_port();
    const error = await fate(through(proxy, plain_way(port), { kind }));
    expect(error).toBeInstanceOf(TransportError);
    expect(error?.message).toMatch(`the proxy 127.0.0.1:${proxy.port} gave no way to 127.0.0.1:${port}`);
    expect(error?.hint).toMatch(/host and port|nothing listens/);
  });

  it("that is none is told as such", async () => {
    await using broker = await scripted_broker();
    const met = broker.accept().then(async (link) => {
      link.send("20 02 00 00 20 02 00 00");
      link.close();
    });
    const error = await fate(through(broker, plain_way(1883), { kind }));
    expect(error?.hint).toMatch(/proxy_type and proxy_port of proxy_set\(\)|proxy cannot reach/);
    await met;
  });
});

describe("a proxy that wants a password", () => {
  it.each([
    ["http", makers.http],
    ["socks5", makers.socks5],
  ] as const)("of kind %s gets it", async (kind, make) => {
    await using there = await door({ layer: "tcp" });
    await using proxy = await make({ credentials });
    expect(await fate(through(proxy, there.way, { kind, ...credentials }))).toBeNull();
  });

  it.each([
    ["http", makers.http, { username: "me", password: "wrong" }],
    ["http", makers.http, {}],
    ["socks5", makers.socks5, { username: "me", password: "wrong" }],
    ["socks5", makers.socks5, {}],
  ] as const)("of kind %s is told not to have got it", async (kind, make, given) => {
    await using there = await door({ layer: "tcp" });
    await using proxy = await make({ credentials });
    const error = await fate(through(proxy, there.way, { kind, ...given }));
    expect(error?.hint).toMatch(/proxy_username and proxy_password/);
    // Neither the message nor what console.log would show of the error.
    expect(JSON.stringify([error?.message, error?.cause, (error?.cause as Error)?.message])).not.toMatch(
      /wrong|se:cret/,
    );
  });
});

describe("names of brokers behind a proxy", () => {
  it.each(["socks4", "socks5"] as const)("are looked up here without remote_dns, for %s", async (kind) => {
    await using there = await door({ layer: "tcp" });
    await using proxy = await socks_proxy();
    const way = { ...there.way, host: "localhost" };
    await fate(through(proxy, way, { kind, remote_dns: false }));
    // SOCKS 4 knows no IPv6.
    const addresses = kind === "socks4" ? /^127\.0\.0\.1:\d+$/ : /^(127\.0\.0\.1|0:0:0:0:0:0:0:1):\d+$/;
    expect(proxy.asked).toEqual([expect.stringMatching(addresses)]);
  });

  it("that nobody knows fail without asking the proxy", async () => {
    await using proxy = await socks_proxy();
    const way = plain_way(1883, { host: "no-such-host.invalid" });
    const error = await fate(through(proxy, way, { remote_dns: false }));
    expect(error?.hint).toMatch(/no-such-host\.invalid/);
    expect(proxy.asked).toEqual([]);
  });
});

describe("bytes that come with the answer of the proxy", () => {
  const ok_socks = Buffer.of(5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0);
  const ok_http = Buffer.from("HTTP/1.1 200 OK\r\n\r\n");

  it.each([
    ["socks5", ok_socks],
    ["http", ok_http],
  ] as const)("are the broker's, and are not lost: %s", async (kind, answer) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.write(Buffer.concat([answer, Buffer.from("early")])));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const parts: Buffer[] = [];
    const transport = open_way(through({ port }, plain_way(1883), { kind }))({
      opened() {},
      data: (bytes) => void parts.push(Buffer.from(bytes)),
      drained() {},
      closed() {},
    });
    await eventually(() => expect(Buffer.concat(parts).toString()).toBe("early"));
    transport.destroy();
    server.close();
  });
});

describe("the web proxy's answer", () => {
  it.each([
    ["403 Forbidden", /administrator/],
    ["405 Method Not Allowed", /does not allow CONNECT/],
    ["504 Gateway Timeout", /does not answer/],
    ["500 Oops", /^$/],
  ])("%s is told", async (refuse_with, hint) => {
    await using proxy = await http_proxy({ refuse_with });
    const error = await fate(through(proxy, plain_way(1883), { kind: "http" }));
    expect(error?.message).toContain(`(HTTP ${refuse_with})`);
    expect(error?.hint).toMatch(hint);
  });
});

describe("the environment", () => {
  const to = { host: "broker.example.org", port: 8883, http: null };

  it.each<[string, Partial<ProxyServer>]>([
    ["http://proxy", { kind: "http", host: "proxy", port: 8080, username: null, password: null }],
    ["http://proxy:80", { port: 80 }],
    ["http://proxy:80/", { port: 80 }],
    ["http://proxy:3128/", { kind: "http", port: 3128 }],
    ["socks://proxy", { kind: "socks5", port: 1080 }],
    ["socks5://me:a%20b@proxy:1081", { kind: "socks5", port: 1081, username: "me", password: "a b" }],
    ["socks5h://[::1]:1081", { kind: "socks5", host: "::1", port: 1081 }],
    ["socks4://proxy", { kind: "socks4", port: 1080 }],
  ])("names the proxy %s", (mqtt_proxy, wanted) => {
    expect(environment_proxy({ mqtt_proxy }, to)).toMatchObject(wanted);
    expect(environment_proxy({ MQTT_PROXY: mqtt_proxy }, to)).toMatchObject(wanted);
  });

  it("names none by itself", () => {
    expect(environment_proxy({}, to)).toBeNull();
    expect(environment_proxy({ mqtt_proxy: "", all_proxy: "" }, to)).toBeNull();
  });

  const all = { HTTP_PROXY: "http://h", https_proxy: "http://s", ALL_PROXY: "socks5://a" };

  it.each<[string, ProxiedTarget["http"], Record<string, string>, string | undefined]>([
    ["TCP", null, all, "a"],
    ["TCP", null, { ...all, mqtt_proxy: "http://m" }, "m"],
    ["TCP", null, { http_proxy: "http://h", HTTPS_PROXY: "http://s" }, undefined],
    ["a WebSocket", "plain", all, "h"],
    ["a WebSocket over TLS", "secure", all, "s"],
    ["a WebSocket", "plain", { all_proxy: "socks5://a" }, "a"],
    ["a WebSocket", "plain", { ...all, MQTT_PROXY: "http://m" }, "m"],
  ])("names for %s (%s) by %j: %s", (_what, http, environment, wanted) => {
    expect(environment_proxy(environment, { ...to, http })?.host).toBe(wanted);
    expect(environment_proxy({ ...environment, no_proxy: "example.org" }, { ...to, http })).toBeNull();
  });

  it.each(["localhost", "127.0.0.1", "127.1.2.3", "::1"])(
    "names only by mqtt_proxy one for a broker of this machine: %s",
    (host) => {
      expect(environment_proxy(all, { ...to, host })).toBeNull();
      expect(environment_proxy({ ...all, mqtt_proxy: "http://m" }, { ...to, host })?.host).toBe("m");
    },
  );

  it.each(["proxy:8080", "ftp://proxy", "http://", "nonsense"])("may not name %s", (mqtt_proxy) => {
    const error = caught(() => environment_proxy({ mqtt_proxy }, to));
    expect(error).toBeInstanceOf(ValueError);
    expect(error.message).toMatch(/mqtt_proxy must be like http:\/\/host:port/);
    expect(caught(() => environment_proxy({ ALL_PROXY: mqtt_proxy }, to)).message).toContain(
      "all_proxy must",
    );
  });

  it.each([
    ["*", true],
    ["broker.example.org", true],
    ["BROKER.example.ORG", true],
    ["example.org", true],
    [".example.org", true],
    ["*.example.org", true],
    ["other, example.org", true],
    ["broker.example.org:8883", true],
    ["broker.example.org:1883", false],
    ["ample.org", false],
    ["broker.example.org.evil", false],
    ["", false],
  ])("excepts hosts by no_proxy=%s: %s", (no_proxy, is_excepted) => {
    const environment = { mqtt_proxy: "http://proxy", no_proxy };
    expect(environment_proxy(environment, to) === null).toBe(is_excepted);
    expect(environment_proxy({ mqtt_proxy: "http://proxy", NO_PROXY: no_proxy }, to) === null).toBe(
      is_excepted,
    );
  });
});
