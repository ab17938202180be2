import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { Client, type Logger, LogLevel, Properties } from "../../lib/client/index.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { eventually } from "../support/eventually.ts";
import { connected, publish_properties, strangers } from "./talk.ts";

afterEach(() => {
  jest.restoreAllMocks();
});

/** A logger that keeps its lines as `[method, text]`. */
function keeping(): { logger: Logger; lines: [string, string][] } {
  const lines: [string, string][] = [];
  const keep = (method: string) => (text: string) => void lines.push([method, text]);
  return {
    lines,
    logger: { debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") },
  };
}

describe("the log", () => {
  it("begins with the next packet, also where nothing else goes on", async () => {
    await using talk = await connected();
    const lines: string[] = [];
    await talk.nothing_more();
    talk.client.on_log = (_client, _userdata, _level, text) => void lines.push(text);
    talk.link.send(talk.packets.publish({ topic: "a", payload: "x", qos: 1, mid: 7 }));
    await talk.link.expect_packet("PUBACK");
    expect(lines).toEqual(['< PUBLISH mid=7 qos=1 topic="a" (1 bytes)', "> PUBACK mid=7"]);
  });

  it("has a line for each packet that goes and comes, at the level DEBUG", async () => {
    await using talk = await strangers({ client_id: "logged" });
    const { client, packets } = talk;
    const lines: [number, string][] = [];
    client.on_log = (_client, _userdata, level, text) => void lines.push([level, text]);
    await talk.dial();
    talk.welcome();
    await talk.nothing_more();
    client.subscribe("a/#", 1);
    client.publish("a/b", "secret payload", 2, true);
    await talk.link.expect_packet("SUBSCRIBE");
    await talk.link.expect_packet("PUBLISH");
    talk.link.send(packets.suback(1, [1]));
    talk.link.send(packets.pubrec(2));
    await talk.link.expect_packet("PUBREL");
    talk.link.send(packets.pubcomp(2));
    talk.link.send(packets.publish({ topic: "a/b", payload: "another secret", qos: 1, mid: 7, dup: true }));
    await talk.link.expect_packet("PUBACK");
    client.unsubscribe("a/#");
    await talk.link.expect_packet("UNSUBSCRIBE");
    client.disconnect();
    await talk.link.expect("e000");
    await eventually(() => expect(lines.at(-1)?.[1]).toMatch(/^> DISCONNECT/));
    expect(new Set(lines.map(([level]) => level))).toEqual(new Set([LogLevel.MQTT_LOG_DEBUG]));
    expect(lines.map(([, text]) => text)).toEqual([
      '> CONNECT version=4 client_id="logged" keepalive=60 clean',
      "< CONNACK rc=0 session_present=0",
      "< PINGREQ",
      "> PINGRESP",
      '> SUBSCRIBE mid=1 "a/#" qos=1',
      '> PUBLISH mid=2 qos=2 retain topic="a/b" (14 bytes)',
      "< SUBACK mid=1 rc=1",
      "< PUBREC mid=2",
      "> PUBREL mid=2",
      "< PUBCOMP mid=2",
      '< PUBLISH mid=7 qos=1 dup topic="a/b" (14 bytes)',
      "> PUBACK mid=7",
      '> UNSUBSCRIBE mid=3 "a/#"',
      "> DISCONNECT rc=0",
    ]);
  });

  it.each([4, 5] as const)("never has a password or a payload in it (version %i)", async (protocol) => {
    await using talk = await strangers({ protocol, client_id: "x" });
    const { client, packets } = talk;
    const { logger, lines } = keeping();
    client.enable_logger(logger);
    client.username_pw_set("user", "hush-password");
    client.will_set("will", "hush-will");
    await talk.dial();
    talk.welcome();
    await talk.nothing_more();
    client.publish("t", "hush-out", 1);
    await talk.link.expect_packet("PUBLISH");
    talk.link.send(packets.publish({ topic: "t", payload: "hush-in" }));
    await talk.nothing_more();
    const text = lines.map(([, line]) => line).join("\n");
    expect(text).toContain("CONNECT");
    expect(text).toContain("username password will");
    expect(text).not.toContain("hush");
    expect(text).not.toContain(Buffer.from("hush").toString("hex"));
  });

  it("never has authentication or correlation data in it either", async () => {
    const connect = new Properties(PacketTypes.CONNECT, {
      AuthenticationMethod: "token",
      AuthenticationData: Buffer.from("hush-token"),
    });
    await using talk = await strangers({ protocol: 5, connect });
    const { logger, lines } = keeping();
    talk.client.enable_logger(logger);
    await talk.dial();
    talk.welcome();
    await talk.nothing_more();
    talk.client.publish("t", "", { properties: publish_properties({ ResponseTopic: "r" }) });
    await talk.link.expect_packet("PUBLISH");
    const text = lines.map(([, line]) => line).join("\n");
    expect(text).toContain("ResponseTopic : r");
    expect(text).not.toContain("hush");
    expect(text).not.toContain(Buffer.from("hush").toString("hex"));
  });

  it("goes to on_log first and then to the logger, and to both when both are set", async () => {
    await using talk = await connected();
    const order: string[] = [];
    talk.client.on_log = () => void order.push("on_log");
    const note = () => void order.push("logger");
    talk.client.enable_logger({ debug: note, info: note, warn: note, error: note });
    talk.client.publish("t", "p");
    await talk.link.expect_packet("PUBLISH");
    expect(order).toEqual(["on_log", "logger"]);
  });

  it("maps the levels to the logger's methods: debug, info, warn, error", async () => {
    await using talk = await strangers({ protocol: 4 });
    const { client } = talk;
    const { logger, lines } = keeping();
    client.enable_logger(logger);
    const client_of = client as unknown as Record<string, unknown>;
    client_of.on_disconnect = (_client: unknown, _userdata: unknown, _rc: unknown) => {};
    client.on_message = () => {
      throw new Error("boom");
    };
    await talk.dial();
    talk.welcome();
    talk.link.send(talk.packets.publish({ topic: "t" }));
    talk.link.send(talk.packets.puback(99));
    await talk.nothing_more();
    const methods = (text: string) =>
      lines.filter(([, line]) => line.includes(text)).map(([method]) => method);
    expect(methods("CONNACK")).toEqual(["debug"]);
    expect(methods("answers nothing")).toEqual(["info"]);
    expect(methods("on_disconnect has 3 parameters")).toEqual(["warn"]);
    expect(methods("on_message failed")).toEqual(["error"]);
  });

  it("goes to the console by default, and nowhere after disable_logger()", () => {
    const client = new Client();
    expect(client.logger).toBe(null);
    client.enable_logger();
    expect(client.logger).toBe(console);
    const { logger } = keeping();
    client.enable_logger(logger);
    client.enable_logger();
    expect(client.logger).toBe(logger);
    client.disable_logger();
    expect(client.logger).toBe(null);
    client.logger = logger;
    expect(client.logger).toBe(logger);
  });

  it("does not cost a line when nobody reads it", async () => {
    await using talk = await connected();
    const { lines, logger } = keeping();
    talk.client.publish("t", "p");
    await talk.link.expect_packet("PUBLISH");
    talk.client.enable_logger(logger);
    talk.client.publish("t", "p");
    await talk.link.expect_packet("PUBLISH");
    talk.client.disable_logger();
    talk.client.publish("t", "p");
    await talk.link.expect_packet("PUBLISH");
    expect(lines).toHaveLength(1);
  });

  it("has an ERR line for loop() without a connection", async () => {
    const client = new Client();
    const lines: [number, string][] = [];
    client.on_log = (_client, _userdata, level, text) => void lines.push([level, text]);
    expect(await client.loop(0)).toBe(4);
    expect(lines).toEqual([[8, expect.stringContaining("without a connection")]]);
  });
});
