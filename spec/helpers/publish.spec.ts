import { describe, expect, it } from "@jest/globals";
import { publish } from "../../lib/index.ts";
import { caught } from "../model/caught.ts";
import { packet_bytes } from "../support/packet_bytes.ts";
import { run_source } from "../support/run_script.ts";
import { type ScriptedLink, scripted_broker } from "../support/scripted_broker.ts";
import { at, farewell, welcomed } from "./counterpart.ts";

const packets = packet_bytes(4);

describe("publish.single()", () => {
  it("connects, publishes and disconnects", async () => {
    await using broker = await scripted_broker();
    const done = publish.single("pub/qos0/test", "message", { client_id: "helper", ...at(broker) });
    const link = await broker.accept();
    await link.expect('1012 0004 "MQTT" 04 02 003c 0006 "helper"');
    link.send("20020000");
    await link.expect('3016 000d "pub/qos0/test" "message"');
    await farewell(link);
    expect(await done).toBe(undefined);
  });

  it("speaks MQTT 5 where it is told to", async () => {
    await using broker = await scripted_broker();
    const done = publish.single("pub/qos0/test", "message", {
      client_id: "helper",
      protocol: 5,
      ...at(broker),
    });
    const link = await broker.accept();
    await link.expect('1013 0004 "MQTT" 05 02 003c 00 0006 "helper"');
    link.send("2009 00 00 06 22000a 210014");
    await link.expect('3017 000d "pub/qos0/test" 00 "message"');
    await farewell(link);
    await done;
  });

  it("takes paho's positions", async () => {
    await using broker = await scripted_broker();
    const will = { topic: "w", payload: "x", qos: 1, retain: true } as const;
    const auth = { username: "u", password: "p" };
    const done = publish.single(
      "t",
      "p",
      1,
      true,
      "127.0.0.1",
      broker.port,
      "id",
      30,
      will,
      auth,
      null,
      3,
      "tcp",
    );
    const link = await broker.accept();
    await link.expect(
      packet_bytes(3).connect({ client_id: "id", keepalive: 30, will, username: "u", password: "p" }),
    );
    link.send(packets.connack());
    await link.expect(packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1, retain: true }));
    link.send(packets.puback(1));
    await farewell(link);
    await done;
  });

  it("takes all by name", async () => {
    await using broker = await scripted_broker();
    const done = publish.single({ topic: "t", payload: "p", retain: true, ...at(broker) });
    const link = await welcomed(broker);
    await link.expect(packets.publish({ topic: "t", payload: "p", retain: true }));
    await farewell(link);
    await done;
  });

  it("sends a QoS 1 message again, with DUP, after a broken connection", async () => {
    await using broker = await scripted_broker();
    const done = publish.single("t", "p", { qos: 1, ...at(broker) });
    const first = await welcomed(broker);
    await first.expect(packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1 }));
    first.close();
    const second = await welcomed(broker);
    await second.expect(packets.publish({ topic: "t", payload: "p", qos: 1, mid: 1, dup: true }));
    second.send(packets.puback(1));
    await farewell(second);
    await done;
  });

  it("publishes QoS 0 that did not get out on the next connection", async () => {
    await using broker = await scripted_broker();
    const done = publish.single("t", "p", at(broker));
    const first = await broker.accept();
    await first.expect_packet("CONNECT");
    first.reset();
    const second = await welcomed(broker);
    await second.expect(packets.publish({ topic: "t", payload: "p" }));
    await farewell(second);
    await done;
  });
});

describe("publish.multiple()", () => {
  it("publishes one after the other, the next when the last is acknowledged at its QoS", async () => {
    await using broker = await scripted_broker();
    const done = publish.multiple(
      [{ topic: "a", payload: "1", qos: 1 }, ["b", "2", 2, true], { topic: "c" }, ["d"]],
      at(broker),
    );
    const link = await welcomed(broker);
    await link.expect(packets.publish({ topic: "a", payload: "1", qos: 1, mid: 1 }));
    link.send(packets.pingreq());
    await link.expect(packets.pingresp());
    link.send(packets.puback(1));
    await link.expect(packets.publish({ topic: "b", payload: "2", qos: 2, mid: 2, retain: true }));
    link.send(packets.pubrec(2));
    await link.expect(packets.pubrel(2));
    link.send(packets.pubcomp(2));
    await link.expect(packets.publish({ topic: "c" }));
    await link.expect(packets.publish({ topic: "d" }));
    await farewell(link);
    await done;
  });

  it("publishes every message once over a broken connection, in order, and then leaves once", async () => {
    await using broker = await scripted_broker();
    const done = publish.multiple(
      ["1", "2", "3"].map((payload) => ({ topic: "t", payload, qos: 1 as const })),
      at(broker),
    );
    const first = await welcomed(broker);
    await first.expect(packets.publish({ topic: "t", payload: "1", qos: 1, mid: 1 }));
    first.send(packets.puback(1));
    await first.expect(packets.publish({ topic: "t", payload: "2", qos: 1, mid: 2 }));
    first.reset();
    const second = await welcomed(broker);
    await second.expect(packets.publish({ topic: "t", payload: "2", qos: 1, mid: 2, dup: true }));
    second.send(packets.puback(2));
    await second.expect(packets.publish({ topic: "t", payload: "3", qos: 1, mid: 3 }));
    second.send(packets.puback(3));
    await farewell(second);
    await done;
    expect(broker.connections).toBe(2);
  });

  it("takes generators", async () => {
    await using broker = await scripted_broker();
    function* messages() {
      yield ["t", "1"] as const;
      yield { topic: "t", payload: "2" };
    }
    const done = publish.multiple(messages() as never, at(broker));
    const link = await welcomed(broker);
    await link.expect(packets.publish({ topic: "t", payload: "1" }));
    await link.expect(packets.publish({ topic: "t", payload: "2" }));
    await farewell(link);
    await done;
  });
});

describe("the publish helpers reject", () => {
  it.each([
    [1, 4, "Unsupported protocol version"],
    [4, 4, "Bad user name or password"],
    [5, 4, "Not authorized"],
    [0x87, 5, "Not authorized"],
    [0x97, 5, "Quota exceeded"],
  ] as const)(
    "with the reason when the broker refuses with %i on version %i",
    async (code, protocol, text) => {
      await using broker = await scripted_broker();
      const done = publish.single("t", "p", { protocol, client_id: "x", ...at(broker) });
      const refused = expect(done).rejects.toMatchObject({
        name: "MQTTException",
        code: "ERR_MQTT_CONNECT_REFUSED",
        message: expect.stringContaining(text),
      });
      for (let attempt = 1; attempt <= (code === 1 ? 2 : 1); attempt++) {
        const link = await broker.accept();
        await link.expect_packet("CONNECT");
        link.send(packet_bytes(protocol).connack({ code }));
      }
      await refused;
    },
  );

  it("when the broker refuses a message", async () => {
    await using broker = await scripted_broker();
    const done = publish.single("t", "p", { qos: 1, protocol: 5, ...at(broker) });
    const refused = expect(done).rejects.toMatchObject({ code: "ERR_MQTT_REFUSED" });
    const link = await broker.accept();
    await link.expect_packet("CONNECT");
    link.send(packet_bytes(5).connack());
    await link.expect_packet("PUBLISH");
    link.send(packet_bytes(5).puback(1, 0x87));
    await link.expect("e000");
    link.close();
    await refused;
  });

  it.each([
    ["hangs up", (link: ScriptedLink) => link.close(), "closed the connection without an answer"],
    ["cuts the connection", (link: ScriptedLink) => link.reset(), "does it want TLS"],
    ["speaks HTTP", (link: ScriptedLink) => link.send(Buffer.from("HTTP/1.1 400 Bad\r\n")), "speaks HTTP"],
  ])("when a server %s, and does so again", async (_how, act, text) => {
    await using broker = await scripted_broker();
    const done = publish.single("t", "p", at(broker));
    const failed = expect(done).rejects.toMatchObject({
      name: "TransportError",
      message: expect.stringContaining(text),
    });
    for (const _attempt of [1, 2]) {
      const link = await broker.accept();
      await link.expect_packet("CONNECT");
      act(link);
    }
    await failed;
  });

  it("when the time is over, with what was in the way", async () => {
    await using broker = await scripted_broker();
    const done = publish.single("t", "p", { qos: 1, timeout: 0.5, ...at(broker) });
    const late = expect(done).rejects.toMatchObject({
      name: "TimeoutError",
      message: expect.stringMatching(/^publishing took longer than 0\.5 s: .* without an answer/),
      cause: expect.any(Error),
    });
    const link = await broker.accept();
    await link.expect_packet("CONNECT");
    link.close();
    await late;
  });

  it("when nothing listens there", async () => {
    const broker = await scripted_broker();
    await broker.close();
    await expect(publish.single("t", "p", at(broker))).rejects.toMatchObject({ name: "TransportError" });
  });

  it("when the time is over", async () => {
    await using broker = await scripted_broker();
    const done = publish.single("t", "p", { qos: 1, timeout: 0.2, ...at(broker) });
    const late = expect(done).rejects.toMatchObject({
      name: "TimeoutError",
      message: "publishing took longer than 0.2 s",
    });
    const link = await welcomed(broker);
    await link.expect_packet("PUBLISH");
    await farewell(link);
    await late;
  });

  it.each([Number.POSITIVE_INFINITY, 1e9])(
    "not yet after no time when it is allowed %d s",
    async (timeout) => {
      await using broker = await scripted_broker();
      const done = publish.single("t", "p", { timeout, ...at(broker) });
      const link = await welcomed(broker);
      await link.expect_packet("PUBLISH");
      await farewell(link);
      await done;
    },
  );

  it("when another client takes the session over: it would go on for ever", async () => {
    await using broker = await scripted_broker();
    const done = publish.single("t", "p", { qos: 1, protocol: 5, client_id: "twin", ...at(broker) });
    const gone = expect(done).rejects.toMatchObject({ code: "ERR_MQTT_CONNECTION_LOST" });
    const link = await broker.accept();
    await link.expect_packet("CONNECT");
    link.send(packet_bytes(5).connack());
    await link.expect_packet("PUBLISH");
    link.send("e001 8e");
    await gone;
  });

  it.each([
    ["no list", () => publish.multiple("text" as never), "TypeError", "a list"],
    ["null", () => publish.multiple(null as never), "TypeError", "a list"],
    ["an empty list", () => publish.multiple([]), "ValueError", "empty"],
    ["a message that is no message", () => publish.multiple(["a" as never]), "TypeError", "message"],
    ["a message without a topic", () => publish.multiple([{ payload: "x" } as never]), "TypeError", "topic"],
    [
      "an unknown name in a message",
      () => publish.multiple([{ topic: "t", qso: 1 } as never]),
      "TypeError",
      '"qos"',
    ],
    [
      "too many arguments in a message",
      () => publish.multiple([["t", "p", 0, false, null, 5] as never]),
      "TypeError",
      "6",
    ],
    ["a wrong QoS", () => publish.single("t", "p", 3 as never), "ValueError", "QoS"],
    ["an object", () => publish.single("t", { temperature: 20 } as never), "TypeError", "JSON.stringify"],
    ["a wildcard", () => publish.single("t/#", "p"), "ValueError", "wildcard"],
    ["an unknown name", () => publish.single("t", "p", { hostnam: "x" } as never), "TypeError", '"hostname"'],
    ["a name twice", () => publish.single("t", "p", { topic: "x" } as never), "TypeError", "twice"],
    [
      "auth without a user name",
      () => publish.single("t", "p", { auth: {} as never }),
      "KeyError",
      "username",
    ],
    ["auth that is no object", () => publish.single("t", "p", { auth: "u" as never }), "ValueError", "auth"],
    ["a will without a topic", () => publish.single("t", "p", { will: {} as never }), "TypeError", "topic"],
    ["a wrong port", () => publish.single("t", "p", { port: 0 }), "ValueError", "port"],
    ["a wrong time", () => publish.single("t", "p", { timeout: -1 }), "ValueError", "timeout"],
  ])("at once, before anything is opened: %s", (_name, call, name, text) => {
    const error = caught(call);
    expect(error.name).toBe(name);
    expect(error.message).toContain(text);
  });
});

describe("a script that calls publish.single()", () => {
  it("ends by itself when the message is out, without an await", async () => {
    await using broker = await scripted_broker();
    const script = run_source(
      `import * as publish from "karere/publish";
       publish.single("t", "p", { qos: 1, hostname: "127.0.0.1", port: ${broker.port} });
       process.on("exit", (code) => console.log("ended", code));`,
    );
    const link = await welcomed(broker);
    await link.expect_packet("PUBLISH");
    link.send(packets.puback(1));
    await farewell(link);
    expect(await script).toMatchObject({ exit_code: 0, stdout: "ended 0\n", stderr: "" });
  });

  it("ends with the error when nobody catches it", async () => {
    const broker = await scripted_broker();
    await broker.close();
    const { exit_code, stderr } = await run_source(
      `import * as publish from "karere/publish";
       publish.single("t", "p", { hostname: "127.0.0.1", port: ${broker.port} });`,
    );
    expect(exit_code).toBe(1);
    expect(stderr).toContain("nothing listens");
  });
});
