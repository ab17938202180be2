import { describe, expect, it } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import { describe_brokers } from "./brokers.ts";
import { connect, connected, inbox, new_client, subscribed, texts, versions } from "./scene.ts";

describe_brokers("a persistent session in", (start) => {
  describe.each(versions)("on %s", (_name, protocol) => {
    const options = { protocol, client_id: "keeper", persistent: true };

    it("keeps messages for an absent client, also over a restart of the broker", async () => {
      await using broker = await start();
      {
        await using client = await connected(broker.port, options);
        await subscribed(client, "kept", 2);
      }
      const expected: string[] = [];
      for (const occasion of ["before", "after"]) {
        await using publisher = await connected(broker.port, { protocol });
        for (const qos of [1, 2] as const) {
          const text = `${occasion} with QoS ${qos}`;
          expected.push(text);
          await publisher.publish("kept", text, qos).wait_for_publish();
        }
        if (occasion === "before") {
          await broker.stop();
          await broker.start();
        }
      }
      await using client = new_client(options);
      const messages = inbox(client);
      let session_present = false;
      client.on_connect = (_client, _userdata, flags) => {
        session_present = flags.session_present;
      };
      await connect(client, broker.port, options);
      await eventually(() => expect(texts(messages)).toEqual(expected));
      // 3.1 has no flag to say it with.
      expect(session_present).toBe(protocol !== 3);
      // None of it comes a second time.
      await client.close();
      await connect(client, broker.port, options);
      await subscribed(client, "other");
      expect(texts(messages)).toEqual(expected);
    });

    it("ends with the connection unless it is asked for", async () => {
      await using broker = await start();
      const fleeting = { protocol, client_id: "keeper" };
      {
        await using client = await connected(broker.port, fleeting);
        await subscribed(client, "kept", 1);
      }
      await using client = new_client(fleeting);
      const messages = inbox(client);
      const flags: boolean[] = [];
      client.on_connect = (_client, _userdata, { session_present }) => {
        flags.push(session_present);
      };
      await connect(client, broker.port, fleeting);
      await client.publish("kept", "for nobody", 1).wait_for_publish();
      await subscribed(client, "other");
      expect([flags, messages]).toEqual([[false], []]);
    });

    it("is used by a client that reconnects after the broker was stopped and started", async () => {
      await using broker = await start();
      const flags: boolean[] = [];
      await using client = new_client(options);
      client.on_connect = (_client, _userdata, { session_present }) => {
        flags.push(session_present);
      };
      const messages = inbox(client);
      await connect(client, broker.port, options);
      await subscribed(client, "kept", 1);
      await broker.stop();
      await eventually(() => expect(client.is_connected()).toBe(false));
      client.publish("kept", "published while the broker was away", 1);
      await broker.start();
      await eventually(() => expect(texts(messages)).toEqual(["published while the broker was away"]));
      if (protocol !== 3) {
        // 3.1 has no such flag.
        expect(flags).toEqual([false, true]);
      }
    });
  });

  // Not on MQTT 3.1: its CONNACK cannot say that the session is lost.
  describe.each(versions.filter(([, protocol]) => protocol !== 3))("on %s", (_name, protocol) => {
    const options = { protocol, client_id: "keeper", persistent: true };

    it("is built again, subscriptions and all, when the broker has lost it", async () => {
      await using broker = await start({ forgetful: true });
      const flags: boolean[] = [];
      await using client = new_client(options);
      client.on_connect = (_client, _userdata, { session_present }) => {
        flags.push(session_present);
      };
      const messages = inbox(client);
      await connect(client, broker.port, options);
      await subscribed(client, [
        ["kept", 1],
        ["also/+", 2],
      ]);
      await broker.stop();
      await broker.start();
      await eventually(() => expect(flags).toEqual([false, false]), { within: 10_000 });
      client.publish("kept", "one", 1);
      client.publish("also/this", "two", 2);
      await eventually(() => expect(texts(messages)).toEqual(["one", "two"]));
      expect(messages.map(({ qos }) => qos)).toEqual([1, 2]);
    });
  });
});
