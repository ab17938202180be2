import type { Socket } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { type Client, PacketTypes, Properties, ReasonCode } from "../../lib/client/index.ts";
import { disturber } from "../../lib/testing/disturber.ts";
import { eventually, in_time } from "../support/eventually.ts";
import { start_source } from "../support/run_script.ts";
import { describe_brokers } from "./brokers.ts";
import { connected, inbox, next_message, type SceneOptions, subscribed, texts, versions } from "./scene.ts";

/** A client with a will, that says goodbye only if it is asked to. */
const with_will: SceneOptions = {
  reconnect_on_failure: false,
  prepare: (client) => client.will_set("gone", "unexpectedly", 1, true),
};

const a_process_with_a_will = `
  import * as mqtt from "karere/client";
  const [port, protocol] = process.argv.slice(-2).map(Number);
  const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { protocol });
  client.will_set("gone", "unexpectedly", 1, true);
  client.on_connect = () => console.log("connected");
  client.connect("127.0.0.1", port);
  client.loop_forever();
`;

describe_brokers("the will in", (start) => {
  describe.each(versions)("on %s", (_name, protocol) => {
    it("is published when the process is killed", async () => {
      await using broker = await start();
      await using witness = await connected(broker.port, { protocol });
      await subscribed(witness, "gone", 1);
      const args = [String(broker.port), String(protocol)];
      await using victim = start_source(a_process_with_a_will, { args, timeout_ms: 25_000 });
      await victim.output(/connected/);
      const will = next_message(witness);
      victim.kill("SIGKILL");
      expect(await will).toMatchObject({ topic: "gone", qos: 1, retain: false });
      expect((await will).text()).toBe("unexpectedly");
    });

    it.each(["FIN", "RST"] as const)("is published when the connection ends by %s", async (how) => {
      await using broker = await start();
      await using wire = await disturber(broker.port);
      await using witness = await connected(broker.port, { protocol });
      await subscribed(witness, "gone", 1);
      await using victim = await connected(wire.port, { protocol, ...with_will });
      const will = next_message(witness);
      // It may be back before the witness hears of it, or hear of it later.
      const gone = new Promise<boolean>((resolve) => {
        victim.once("disconnect", () => resolve(victim.is_connected()));
      });
      wire.cut(how);
      expect((await will).text()).toBe("unexpectedly");
      expect(await in_time(gone, "on_disconnect", { within: 10_000 })).toBe(false);
    });

    it("is published when the socket is destroyed", async () => {
      await using broker = await start();
      await using witness = await connected(broker.port, { protocol });
      await subscribed(witness, "gone", 1);
      await using victim = await connected(broker.port, { protocol, ...with_will });
      const will = next_message(witness);
      (victim.socket() as Socket).destroy();
      expect((await will).text()).toBe("unexpectedly");
    });

    it("is not published after disconnect() [MQTT-3.14.4-3]", async () => {
      await using broker = await start();
      await using witness = await connected(broker.port, { protocol });
      await subscribed(witness, "gone", 1);
      const messages = inbox(witness);
      const client = await connected(broker.port, { protocol, ...with_will });
      await client.close();
      // What the broker does after the end of that client comes before the answer to this.
      await subscribed(witness, "other");
      expect(messages).toEqual([]);
    });

    it("is not published after will_clear()", async () => {
      await using broker = await start();
      await using wire = await disturber(broker.port);
      await using witness = await connected(broker.port, { protocol });
      await subscribed(witness, "gone", 1);
      const messages = inbox(witness);
      const prepare = (client: Client<2>) => {
        client.will_set("gone", "unexpectedly", 1);
        client.will_clear();
      };
      await using _victim = await connected(wire.port, {
        protocol,
        client_id: "victim",
        ...with_will,
        prepare,
      });
      wire.cut("FIN");
      await broker.left("victim");
      await subscribed(witness, "other");
      expect(messages).toEqual([]);
    });
  });

  it("is published after disconnect() with reason code 0x04 on MQTT 5 [MQTT-3.14.4-3]", async () => {
    await using broker = await start();
    await using witness = await connected(broker.port, { protocol: 5 });
    await subscribed(witness, "gone", 1);
    const client = await connected(broker.port, { protocol: 5, ...with_will });
    const will = next_message(witness);
    client.disconnect(new ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message"));
    expect((await will).text()).toBe("unexpectedly");
    await client.close();
  });

  it("carries its properties on MQTT 5, and comes when its Will Delay Interval has passed", async () => {
    await using broker = await start();
    await using wire = await disturber(broker.port);
    await using witness = await connected(broker.port, { protocol: 5 });
    await subscribed(witness, "gone", 1);
    const messages = inbox(witness);
    const will_properties = new Properties(PacketTypes.WILLMESSAGE, {
      ContentType: "text/plain",
      ResponseTopic: "rescue",
      CorrelationData: Uint8Array.of(1, 2, 3),
      UserProperty: [["room", "attic"]],
      // Mosquitto counts whole seconds: of two, at least one passes.
      WillDelayInterval: 2,
    });
    await using _victim = await connected(wire.port, {
      ...with_will,
      protocol: 5,
      client_id: "victim",
      prepare: (client) => client.will_set("gone", "unexpectedly", 1, false, will_properties),
      connect: { properties: new Properties(PacketTypes.CONNECT, { SessionExpiryInterval: 60 }) },
    });
    wire.cut("FIN");
    await broker.left("victim");
    await witness.publish("gone", "sooner", 1).wait_for_publish();
    await eventually(() => expect(messages).toHaveLength(2), { within: 10_000 });
    expect(texts(messages)).toEqual(["sooner", "unexpectedly"]);
    expect(messages[1]?.properties?.json()).toEqual({
      ContentType: "text/plain",
      ResponseTopic: "rescue",
      CorrelationData: "010203",
      UserProperty: [["room", "attic"]],
    });
  });
});
