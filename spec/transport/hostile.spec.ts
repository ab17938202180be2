import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { Client, type DisconnectFlags, MQTTException, type TransportName } from "../../lib/client/index.ts";
import { test_certificates } from "../support/doors.ts";
import { eventually, in_time } from "../support/eventually.ts";
import {
  after_first_words,
  answers,
  dribbles,
  type HostilePeer,
  hangs_up,
  hostile_peer,
  never_ends,
  type Part,
  says,
  says_nothing,
} from "../support/hostile_peer.ts";

interface Approach {
  transport?: TransportName;
  /** Whether the client speaks TLS. */
  tls?: boolean;
  proxy_type?: "http" | "socks4" | "socks5";
  /** Seconds. */
  connect_timeout?: number;
  /** Seconds; CONNACK has to come within them. */
  keepalive?: number;
}

const MB = 1024 * 1024;
/** What goes before the peer is found out, with all the buffers of the system on the way. */
const MOST_TAKEN = 16 * MB;

/** What becomes of a client that turns to such a peer: the error that its user is told, wherever that is. */
async function fate(peer: HostilePeer, approach: Approach): Promise<Error | null> {
  const { transport = "tcp", tls = false, proxy_type, connect_timeout = 5, keepalive = 60 } = approach;
  const client = new Client(2, { transport, reconnect_on_failure: false, warnings: false });
  client.connect_timeout = connect_timeout;
  if (tls) client.tls_set(test_certificates().ca.cert);
  const is_proxy = proxy_type !== undefined;
  if (is_proxy) client.proxy_set({ proxy_type, proxy_addr: peer.host, proxy_port: peer.port });
  const lost = new Promise<Error | null>((resolve) => {
    client.on("disconnect", (...[, , flags]: [unknown, unknown, DisconnectFlags, ...unknown[]]) =>
      resolve(flags.error),
    );
  });
  client.loop_start();
  const to = { host: peer.host, port: is_proxy ? 1883 : peer.port, keepalive };
  const refused = client.connect(to).then(
    () => lost,
    (error) => error,
  );
  const error = await in_time(refused, "the end of it", { within: 1000 * connect_timeout + 10_000 });
  await eventually(() => expect(peer.open).toBe(0), { within: 15_000 });
  client.loop_stop();
  return error;
}

type Case = [what: string, part: Part, wanted: RegExp];

/** What ends by itself, with an error that says what to look at. */
function are_told(
  approach: Approach,
  cases: readonly Case[],
  options: { secure?: boolean; unix?: boolean } = {},
): void {
  it.each(cases)(
    "that %s",
    async (_what, part, wanted) => {
      await using peer = await hostile_peer(part, options);
      const error = await fate(peer, { ...approach, connect_timeout: 20 });
      expect(error).toBeInstanceOf(MQTTException);
      expect(error?.message).toMatch(wanted);
      expect((error as MQTTException).code).not.toBe("ERR_MQTT_TIMEOUT");
      expect(peer.sent).toBeLessThan(MOST_TAKEN);
    },
    40_000,
  );
}

/** What would never end. */
function are_given_up(approach: Approach, cases: readonly [what: string, part: Part][]): void {
  it.each(cases)(
    "that %s",
    async (_what, part) => {
      await using peer = await hostile_peer(part);
      const error = await fate(peer, { ...approach, connect_timeout: 0.3 });
      expect(error).toMatchObject({ code: "ERR_MQTT_TIMEOUT" });
      expect(error?.message).toMatch(
        /^cannot connect to \S*127\.0\.0\.1:\d+\S* within 0\.3 s: a firewall, a wrong address, or a broker that is too busy\?$/,
      );
      expect(peer.sent).toBeLessThan(MOST_TAKEN);
    },
    40_000,
  );
}

const garbage = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 131 + 255) & 0xff));
const no_mqtt = /what answers there does not speak MQTT: are host and port those of the broker\?/;
const promise = "HTTP/1.1 100 Continue\r\n\r\n";
const tls_hello = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
const tls_alert = "\x15\x03\x01\x00\x02\x02\x46";
const connack = "\x20\x02\x00\x00";
const connack_5 = "\x20\x03\x00\x00\x00";

describe("a peer on plain TCP", () => {
  are_told({}, [
    ["sends garbage", says(garbage), no_mqtt],
    ["begins with TLS", says(tls_hello), /this port speaks TLS: .*usually 1883, or call tls_set\(\)/],
    ["answers with an alert of TLS", after_first_words(says(tls_alert)), /this port speaks TLS/],
    [
      "sends endless headers of HTTP",
      never_ends("HTTP/1.1 200 OK\r\n", "X-More: of this\r\n"),
      /this port speaks HTTP: .*transport: "websockets"/,
    ],
    ["closes at once", hangs_up, /closed the connection without an answer: is it the broker's MQTT port/],
    ["hangs up on CONNECT", after_first_words(hangs_up), /closed the connection without an answer/],
    [
      "sends a packet that is longer than any may be",
      never_ends("\x20\xff\xff\xff\xff\xff", "x"),
      /the remaining length is longer than 4 bytes/,
    ],
    [
      "sends messages without end before it has accepted",
      never_ends("", "\x30\x04\x00\x01tx"),
      /the broker sent PUBLISH before CONNACK/,
    ],
    [
      "releases messages without end, and does not read that it may",
      after_first_words((socket) => {
        socket.pause();
        never_ends(connack, "\x62\x02\x00\x01")(socket);
      }),
      /^the broker sends, but does not read$/,
    ],
  ]);
});

describe("a peer on plain TCP whose answer to CONNECT never ends", () => {
  it.each([
    ["begins it and says no more", says("\x20")],
    ["sends a byte now and then", dribbles("\x20\x7f\x00\x00")],
  ])("is given up after the keepalive: one that %s", async (_what, part) => {
    await using peer = await hostile_peer(part);
    const error = await fate(peer, { keepalive: 1 });
    expect(error).toMatchObject({ code: "ERR_MQTT_TIMEOUT" });
    expect(error?.message).toBe("the broker accepted the connection but did not send CONNACK in time");
  });
});

describe("a peer on a Unix socket", () => {
  are_told(
    { transport: "unix" },
    [
      ["sends garbage", says(garbage), no_mqtt],
      ["sends endless garbage", never_ends("", garbage), no_mqtt],
      [
        "closes at once",
        hangs_up,
        /\.sock closed the connection without an answer|has closed the connection/,
      ],
    ],
    { unix: true },
  );
});

describe("a peer on TLS", () => {
  const tls = { tls: true };
  are_told(tls, [
    ["speaks MQTT in plain", after_first_words(says(connack_5)), /is port \d+ one for TLS\?.*1883/],
    ["speaks HTTP in plain", after_first_words(says("HTTP/1.1 400 Bad Request\r\n\r\n")), /one for TLS\?/],
    ["sends garbage", says(garbage), /is port \d+ one for TLS\?/],
    [
      "says hello as a client would",
      says(tls_hello, Buffer.alloc(0x1fc)),
      /no sense in TLS \(unexpected message\): is port/,
    ],
    ["sends endless zeros", never_ends("", "\0"), /is port \d+ one for TLS\?/],
    [
      "sends a greeting without an end",
      // Records of 16 KB that say to be parts of one message of 16 MB.
      never_ends(
        Buffer.concat([Buffer.from("160303400002ffffff", "hex"), Buffer.alloc(0x4000 - 4)]),
        Buffer.concat([Buffer.from("1603034000", "hex"), Buffer.alloc(0x4000)]),
      ),
      /no sense in TLS \(excessive message size\): is port/,
    ],
    ["closes at once", hangs_up, /hung up: is port \d+ one for TLS\?/],
  ]);
  are_given_up(tls, [
    ["says nothing", says_nothing],
    ["speaks MQTT in plain, less than the beginning of a greeting", after_first_words(says(connack))],
    ["sends a byte now and then", dribbles("\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")],
  ]);
});

describe("a peer behind TLS", () => {
  are_told(
    { tls: true },
    [
      ["sends garbage", says(garbage), no_mqtt],
      ["closes at once", hangs_up, /closed the connection without an answer/],
    ],
    { secure: true },
  );
});

/** The server's part of an upgrade that is in order, and what follows. */
const upgraded =
  (then: Part, accept = (key: string) => key): Part =>
  (socket) => {
    socket.once("data", (request) => {
      const [, key = ""] = /Sec-WebSocket-Key: (\S+)/i.exec(request.toString()) ?? [];
      const digest = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
      says(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
        `Sec-WebSocket-Accept: ${accept(digest)}\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n`,
      )(socket);
      then(socket);
    });
  };

describe("a peer that should speak WebSocket", () => {
  const websockets = { transport: "websockets" } as const;
  const upgrade = (then: Part) => upgraded(then);
  are_told(websockets, [
    ["sends garbage", says(garbage), /not HTTP: is the port one for WebSockets\?/],
    ["begins with TLS", says(tls_hello), /not HTTP: .*Does it want TLS, tls_set\(\), or none\?/],
    [
      "sends endless headers",
      after_first_words(never_ends("HTTP/1.1 101 Switching Protocols\r\n", "X-More: of this\r\n")),
      /the answer has more headers than anybody reads: is the port/,
    ],
    [
      "sends one endless header",
      after_first_words(never_ends("HTTP/1.1 101 Switching Protocols\r\nX: ", "more")),
      /the answer has more headers than anybody reads: is the port/,
    ],
    [
      "refuses with an endless body",
      after_first_words(
        never_ends("HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n", "4\r\nmore\r\n"),
      ),
      /refused the WebSocket with HTTP 403 Forbidden, "moremore.*it wants credentials/,
    ],
    [
      "has not understood the key",
      upgraded(says_nothing, () => "bm90IHRoaXMgb25l"),
      /not that of a WebSocket server/,
    ],
    ["sends text", upgrade(says("\x81\x02hi")), /the server sent text, and MQTT is binary/],
    [
      "sends a frame that is larger than any packet",
      upgrade(never_ends(Buffer.from("827f0000010000000000", "hex"), "x")),
      /larger than any packet of MQTT/,
    ],
    [
      "sends a frame that is larger than a number can say",
      upgrade(says(Buffer.from("827fffffffffffffffff", "hex"))),
      /larger than any packet of MQTT/,
    ],
    ["sends a frame of no known kind", upgrade(says("\x83\x00")), /broke the rules of WebSockets/],
    ["sends frames as a client would", upgrade(says("\x82\x84abcdefgh")), /broke the rules of WebSockets/],
    ["sends garbage in frames", upgrade(says("\x82\x04\xff\xff\xff\xff")), no_mqtt],
    ["closes at once", hangs_up, /hung up: is the port one for WebSockets\?/],
    ["hangs up after the upgrade", upgrade(hangs_up), /ended without the close of a WebSocket/],
  ]);
  are_given_up(websockets, [
    ["says nothing", says_nothing],
    ["sends a byte now and then", after_first_words(dribbles("HTTP/1.1 101 Switching Protocols\r\nX: more"))],
  ]);
});

describe("a peer that should speak WebSocket over TLS", () => {
  const websockets = { transport: "websockets", tls: true } as const;
  are_told(websockets, [
    ["speaks HTTP in plain", after_first_words(says("HTTP/1.1 400 Bad Request\r\n\r\n")), /one for TLS\?/],
    ["closes at once", hangs_up, /hung up: is port \d+ one for TLS\?/],
  ]);
  are_told(
    websockets,
    [
      ["speaks MQTT", after_first_words(says(connack)), /not HTTP: is the port one for WebSockets\?/],
      [
        "sends endless headers",
        after_first_words(never_ends("HTTP/1.1 101 Switching Protocols\r\n", "X-More: of this\r\n")),
        /the answer has more headers than anybody reads: is the port/,
      ],
    ],
    { secure: true },
  );
});

const no_web_proxy =
  /the proxy 127\.0\.0\.1:\d+ gave no way to 127\.0\.0\.1:1883.*: .*like a web proxy.*proxy_type/;
const no_socks_proxy =
  /the proxy 127\.0\.0\.1:\d+ gave no way to 127\.0\.0\.1:1883: .*like a SOCKS proxy.*proxy_type/;
const agreed = "HTTP/1.1 200 Connection established\r\n\r\n";

describe("a web proxy", () => {
  const http = { proxy_type: "http" } as const;
  are_told(http, [
    ["sends garbage", says(garbage), no_web_proxy],
    ["answers in SOCKS", after_first_words(says("\x05\x00")), no_web_proxy],
    ["closes at once", hangs_up, no_web_proxy],
    ["promises an answer without end", after_first_words(never_ends("", promise)), no_web_proxy],
    [
      "never ends its header",
      after_first_words(never_ends("HTTP/1.1 200 OK\r\n", "X-More: of this\r\n")),
      no_web_proxy,
    ],
    [
      "refuses with an endless body",
      after_first_words(never_ends("HTTP/1.1 403 Forbidden\r\n\r\n", "more")),
      /\(HTTP 403 Forbidden\): it does not allow this host or port/,
    ],
    [
      "agrees and hangs up",
      after_first_words((socket) => void socket.end(agreed)),
      /closed the connection without an answer/,
    ],
    ["agrees and sends garbage", after_first_words(says(agreed, garbage)), no_mqtt],
  ]);
  are_given_up(http, [
    ["says nothing", says_nothing],
    ["sends a byte now and then", after_first_words(dribbles("HTTP/1.1 200 OK\r\nX: more"))],
  ]);
});

describe("a web proxy on the way to TLS and to a WebSocket", () => {
  are_told({ proxy_type: "http", tls: true }, [
    [
      "agrees and hangs up",
      after_first_words((socket) => void socket.end(agreed)),
      /hung up: is port 1883 one for TLS/,
    ],
    ["agrees and sends garbage", after_first_words(says(agreed, garbage)), /is port 1883 one for TLS\?/],
  ]);
  are_told({ proxy_type: "http", transport: "websockets" }, [
    [
      "agrees and hangs up",
      after_first_words((socket) => void socket.end(agreed)),
      /hung up: is the port one for WebSockets\?/,
    ],
    [
      "agrees and sends garbage",
      after_first_words(says(agreed, garbage)),
      /not HTTP: is the port one for WebSockets/,
    ],
  ]);
});

describe("a proxy of SOCKS 5", () => {
  const socks5 = { proxy_type: "socks5" } as const;
  const granted = "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00";
  are_told(socks5, [
    ["sends garbage", says(garbage), no_socks_proxy],
    ["answers in HTTP", after_first_words(says("HTTP/1.1 400 Bad Request\r\n\r\n")), no_socks_proxy],
    ["answers in SOCKS 4", after_first_words(says("\x00\x5a\x00\x00\x00\x00\x00\x00")), no_socks_proxy],
    [
      "answers in another version later",
      answers(says("\x05\x00"), says("\x04\x00\x00\x01\x00")),
      no_socks_proxy,
    ],
    ["closes at once", hangs_up, no_socks_proxy],
    ["hangs up in the middle", answers(says("\x05\x00"), hangs_up), no_socks_proxy],
    ["wants what was not offered", after_first_words(says("\x05\x07")), no_socks_proxy],
    [
      "agrees and hangs up",
      answers(says("\x05\x00"), (socket) => void socket.end(Buffer.from(granted, "latin1"))),
      /closed the connection without an answer|like a SOCKS proxy/,
    ],
    ["agrees and sends garbage", answers(says("\x05\x00"), says(granted, garbage)), no_mqtt],
    [
      "agrees to what there is not",
      answers(says("\x05\x00"), never_ends("\x05\x00\x00\x09\x00", "x")),
      no_mqtt,
    ],
  ]);
  are_given_up(socks5, [
    ["says nothing", says_nothing],
    ["sends a byte now and then", answers(says("\x05\x00"), dribbles("\x05\x00\x00\x03\xff"))],
  ]);
});

describe("a proxy of SOCKS 4", () => {
  are_told({ proxy_type: "socks4" }, [
    ["sends garbage", says(garbage), no_socks_proxy],
    ["answers in SOCKS 5", after_first_words(says("\x05\xff\x00\x00\x00\x00\x00\x00")), no_socks_proxy],
    ["closes at once", hangs_up, no_socks_proxy],
  ]);
});
