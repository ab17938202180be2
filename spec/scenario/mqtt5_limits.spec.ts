import { expect, it } from "@jest/globals";
import { type Client, PacketTypes, Properties } from "../../lib/client/index.ts";
import type { PropertyValues } from "../../lib/model/properties.ts";
import { disturber } from "../../lib/testing/disturber.ts";
import { eventually } from "../support/eventually.ts";
import { describe_mosquitto, mosquitto } from "../support/mosquitto.ts";
import { busy_mosquitto, connect, connected, inbox, new_client, subscribed, texts } from "./scene.ts";

const protocol = 5;
type ConnackProperties = Properties<typeof PacketTypes.CONNACK>;

/** What the broker said each time it accepted the client. */
function watch_connack(client: Client<2>): { session_present: boolean; properties: ConnackProperties }[] {
  const seen: { session_present: boolean; properties: ConnackProperties }[] = [];
  client.on("connect", (_client, _userdata, { session_present }, _reason_code, properties) => {
    seen.push({ session_present, properties });
  });
  return seen;
}

/** The properties of CONNECT, as an option of the scene. */
function with_properties(values: PropertyValues<typeof PacketTypes.CONNECT>) {
  return { connect: { properties: new Properties(PacketTypes.CONNECT, values) } };
}

/** To take up the session, which then lives this many seconds longer than the connection. */
function keeping(seconds: number) {
  const { properties } = with_properties({ SessionExpiryInterval: seconds }).connect;
  return { connect: { clean_start: false, properties } };
}

describe_mosquitto("what MQTT 5 lets mosquitto and a client agree on", () => {
  it("the Receive Maximum of the broker bounds what is in flight [MQTT-3.3.4-9]", async () => {
    await using broker = await busy_mosquitto(["max_inflight_messages 3"]);
    await using client = new_client({ protocol });
    const seen = watch_connack(client);
    await connect(client, broker.port);
    expect(seen[0]?.properties.ReceiveMaximum).toBe(3);
    let most = 0;
    client.on_publish = () => {
      most = Math.max(most, client.stats().in_flight);
    };
    const infos = Array.from({ length: 500 }, (_, index) =>
      client.publish("a", index, index % 2 === 0 ? 1 : 2),
    );
    await Promise.all(infos.map((info) => info.wait_for_publish()));
    expect(most).toBe(3);
    expect(client.stats().reconnects).toBe(0);
  });

  // Of one only: with more than that, this mosquitto goes beyond it.
  it("the Receive Maximum of the client bounds what the broker sends unacknowledged", async () => {
    await using broker = await mosquitto();
    const options = with_properties({ ReceiveMaximum: 1 });
    await using client = await connected(broker.port, { protocol, manual_ack: true, ...options });
    const messages = inbox(client);
    await subscribed(client, "a", 2);
    await using publisher = await connected(broker.port, { protocol });
    for (const qos of [1, 2, 1, 2] as const) {
      await publisher.publish("a", `QoS ${qos}`, qos).wait_for_publish();
    }
    for (let count = 1; count <= 4; count++) {
      await eventually(() => expect(messages).toHaveLength(count));
      // The answer comes behind everything that the broker was ready to send before it.
      await subscribed(client, "other");
      expect(messages).toHaveLength(count);
      client.ack(messages[count - 1]?.mid ?? 0, messages[count - 1]?.qos);
    }
    expect(texts(messages)).toEqual(["QoS 1", "QoS 2", "QoS 1", "QoS 2"]);
    expect(client.stats().reconnects).toBe(0);
  });

  it("the Maximum Packet Size of the broker: a larger message is refused here, and nothing else suffers", async () => {
    await using broker = await mosquitto({ config: ["max_packet_size 1000"] });
    await using client = new_client({ protocol });
    const seen = watch_connack(client);
    const messages = inbox(client);
    await connect(client, broker.port);
    expect(seen[0]?.properties.MaximumPacketSize).toBe(1000);
    await subscribed(client, "a", 1);
    const large = client.publish("a", "x".repeat(1000), 1);
    const small = client.publish("a", "x".repeat(900), 1);
    await expect(large.wait_for_publish()).rejects.toMatchObject({ code: "ERR_MQTT_REFUSED" });
    expect(await small.wait_for_publish()).toBe(true);
    await eventually(() => expect(messages).toHaveLength(1));
    expect(client.stats().reconnects).toBe(0);
  });

  it("the Maximum Packet Size of the client: the broker keeps larger ones [MQTT-3.1.2-25]", async () => {
    await using broker = await mosquitto();
    await using client = await connected(broker.port, { protocol, max_packet_size: 1000 });
    const messages = inbox(client);
    await subscribed(client, "a", 1);
    client.publish("a", "x".repeat(2000), 1);
    client.publish("a", "small", 1);
    await eventually(() => expect(texts(messages)).toEqual(["small"]));
    expect(client.stats().reconnects).toBe(0);
  });

  it("the Session Expiry Interval: the session lives so long, and no longer", async () => {
    await using broker = await mosquitto();
    await using client = new_client({ protocol, client_id: "keeper" });
    const seen = watch_connack(client);
    await connect(client, broker.port, keeping(1000));
    await client.close();
    await connect(client, broker.port, keeping(1));
    await client.close();
    await broker.logged(/Expiring client keeper/, { within: 10_000 });
    await connect(client, broker.port, keeping(1));
    expect(seen.map(({ session_present }) => session_present)).toEqual([false, true, false]);
  });

  it("the Session Expiry Interval may be shortened when leaving", async () => {
    await using broker = await mosquitto();
    await using client = new_client({ protocol, client_id: "keeper" });
    const seen = watch_connack(client);
    await connect(client, broker.port, keeping(1000));
    client.disconnect({ properties: new Properties(PacketTypes.DISCONNECT, { SessionExpiryInterval: 0 }) });
    await client.close();
    await connect(client, broker.port, keeping(1000));
    expect(seen.map(({ session_present }) => session_present)).toEqual([false, false]);
  });

  it("the client id that the broker assigns, which is kept for the session's sake", async () => {
    await using broker = await mosquitto();
    await using wire = await disturber(broker.port);
    await using client = new_client({ protocol });
    const seen = watch_connack(client);
    await connect(client, wire.port, with_properties({ SessionExpiryInterval: 1000 }));
    const id = seen[0]?.properties.AssignedClientIdentifier;
    expect(id).toMatch(/./);
    wire.cut("RST");
    await eventually(() => expect(seen).toHaveLength(2));
    expect(seen[1]?.session_present).toBe(true);
    expect(seen[1]?.properties.AssignedClientIdentifier).toBeUndefined();
    expect(broker.log).toContain(` as ${id} (`);
  });

  it("the Server Keep Alive replaces the client's [MQTT-3.1.2-21]", async () => {
    await using broker = await mosquitto({ config: ["max_keepalive 10"] });
    await using client = new_client({ protocol });
    const seen = watch_connack(client);
    await connect(client, broker.port, { connect: { keepalive: 600 } });
    expect(seen[0]?.properties.ServerKeepAlive).toBe(10);
    // The broker allows no shorter one, so this is how long it takes.
    await broker.logged(/Received PINGREQ/, { within: 15_000 });
    expect(client.is_connected()).toBe(true);
  });
});
