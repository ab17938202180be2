import { describe, expect, it } from "@jest/globals";
import {
  Client,
  RuntimeError,
  TransportError,
  type TransportName,
  ValueError,
} from "../../lib/client/index.ts";
import { caught } from "../model/caught.ts";
import { type DoorOptions, door } from "../support/doors.ts";
import { eventually } from "../support/eventually.ts";
import { run_source } from "../support/run_script.ts";
import { scripted_broker } from "../support/scripted_broker.ts";

describe("transport", () => {
  it.each([
    ["tcp", "tcp"],
    ["WebSockets", "websockets"],
    ["UNIX", "unix"],
  ])("%s is accepted in whatever case", (given, wanted) => {
    expect(new Client({ transport: given as TransportName }).transport).toBe(wanted);
    const client = new Client();
    client.transport = given as TransportName;
    expect(client.transport).toBe(wanted);
  });

  it.each([["udp"], [""], [5]])(
    "%p is refused with ValueError, by the constructor and the property",
    (given) => {
      const client = new Client();
      for (const call of [
        () => new Client({ transport: given as TransportName }),
        () => {
          client.transport = given as TransportName;
        },
      ]) {
        const error = caught(call);
        expect(error).toBeInstanceOf(ValueError);
        expect(error.message).toMatch(/transport must be one of tcp, websockets, unix/);
      }
      expect(client.transport).toBe("tcp");
    },
  );

  it("cannot be changed while the client is connected", async () => {
    await using broker = await scripted_broker();
    const client = new Client();
    await client.connect("127.0.0.1", broker.port);
    const error = caught(() => {
      client.transport = "unix";
    });
    expect(error).toBeInstanceOf(RuntimeError);
    client.disconnect();
  });

  it("is kept by reinitialise(), with TLS, WebSocket and proxy settings", () => {
    const client = new Client();
    client.transport = "websockets";
    client.tls_set();
    client.reinitialise();
    expect(client.transport).toBe("websockets");
    expect(caught(() => client.tls_set()).message).toMatch(/configured already/);
  });
});

describe("connect_timeout", () => {
  const kinds: DoorOptions[] = [
    { layer: "tls" },
    { layer: "ws" },
    { layer: "wss" },
    { layer: "tcp", proxy: "SOCKS 5" },
    { layer: "tcp", proxy: "HTTP" },
    { layer: "wss", proxy: "HTTP" },
  ];
  const cases = kinds.flatMap((kind) =>
    (kind.proxy === undefined ? (["server"] as const) : (["proxy", "server"] as const))
      .filter((silent) => silent === "proxy" || kind.layer !== "tcp")
      .map((silent) => ({
        ...kind,
        silent,
        name: [kind.layer, kind.proxy ?? "no proxy", silent].join(", "),
      })),
  );

  it.each(cases)("covers every handshake: $name silent", async (kind) => {
    await using there = await door(kind);
    const { transport, host, port, tls, proxy } = there.way;
    const client = new Client({ transport });
    client.connect_timeout = 0.1;
    if (tls !== null) client.tls_set();
    if (proxy !== null) {
      client.proxy_set({ proxy_type: proxy.kind, proxy_addr: proxy.host, proxy_port: proxy.port });
    }
    const error = await client.connect(host, port).catch((reason) => reason);
    expect(error).toBeInstanceOf(TransportError);
    expect(error.code).toBe("ERR_MQTT_TIMEOUT");
    expect(error.message).toMatch(/within 0\.1 s/);
    await eventually(() => expect(there.open).toBe(0));
    client.disconnect();
  });
});

describe("the environment", () => {
  it("names a proxy that every client uses, unless no_proxy excepts the host", async () => {
    const source = `
      import { Client } from "karere";
      const client = new Client({ warnings: false });
      await client.connect("127.0.0.1", 1).catch((error) => console.log(error.message));
    `;
    const run = async (env: Record<string, string>) => (await run_source(source, { env })).stdout;
    const mqtt_proxy = "socks5://127.0.0.1:2";
    expect(await run({ mqtt_proxy })).toMatch(/the proxy 127\.0\.0\.1:2/);
    expect(await run({ mqtt_proxy, no_proxy: "127.0.0.1" })).toMatch(/cannot connect to 127\.0\.0\.1:1:/);
    expect(await run({ mqtt_proxy: "nonsense" })).toMatch(/mqtt_proxy must be like/);
  });
});

describe("packages that only some ways need", () => {
  it.each<[TransportName, string, string[]]>([
    ["tcp", "", []],
    ["unix", "", []],
    ["websockets", "", ["ws"]],
    ["tcp", 'client.proxy_set({ proxy_type: "socks5", proxy_addr: "127.0.0.1", proxy_port: 2 });', ["socks"]],
  ])("are not loaded by others: %s %s", async (transport, settings, wanted) => {
    const { stdout } = await run_source(`
      import { createRequire } from "node:module";
      import { Client } from "karere";
      const client = new Client({ transport: "${transport}", warnings: false });
      ${settings}
      await client.connect("127.0.0.1", 1).catch(() => {});
      const loaded = Object.keys(createRequire(process.cwd() + "/").cache);
      const names = loaded.map((name) => /node_modules.(ws|socks)[/\\\\]/.exec(name)?.[1]);
      console.log(JSON.stringify([...new Set(names.filter((name) => name !== undefined))]));
    `);
    expect(JSON.parse(stdout)).toEqual(wanted);
  });
});
