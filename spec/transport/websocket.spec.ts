import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as create_tcp, type Server, type Socket } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { type WebSocket, WebSocketServer } from "ws";
import { WebsocketConnectionError } from "../../lib/model/errors.ts";
import { open_way, type Way } from "../../lib/transport/ways.ts";
import { plain_way } from "../support/doors.ts";
import { eventually } from "../support/eventually.ts";

interface Site extends AsyncDisposable {
  readonly port: number;
  readonly requests: readonly IncomingMessage[];
}

async function site(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  on_upgrade?: (websocket: WebSocket) => void,
  protocol: string | false = "mqtt",
): Promise<Site> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  if (on_upgrade !== undefined) {
    const upgrades = new WebSocketServer({ server, handleProtocols: () => protocol });
    upgrades.on("connection", (websocket, request) => {
      requests.push(request);
      on_upgrade(websocket);
    });
  }
  return { ...(await served(server)), requests };
}

async function served(server: Server): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

const way_to = ({ port }: { port: number }, changes: Partial<Way> = {}) =>
  plain_way(port, { transport: "websockets", ...changes });

/** Goes a way to its end. What is heard comes to `parts`; an open one leaves when `until` says so. */
function fate(way: Way, until: (heard: string) => boolean = () => true): Promise<Error | string | null> {
  const parts: Buffer[] = [];
  const heard = () => Buffer.concat(parts).toString();
  return new Promise((resolve) => {
    let is_over = false;
    const leave_if_done = () => {
      if (is_over || !until(heard())) return;
      is_over = true;
      transport.end();
    };
    const transport = open_way(way)({
      opened: () => leave_if_done(),
      data(bytes) {
        parts.push(Buffer.from(bytes));
        leave_if_done();
      },
      drained() {},
      closed: (error) => resolve(error ?? heard()),
    });
  });
}

const no_page = (_request: IncomingMessage, response: ServerResponse) => response.writeHead(404).end();

describe("the request for a WebSocket", () => {
  it("says what paho says, and asks for the sub-protocol mqtt [MQTT-6.0.0-3]", async () => {
    await using there = await site(no_page, () => {});
    await fate(way_to(there));
    const [request] = there.requests;
    expect([request?.method, request?.url]).toEqual(["GET", "/mqtt"]);
    expect(request?.rawHeaders.slice(0, 2)).toEqual(["Host", `127.0.0.1:${there.port}`]);
    expect(request?.headers).toEqual({
      host: `127.0.0.1:${there.port}`,
      upgrade: "websocket",
      connection: "Upgrade",
      origin: `http://127.0.0.1:${there.port}`,
      "sec-websocket-version": "13",
      "sec-websocket-key": expect.stringMatching(/^[\w+/]{22}==$/),
      "sec-websocket-protocol": "mqtt",
    });
  });

  it("takes the path with its query as it is", async () => {
    await using there = await site(no_page, () => {});
    await fate(way_to(there, { path: "/a/b?x=1%2F2&y=z" }));
    expect(there.requests[0]?.url).toBe("/a/b?x=1%2F2&y=z");
  });

  it("adds headers to the usual ones, in whatever case", async () => {
    await using there = await site(no_page, () => {});
    const headers = { Authorization: "Bearer x", origin: "https://example.org", HOST: "broker.example" };
    await fate(way_to(there, { headers }));
    expect(there.requests[0]?.headers).toMatchObject({
      authorization: "Bearer x",
      origin: "https://example.org",
      host: "broker.example",
      "sec-websocket-protocol": "mqtt",
    });
  });

  it("asks a function for the headers before each attempt, and sends those alone", async () => {
    await using there = await site(no_page, () => {});
    const given: string[][] = [];
    const headers = async (usual: Record<string, string>) => {
      given.push(Object.keys(usual));
      return { "X-Attempt": `${given.length}` };
    };
    await fate(way_to(there, { headers }));
    await fate(way_to(there, { headers }));
    expect(given[0]).toEqual([
      ...["Host", "Upgrade", "Connection", "Origin", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol"],
    ]);
    expect(there.requests.map((request) => request.headers["x-attempt"])).toEqual(["1", "2"]);
    // What the protocol cannot do without is there all the same.
    expect(there.requests[1]?.headers).toMatchObject({ "sec-websocket-protocol": "mqtt" });
    expect(there.requests[1]?.headers).not.toHaveProperty("origin");
  });

  it.each<[string, Way["headers"], RegExp]>([
    [
      "throws",
      () => {
        throw new Error("no token today");
      },
      /headers function .* failed: no token today/,
    ],
    ["rejects", () => Promise.reject(new Error("no token today")), /failed: no token today/],
    ["gives no object", (() => "x") as never, /gave no headers: .*not a string/],
    ["gives what HTTP forbids", () => ({ "X-A": "a\r\nX-B: b" }), /Invalid character/],
  ])("fails the attempt when the function %s", async (_how, headers, wanted) => {
    await using there = await site(no_page, () => {});
    const error = (await fate(way_to(there, { headers }))) as Error;
    expect(error.message).toMatch(wanted);
    expect(there.requests).toEqual([]);
  });
});

describe("a server that refuses the WebSocket", () => {
  it.each<[number, Record<string, string>, string, RegExp]>([
    [404, {}, "nothing here", /HTTP 404 Not Found, "nothing here": there is no WebSocket at this path/],
    [401, {}, "", /HTTP 401 Unauthorized: it wants credentials: headers of ws_set_options/],
    [403, {}, "", /HTTP 403 Forbidden: it wants credentials/],
    [301, { location: "https://elsewhere/" }, "", /HTTP 301 .*elsewhere: https:\/\/elsewhere\//],
    [502, {}, "", /HTTP 502 .*cannot reach the broker/],
    [200, {}, "<h1>Hello</h1>", /HTTP 200 OK, "<h1>Hello<\/h1>": a web page is there/],
    [418, {}, "", /HTTP 418 I'm a Teapot$/],
  ])("with %i is told with status and body", async (status, headers, body, wanted) => {
    await using there = await site((_request, response) => response.writeHead(status, headers).end(body));
    const error = (await fate(way_to(there))) as WebsocketConnectionError;
    expect(error).toBeInstanceOf(WebsocketConnectionError);
    expect(error.message).toMatch(wanted);
    expect(error.message).toContain(`cannot connect to ws://127.0.0.1:${there.port}/mqtt`);
    expect({ status: error.status, body: error.body }).toEqual({ status, body });
  });

  it("is heard for 1 KB at most, even when the body never ends", async () => {
    await using there = await site((_request, response) => {
      response.writeHead(500);
      response.write("x".repeat(5000));
    });
    const error = (await fate(way_to(there))) as WebsocketConnectionError;
    expect(error.body).toBe("x".repeat(1024));
    expect(error.message.length).toBeLessThan(400);
  });

  it("by speaking another sub-protocol, or none, is told so [MQTT-6.0.0-4]", async () => {
    for (const protocol of ["chat", false] as const) {
      await using there = await site(no_page, () => {}, protocol);
      const error = (await fate(way_to(there))) as Error;
      expect(error).toBeInstanceOf(WebsocketConnectionError);
      expect(error.message).toMatch(/does not speak MQTT there \(sub-protocol "mqtt"\)/);
    }
  });

  const upgrade = (headers: string) => `HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n\r\n`;
  it.each<[string, string | null, RegExp]>([
    ["does not upgrade", upgrade("Upgrade: websocket"), /does not upgrade/],
    [
      "has not understood the key",
      upgrade("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no"),
      /not that of a WebSocket server/,
    ],
    [
      "upgrades to something else",
      upgrade("Upgrade: h2c\r\nConnection: Upgrade"),
      /not that of a WebSocket server/,
    ],
    ["speaks MQTT", "\x20\x02\x00\x00", /not HTTP: is the port one for WebSockets/],
    ["answers with an alert of TLS", "\x15\x03\x01\x00\x02\x02\x46", /not HTTP: .*Does it want TLS/],
    ["hangs up", null, /hung up: is the port one for WebSockets/],
  ])("because it %s is told what to look at", async (_how, answer, wanted) => {
    const server = create_tcp((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => (answer === null ? socket.destroy() : socket.end(answer, "latin1")));
    });
    await using there = await served(server);
    const error = (await fate(way_to(there))) as Error;
    expect(error).toBeInstanceOf(WebsocketConnectionError);
    expect(error.message).toMatch(wanted);
  });
});

describe("an open WebSocket", () => {
  const until = (wanted: string) => (heard: string) => heard === wanted;

  it("takes bytes however they are cut into frames", async () => {
    const speak = (websocket: WebSocket) => {
      websocket.send(Buffer.from("ab"), { fin: false });
      websocket.send(Buffer.from("cd"), { fin: false });
      websocket.send(Buffer.from("e"), { fin: true });
      websocket.ping();
      for (const letter of "fgh") websocket.send(Buffer.from(letter));
    };
    await using there = await site(no_page, speak);
    expect(await fate(way_to(there), until("abcdefgh"))).toBe("abcdefgh");
  });

  it("takes a megabyte in one frame", async () => {
    const bytes = Buffer.alloc(1_000_000, "m");
    await using there = await site(no_page, (websocket) => websocket.send(bytes));
    expect(await fate(way_to(there), (heard) => heard.length >= bytes.length)).toHaveLength(bytes.length);
  });

  it("tells a large frame in portions, and stops between them when it is paused", async () => {
    await using there = await site(no_page, (websocket) => {
      websocket.send(Buffer.alloc(150_000, "m"));
      websocket.send(Buffer.from("last"));
      websocket.close();
    });
    const told: number[] = [];
    let ended = false;
    const transport = open_way(way_to(there))({
      opened() {},
      data(bytes) {
        told.push(bytes.length);
        transport.pause();
      },
      drained() {},
      closed() {
        ended = true;
      },
    });
    await eventually(() => expect(told).toEqual([65_536]));
    transport.resume();
    await eventually(() => expect(told).toEqual([65_536, 65_536]));
    transport.resume();
    await eventually(() => expect(told).toEqual([65_536, 65_536, 18_928]));
    expect(ended).toBe(false);
    transport.resume();
    await eventually(() => expect(told).toEqual([65_536, 65_536, 18_928, 4]));
    transport.resume();
    await eventually(() => expect(ended).toBe(true));
  });

  it("tells nothing of a large frame once it is destroyed", async () => {
    await using there = await site(no_page, (websocket) => websocket.send(Buffer.alloc(150_000)));
    const told: number[] = [];
    const transport = open_way(way_to(there))({
      opened() {},
      data(bytes) {
        told.push(bytes.length);
        transport.destroy();
      },
      drained() {},
      closed() {},
    });
    await eventually(() => expect(told).toEqual([65_536]));
    transport.resume();
    await new Promise(setImmediate);
    expect(told).toEqual([65_536]);
  });

  it("sends each write as one binary frame, without compression", async () => {
    const got: [string, boolean][] = [];
    const extensions: string[] = [];
    await using there = await site(no_page, (websocket) => {
      extensions.push(websocket.extensions);
      websocket.on("message", (data, is_binary) => got.push([`${data}`, is_binary]));
    });
    const transport = open_way(way_to(there))({
      opened() {
        for (const text of ["one", "two"]) transport.write(Buffer.from(text));
      },
      data() {},
      drained() {},
      closed() {},
    });
    await eventually(() =>
      expect(got).toEqual([
        ["one", true],
        ["two", true],
      ]),
    );
    expect(extensions).toEqual([""]);
    transport.destroy();
  });

  it("ends when the server sends text [MQTT-6.0.0-1]", async () => {
    const closes: number[] = [];
    await using there = await site(no_page, (websocket) => {
      websocket.on("close", (code) => closes.push(code));
      websocket.send("hello");
    });
    const error = (await fate(way_to(there), () => false)) as Error;
    expect(error).toBeInstanceOf(WebsocketConnectionError);
    expect(error.message).toMatch(/the server sent text, and MQTT is binary/);
    await eventually(() => expect(closes).toEqual([1003]));
  });

  it.each<[string, (websocket: WebSocket) => void, RegExp]>([
    ["with a reason", (websocket) => websocket.close(1008, "go away"), /code 1008, "go away"/],
    ["without the close of a WebSocket", (websocket) => websocket.terminate(), /without the close|cut/],
  ])("tells that the server has ended it %s", async (_how, end, wanted) => {
    await using there = await site(no_page, (websocket) => setImmediate(end, websocket));
    const error = (await fate(way_to(there), () => false)) as Error;
    expect(error).toBeInstanceOf(WebsocketConnectionError);
    expect(error.message).toMatch(wanted);
  });
});
