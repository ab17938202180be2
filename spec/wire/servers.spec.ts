import { describe, expect, it } from "@jest/globals";
import {
  CallbackAPIVersion,
  Client,
  type ClientOptions,
  MQTTErrorCode,
  TransportError,
} from "../../lib/client/index.ts";
import * as publish from "../../lib/helpers/publish.ts";
import { free_port } from "../support/mosquitto.ts";
import { packet_bytes } from "../support/packet_bytes.ts";
import { type ScriptedBroker, type ScriptedLink, scripted_broker } from "../support/scripted_broker.ts";
import { record } from "./talk.ts";

const packets = packet_bytes(4);
const at = ({ port }: Pick<ScriptedBroker, "port">) => `127.0.0.1:${port}`;

function new_client(options: ClientOptions<2> = {}): Client<2> {
  const client = new Client(CallbackAPIVersion.VERSION2, { warnings: false, ...options });
  client.reconnect_delay_set(0, 0);
  return client;
}

async function greeted(broker: ScriptedBroker): Promise<ScriptedLink> {
  const link = await broker.accept();
  await link.expect_packet("CONNECT");
  return link;
}

describe("connect() with several servers", () => {
  it("connects to the first that can be reached, and says which", async () => {
    await using broker = await scripted_broker();
    const client = new_client();
    const dead = await free_port();
    expect(await client.connect([`127.0.0.1:${dead}`, at(broker)])).toBe(MQTTErrorCode.MQTT_ERR_SUCCESS);
    await greeted(broker);
    expect([client.host, client.port]).toEqual(["127.0.0.1", broker.port]);
    client.disconnect();
  });

  it("takes them by name, too, and a port for those without", async () => {
    await using broker = await scripted_broker();
    const client = new_client();
    await client.connect({ servers: ["127.0.0.1"], port: broker.port, keepalive: 30 });
    await (await broker.accept()).expect(packets.connect({ client_id: "", keepalive: 30 }));
    expect(() => client.connect({ servers: ["a"], host: "b" } as never)).toThrow("host or servers, not both");
    client.disconnect();
  });

  it("rejects when none can be reached, with what each of them said, and once", async () => {
    const ports = [await free_port(), await free_port()];
    const client = new_client();
    const error = await client.connect(ports.map((port) => `127.0.0.1:${port}`)).catch((reason) => reason);
    expect(error).toBeInstanceOf(TransportError);
    expect(error.message).toMatch(
      new RegExp(`none of the servers .*: nothing listens on .*:${ports[0]}.*; .*listens on .*:${ports[1]}`),
    );
    client.disconnect();
  });

  it("tells on_connect_fail of each that the loop could not reach", async () => {
    await using broker = await scripted_broker();
    const client = new_client();
    const calls = record(client, "connect_fail", "connect");
    client.connect_async([`127.0.0.1:${await free_port()}`, `127.0.0.1:${await free_port()}`, at(broker)]);
    client.loop_start();
    (await greeted(broker)).send(packets.connack());
    await new Promise((resolve) => client.once("connect", resolve));
    expect(calls.map(([name]) => name)).toEqual(["connect_fail", "connect_fail", "connect"]);
    client.disconnect();
  });

  it("goes on to the next server when one refuses the client, without a wait", async () => {
    await using first = await scripted_broker();
    await using second = await scripted_broker();
    const client = new_client();
    client.reconnect_delay_set(60, 60);
    const calls = record(client, "connect");
    client.connect([at(first), at(second)]);
    client.loop_start();
    (await greeted(first)).send(packets.connack({ code: 3 }));
    (await greeted(second)).send(packets.connack());
    await new Promise((resolve) => client.once("connect", resolve));
    expect(calls.map(([, , reason_code]) => String(reason_code))).toEqual(["Server unavailable", "Success"]);
    client.disconnect();
  });

  it("waits for the back-off when each has failed, and begins with the first again", async () => {
    await using first = await scripted_broker();
    await using second = await scripted_broker();
    const client = new_client();
    const waits: string[] = [];
    client.on_log = (_client, _userdata, _level, text) => {
      if (text.includes("trying again")) waits.push(text);
    };
    client.connect([at(first), at(second)]);
    client.loop_start();
    for (let round = 1; round <= 2; round += 1) {
      (await greeted(first)).send(packets.connack({ code: 3 }));
      (await greeted(second)).send(packets.connack({ code: 3 }));
    }
    await greeted(first);
    expect(waits).toHaveLength(2);
    client.disconnect();
  });

  it("stays with the server that it has lost, and goes on from there", async () => {
    await using first = await scripted_broker();
    await using second = await scripted_broker();
    const client = new_client();
    client.connect([at(first), at(second)]);
    client.loop_start();
    const link = await greeted(first);
    link.send(packets.connack());
    const info = client.publish("t", "x", 1);
    await link.expect(packets.publish({ topic: "t", payload: "x", qos: 1, mid: info.mid }));
    link.reset();
    const again = await greeted(first);
    again.reset();
    const other = await greeted(second);
    other.send(packets.connack());
    await other.expect(packets.publish({ topic: "t", payload: "x", qos: 1, mid: info.mid, dup: true }));
    other.send(packets.puback(info.mid));
    expect(await info.wait_for_publish(5)).toBe(true);
    expect([client.port, client.stats().reconnects]).toEqual([second.port, 2]);
    client.disconnect();
  });

  it("tries them all once, and no more, with reconnect_on_failure: false", async () => {
    await using first = await scripted_broker();
    await using second = await scripted_broker();
    const client = new_client({ reconnect_on_failure: false });
    client.connect([at(first), at(second)]);
    const running = client.loop_forever();
    (await greeted(first)).send(packets.connack({ code: 3 }));
    (await greeted(second)).send(packets.connack({ code: 3 }));
    expect(await running).toBe(MQTTErrorCode.MQTT_ERR_CONN_REFUSED);
    expect([first.connections, second.connections]).toEqual([1, 1]);
  });

  it("gives loop_forever() the failure of the whole round", async () => {
    const client = new_client();
    client.connect_async([`127.0.0.1:${await free_port()}`, `127.0.0.1:${await free_port()}`]);
    await expect(client.loop_forever()).rejects.toThrow(/none of the servers can be reached/);
  });
});

describe("a host that is a URL", () => {
  it("names port and credentials", async () => {
    await using broker = await scripted_broker();
    const client = new_client();
    client.username_pw_set("not me", "wrong");
    await client.connect(`mqtt://me:s%20cret@${at(broker)}`);
    await (await broker.accept()).expect(
      packets.connect({ client_id: "", username: "me", password: "s cret" }),
    );
    expect([client.host, client.port, client.transport]).toEqual(["127.0.0.1", broker.port, "tcp"]);
    client.disconnect();
  });

  it("is taken by the helpers", async () => {
    await using broker = await scripted_broker();
    const dead = `127.0.0.1:${await free_port()}`;
    const done = publish.single("t", "x", {
      qos: 0,
      hostname: [dead, `mqtt://me@${at(broker)}`],
      timeout: 10,
    });
    const link = await broker.accept();
    await link.expect(packets.connect({ client_id: "", username: "me" }));
    link.send(packets.connack());
    await link.expect(packets.publish({ topic: "t", payload: "x" }));
    await done;
  });

  it("does not take back what tls_set() has asked for", async () => {
    await using broker = await scripted_broker();
    const client = new_client();
    client.tls_set();
    client.connect(`mqtt://me:secret@${at(broker)}`).catch(() => {});
    const link = await broker.accept();
    const hello = await link.expect_packet("CONNECT");
    expect([...hello.subarray(0, 2)]).toEqual([0x16, 3]); // no CONNECT: a handshake of TLS, cut at its length
    client.disconnect();
  });

  it("may come from a function, with a token, for each attempt", async () => {
    await using broker = await scripted_broker();
    const client = new_client();
    client.connect(async (attempt) => `mqtt://me:token-${attempt}@${at(broker)}`);
    client.loop_start();
    for (const attempt of [1, 2]) {
      const link = await broker.accept();
      await link.expect(packets.connect({ client_id: "", username: "me", password: `token-${attempt}` }));
      link.send(packets.connack({ code: 5 }));
    }
    client.disconnect();
  });
});

describe("credentials from a function", () => {
  it("are asked for before each attempt", async () => {
    await using broker = await scripted_broker();
    const client = new_client();
    client.username_pw_set(async (attempt) => ({ username: "me", password: `token-${attempt}` }));
    client.connect("127.0.0.1", broker.port);
    client.loop_start();
    for (const attempt of [1, 2]) {
      const link = await broker.accept();
      await link.expect(packets.connect({ client_id: "", username: "me", password: `token-${attempt}` }));
      link.send(packets.connack({ code: 5 }));
    }
    client.disconnect();
  });

  it("fail connect() when the function fails, and can be had again later", async () => {
    await using broker = await scripted_broker();
    const client = new_client();
    let calls = 0;
    client.username_pw_set(async () => {
      calls += 1;
      if (calls === 1) throw new Error("the token service is down");
      return { username: "me" };
    });
    await expect(client.connect("127.0.0.1", broker.port)).rejects.toThrow(
      "the function of username_pw_set() failed: the token service is down",
    );
    expect(await client.reconnect()).toBe(MQTTErrorCode.MQTT_ERR_SUCCESS);
    await (await broker.accept()).expect(packets.connect({ client_id: "", username: "me" }));
    client.disconnect();
  });

  it("are not waited for after disconnect()", async () => {
    const client = new_client();
    client.username_pw_set(() => new Promise(() => {}));
    const connecting = client.connect("127.0.0.1", 1883);
    await Promise.resolve();
    client.disconnect();
    expect(await connecting).toBe(MQTTErrorCode.MQTT_ERR_NO_CONN);
  });
});
