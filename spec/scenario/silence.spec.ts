import { describe, expect, it } from "@jest/globals";
import { disturber } from "../../lib/testing/disturber.ts";
import { eventually, in_time } from "../support/eventually.ts";
import { describe_mosquitto, mosquitto } from "../support/mosquitto.ts";
import { connect, connected, inbox, new_client, subscribed, texts, versions } from "./scene.ts";

describe_mosquitto("a wire to mosquitto that falls silent", () => {
  describe.each(versions)("on %s", (_name, protocol) => {
    it("is found within one and a half times the keepalive, and nothing is lost by it", async () => {
      await using broker = await mosquitto();
      await using wire = await disturber(broker.port);
      const options = { protocol, client_id: "deaf", persistent: true, connect: { keepalive: 1 } };
      await using client = new_client(options);
      const messages = inbox(client);
      const lost = new Promise<[at: number, reason: string]>((resolve) => {
        client.on_disconnect = (_client, _userdata, _flags, reason_code) => {
          resolve([performance.now(), String(reason_code)]);
        };
      });
      await connect(client, wire.port, options);
      await subscribed(client, "to/client", 2);
      await using other = await connected(broker.port, { protocol });
      await subscribed(other, "from/client", 2);
      const from_client = inbox(other);

      const frozen_at = performance.now();
      wire.freeze();
      const sent = ["a", "b", "c"].map((text, index) =>
        client.publish("from/client", text, index === 0 ? 1 : 2),
      );
      for (const [index, text] of ["x", "y", "z"].entries()) {
        other.publish("to/client", text, index === 0 ? 1 : 2);
      }
      const [lost_at, reason] = await in_time(lost, "the client to notice", { within: 10_000 });
      const noticed_after = (lost_at - frozen_at) / 1000;
      expect(reason).toBe("Keep alive timeout");
      expect(noticed_after).toBeGreaterThan(0.9);
      expect(noticed_after).toBeLessThan(1.5 + 1);

      await Promise.all(sent.map((info) => in_time(info.wait_for_publish(), "publish", { within: 10_000 })));
      await eventually(() => expect(texts(messages)).toEqual(["x", "y", "z"]));
      await eventually(() => expect(texts(from_client)).toEqual(["a", "b", "c"]));
    });

    it("and speaks again in time does no harm", async () => {
      await using broker = await mosquitto();
      await using wire = await disturber(broker.port);
      await using client = await connected(wire.port, { protocol, connect: { keepalive: 60 } });
      await subscribed(client, "a", 2);
      const messages = inbox(client);
      wire.freeze();
      const infos = [0, 1, 2].map((qos) => client.publish("a", `QoS ${qos}`, qos as 0 | 1 | 2));
      // A message that goes another way shows that the broker has time, and got nothing.
      await using other = await connected(broker.port, { protocol });
      await other.publish("b", "x", 1).wait_for_publish();
      expect(messages).toEqual([]);
      wire.thaw();
      await Promise.all(infos.map((info) => info.wait_for_publish()));
      await eventually(() => expect(texts(messages)).toEqual(["QoS 0", "QoS 1", "QoS 2"]));
      expect(client.stats().reconnects).toBe(0);
    });

    it("before CONNACK is found within the keepalive, and the next attempt succeeds", async () => {
      await using broker = await mosquitto();
      await using wire = await disturber(broker.port);
      await using client = new_client({ protocol });
      wire.lag(60_000);
      const reasons: string[] = [];
      client.on_disconnect = (_client, _userdata, _flags, reason_code) => {
        reasons.push(String(reason_code));
        wire.lag(0);
      };
      const began = performance.now();
      await connect(client, wire.port, { connect: { keepalive: 1 } });
      expect(performance.now() - began).toBeGreaterThan(900);
      expect(reasons).toEqual(["Keep alive timeout"]);
      expect(wire.connections).toBe(2);
    });
  });
});

describe_mosquitto("a wire to mosquitto that is slow and in pieces", () => {
  describe.each(versions)("on %s", (_name, protocol) => {
    it("carries everything all the same", async () => {
      await using broker = await mosquitto();
      await using wire = await disturber(broker.port);
      wire.split(3);
      wire.lag(20);
      await using client = await connected(wire.port, { protocol });
      await subscribed(client, "a", 2);
      const messages = inbox(client);
      const expected: string[] = [];
      for (let number = 0; number < 100; number++) {
        expected.push(`message ${number}`);
        client.publish("a", `message ${number}`, (number % 3) as 0 | 1 | 2);
      }
      const in_order = () => texts(messages).sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)));
      await eventually(() => expect(in_order()).toEqual(expected), { within: 20_000 });
      expect(client.stats().reconnects).toBe(0);
    });
  });
});
