import { describe, expect, it } from "@jest/globals";
import {
  Client,
  type ConnectSrvArguments,
  MQTTErrorCode,
  type SrvRecord,
  ValueError,
} from "../../lib/client/index.ts";
import { caught, type ErrorClass } from "../model/caught.ts";
import { free_port } from "../support/mosquitto.ts";
import { packet_bytes } from "../support/packet_bytes.ts";
import { scripted_broker } from "../support/scripted_broker.ts";

const packets = packet_bytes(4);
const record = (port: number, priority = 0): SrvRecord => ({ name: "127.0.0.1", port, priority, weight: 0 });
const domain = "example.org";

describe("connect_srv()", () => {
  it("connects to the first server that works, and makes it host and port", async () => {
    await using broker = await scripted_broker();
    const client = new Client();
    const dead = await free_port();
    const resolve_srv = async () => [record(broker.port, 2), record(dead, 1)];
    expect(await client.connect_srv(domain, { keepalive: 30, resolve_srv })).toBe(
      MQTTErrorCode.MQTT_ERR_SUCCESS,
    );
    await (await broker.accept()).expect(packets.connect({ client_id: "", keepalive: 30 }));
    expect([client.host, client.port, client.keepalive]).toEqual(["127.0.0.1", broker.port, 30]);
    client.disconnect();
  });

  it.each<[string, (client: Client) => void, string]>([
    ["_mqtt._tcp", () => {}, "_mqtt._tcp.example.org"],
    ["_secure-mqtt._tcp with TLS", (client) => client.tls_set(), "_secure-mqtt._tcp.example.org"],
  ])("asks DNS for %s", async (_what, prepare, wanted) => {
    const asked: string[] = [];
    const client = new Client();
    prepare(client);
    const resolve_srv = async (service: string) => {
      asked.push(service);
      return [];
    };
    await expect(client.connect_srv({ domain, resolve_srv })).rejects.toThrow(ValueError);
    expect(asked).toEqual([wanted]);
    client.disconnect();
  });

  it("needs no await: what is published at once waits for the server to be found", async () => {
    await using broker = await scripted_broker();
    const client = new Client();
    void client.connect_srv(domain, { resolve_srv: async () => [record(broker.port)] });
    const running = client.loop_forever();
    const info = client.publish("t", "x", 1);
    const link = await broker.accept();
    await link.expect(packets.connect({ client_id: "" }));
    link.send(packets.connack());
    await link.expect(packets.publish({ topic: "t", payload: "x", qos: 1, mid: info.mid }));
    link.send(packets.puback(info.mid));
    await info.wait_for_publish(5);
    client.disconnect();
    expect(await running).toBe(MQTTErrorCode.MQTT_ERR_SUCCESS);
  });

  it("rejects with ValueError and the causes when no server works", async () => {
    const client = new Client();
    const [one, two] = [await free_port(), await free_port()];
    const resolve_srv = async () => [record(one, 1), record(two, 2)];
    const error = await client.connect_srv(domain, { resolve_srv }).catch((reason) => reason);
    expect(error).toBeInstanceOf(ValueError);
    expect(error.message).toMatch(
      new RegExp(`_mqtt\\._tcp\\.example\\.org can be reached: .*:${one}: nothing listens.*:${two}: nothing`),
    );
    client.disconnect();
  });

  it("can be tried again by reconnect(), which looks the servers up again", async () => {
    await using broker = await scripted_broker();
    const client = new Client();
    let answers = 0;
    const resolve_srv = async () => {
      answers += 1;
      return answers === 1 ? [] : [record(broker.port)];
    };
    await expect(client.connect_srv(domain, { resolve_srv })).rejects.toThrow(/no broker is known by DNS/);
    expect(await client.reconnect()).toBe(MQTTErrorCode.MQTT_ERR_SUCCESS);
    client.disconnect();
  });

  it("is called off by disconnect() while DNS is asked", async () => {
    const client = new Client();
    const connecting = client.connect_srv(domain, { resolve_srv: () => new Promise(() => {}) });
    await Promise.resolve();
    client.disconnect();
    expect(await connecting).toBe(MQTTErrorCode.MQTT_ERR_NO_CONN);
  });

  it("gives way to a later connect()", async () => {
    await using broker = await scripted_broker();
    const client = new Client();
    const searching = client.connect_srv(domain, { resolve_srv: () => new Promise(() => {}) });
    expect(await client.connect("127.0.0.1", broker.port)).toBe(MQTTErrorCode.MQTT_ERR_SUCCESS);
    expect(await searching).toBe(MQTTErrorCode.MQTT_ERR_NO_CONN);
    client.disconnect();
  });

  it.each<[string, ConnectSrvArguments, ErrorClass, RegExp]>([
    ["an empty domain", { domain: "" }, ValueError, /name of this machine|give one/],
    ["a number", { domain: 5 as never }, TypeError, /domain must be a name/],
    ["a resolver that is none", { domain, resolve_srv: 5 as never }, TypeError, /must be a function/],
    ["a negative keepalive", { domain, keepalive: -1 }, ValueError, /keepalive/],
    ["an unknown name", { domian: "x" } as never, TypeError, /did you mean "domain"/],
  ])("refuses %s at once", (_what, args, type, wanted) => {
    const client = new Client();
    const error = caught(() => client.connect_srv(args));
    expect(error).toBeInstanceOf(type);
    expect(error.message).toMatch(wanted);
    expect(caught(() => client.loop_forever()).message).toMatch(/call connect\(\)/);
  });

  it("finds hosts, and so makes no sense over a Unix socket", () => {
    const client = new Client({ transport: "unix" });
    expect(caught(() => client.connect_srv(domain)).message).toMatch(/use connect\(\) with the path/);
  });
});
