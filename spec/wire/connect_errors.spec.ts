import { once } from "node:events";
import { createServer as create_http_server } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { describe, expect, it } from "@jest/globals";
import {
  type ApiVersion,
  Client,
  type ConnectArguments,
  type DisconnectFlags,
  type ReasonCode,
  TransportError,
  ValueError,
} from "../../lib/client/index.ts";
import { caught } from "../model/caught.ts";
import { eventually } from "../support/eventually.ts";
import { scripted_broker } from "../support/scripted_broker.ts";
import { stage } from "./stage.ts";
import { next_call } from "./talk.ts";

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function closed_port(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, "close");
  return port;
}

const failure = async (client: Client<ApiVersion>, to: ConnectArguments): Promise<TransportError> =>
  client.connect(to).then(
    () => expect(true).toBe(false) as never,
    (error) => error,
  );

describe("connect() rejects with a TransportError that says what to look at", () => {
  it("when nothing listens", async () => {
    const port = await closed_port();
    const error = await failure(new Client(), { host: "127.0.0.1", port });
    expect(error).toBeInstanceOf(TransportError);
    expect(error.message).toBe(
      `cannot connect to 127.0.0.1:${port}: nothing listens on 127.0.0.1:${port}: is the broker running, is the port right?`,
    );
    expect(error).toMatchObject({ code: "ERR_MQTT_TRANSPORT", cause: { code: "ECONNREFUSED" } });
    expect(error.hint).toContain("nothing listens");
  });

  it("when nothing listens at any address of the name", async () => {
    const error = await failure(new Client(), { host: "localhost", port: await closed_port() });
    expect(error.message).toContain("nothing listens on localhost:");
  });

  it("when there is no such host [a name that never exists: RFC 6761]", async () => {
    const error = await failure(new Client(), { host: "broker.invalid" });
    // Where nothing answers the look-up either, the time is over first.
    expect(error.message).toMatch(
      /^cannot connect to broker\.invalid:1883(: .*"broker\.invalid"| within 5 s)/,
    );
  }, 20_000);

  it("when the local address is not one of this machine's", async () => {
    await using broker = await scripted_broker();
    const error = await failure(new Client(), {
      host: "127.0.0.1",
      port: broker.port,
      bind_address: "192.0.2.1",
    });
    expect(error.message).toContain("the bind_address is not an address of this machine");
  });

  it("when the local port is taken", async () => {
    const taken = createServer();
    const bind_port = await listening(taken);
    await using broker = await scripted_broker();
    const error = await failure(new Client(), {
      host: "127.0.0.1",
      port: broker.port,
      bind_address: "127.0.0.1",
      bind_port,
    });
    taken.close();
    expect(error.message).toContain("the bind_port is in use already");
  });

  it("when the broker does not answer within connect_timeout", async () => {
    const client = new Client();
    client.connect_timeout = 0.05;
    const began = performance.now();
    // 192.0.2.0/24 is set aside for documentation: nobody answers there, or there is no way to it at all.
    const error = await failure(client, { host: "192.0.2.1" });
    expect(performance.now() - began).toBeLessThan(3000);
    expect(error).toBeInstanceOf(TransportError);
    expect(error.message).toMatch(/^cannot connect to 192\.0\.2\.1:1883(: | within 0\.05 s: a firewall)/);
  });

  it("and leaves a client that may try again, by itself or by its user", async () => {
    await using on = await stage();
    const port = await closed_port();
    await failure(on.client, { host: "127.0.0.1", port });
    expect(on.client.is_connected()).toBe(false);
    expect(on.client.socket()).toBeNull();
    expect(on.diary).toEqual(["pre_connect"]);
    await on.connect();
    await on.welcomed();
  });
});

describe("connect() throws, before anything has happened", () => {
  it.each<[name: string, to: unknown]>([
    ["no host", { host: "" }],
    ["null as host", { host: null }],
    ["port 0", { host: "h", port: 0 }],
    ["port 65536", { host: "h", port: 65_536 }],
    ["port -1", { host: "h", port: -1 }],
    ["keepalive -1", { host: "h", keepalive: -1 }],
    ["keepalive 65536", { host: "h", keepalive: 65_536 }],
    ["bind_port -1", { host: "h", bind_port: -1 }],
    ["clean_start on 3.1.1", { host: "h", clean_start: true }],
  ])("%s", (_name, to) => {
    const client = new Client();
    expect(caught(() => client.connect(to as ConnectArguments))).toBeInstanceOf(ValueError);
    expect(caught(() => client.connect_async(to as ConnectArguments))).toBeInstanceOf(ValueError);
    expect(client.host).toBe("");
  });

  it("a name that does not exist, with the nearest one", () => {
    const error = caught(() => new Client().connect({ host: "h", keepalife: 3 } as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain("keepalive");
  });
});

describe("the wrong port", () => {
  /** What on_disconnect hears of a port at which something else than a broker listens. */
  async function told_of(port: number): Promise<{ error: Error | null; code: ReasonCode; logged: string[] }> {
    const client = new Client(2, { reconnect_on_failure: false, warnings: false });
    const logged: string[] = [];
    client.on_log = (_client, _userdata, level, text) => void (level === 8 && logged.push(text));
    const told = next_call(client, "disconnect");
    void client.connect("127.0.0.1", port);
    await client.loop_forever();
    const [flags, code] = (await told) as [DisconnectFlags, ReasonCode];
    return { error: flags.error, code, logged };
  }

  it("that speaks HTTP", async () => {
    const server = create_http_server((_request, response) => response.end());
    const port = await listening(server);
    const { error, code, logged } = await told_of(port);
    server.close();
    expect(code.value).toBe(128);
    expect(error?.message).toContain("this port speaks HTTP");
    expect(logged.join()).toContain("this port speaks HTTP");
  });

  it("that speaks TLS", async () => {
    // The alert with which a TLS server turns down what is no ClientHello: fatal, protocol_version.
    const server = createServer((socket) =>
      socket.once("data", () => socket.end(Buffer.from("15030100020246", "hex"))),
    );
    const port = await listening(server);
    const { error, logged } = await told_of(port);
    server.close();
    expect(error?.message).toContain("this port speaks TLS");
    expect(logged.join()).toContain("this port speaks TLS");
  });

  it("where somebody hangs up without a word", async () => {
    const server = createServer((socket) => socket.once("data", () => socket.end()));
    const port = await listening(server);
    const { error, logged } = await told_of(port);
    server.close();
    expect(error).toBeInstanceOf(TransportError);
    expect(error?.message).toContain(`127.0.0.1:${port} closed the connection without an answer`);
    expect(logged.join()).toContain("does it want TLS");
  });

  it("where somebody cuts the connection", async () => {
    const server = createServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
    const port = await listening(server);
    const { error, logged } = await told_of(port);
    server.close();
    expect(error?.message).toContain(`127.0.0.1:${port} closed the connection without an answer`);
    expect(logged.join()).toContain("does it want TLS");
  });

  it("is not blamed when a broker hangs up later", async () => {
    await using on = await stage({ reconnect_on_failure: false });
    const told = next_call(on.client, "disconnect");
    on.connect();
    const running = on.client.loop_forever();
    const link = await on.welcomed();
    await eventually(() => on.client.is_connected());
    link.close();
    await running;
    expect(((await told) as [DisconnectFlags])[0].error).toBeNull();
  });
});

describe("on_connect_fail", () => {
  it("gets the error, and is told of each attempt of the loop that did not reach the broker", async () => {
    await using on = await stage();
    const errors: Error[] = [];
    on.client.on_connect_fail = (_client, _userdata, error) => {
      errors.push(error);
      if (errors.length === 3) on.client.disconnect();
    };
    on.client.connect_async("127.0.0.1", await closed_port());
    expect(await on.client.loop_forever({ retry_first_connection: true })).toBe(0);
    expect(errors.map(({ message }) => message.includes("nothing listens"))).toEqual([true, true, true]);
    expect(on.diary).toEqual([
      "pre_connect",
      "connect_fail",
      "pre_connect",
      "connect_fail",
      "pre_connect",
      "connect_fail",
    ]);
  });
});
