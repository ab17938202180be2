import { describe, expect, it } from "@jest/globals";
import { publish, subscribe } from "../../lib/index.ts";
import { eventually } from "../support/eventually.ts";
import { describe_mosquitto, mosquitto } from "../support/mosquitto.ts";
import { connected, inbox, subscribed, versions } from "./scene.ts";

const three_megabytes = new Uint8Array(3_000_000).map((_, index) => index * 7);

describe_mosquitto("the helpers and mosquitto", () => {
  describe.each(versions)("on %s", (_name, protocol) => {
    it("single() publishes and leaves; simple() gets what is retained", async () => {
      await using broker = await mosquitto();
      const to = { hostname: "127.0.0.1", port: broker.port, protocol, timeout: 10 };
      await publish.single("lamp", "on", { qos: 1, retain: true, ...to });
      const message = await subscribe.simple("lamp", { qos: 1, ...to });
      expect(message).toMatchObject({ topic: "lamp", qos: 1, retain: true });
      expect(message.text()).toBe("on");
      await broker.logged(/(disconnected\.[\s\S]*){2}/);
      expect(broker.log).not.toMatch(/Socket error|closed its connection/);
    });

    it("multiple() publishes all in order; callback() gets them until it disconnects", async () => {
      await using broker = await mosquitto();
      const to = { hostname: "127.0.0.1", port: broker.port, protocol, timeout: 10 };
      const got: [string, string, number][] = [];
      const receiving = subscribe.callback(
        (client, userdata, message) => {
          userdata.push([message.topic, message.text(), message.qos]);
          if (message.topic === "end") {
            client.disconnect();
          }
        },
        ["a/#", "end"],
        { qos: 2, userdata: got, ...to },
      );
      await broker.logged(/(Sending SUBACK[\s\S]*){2}/);
      await publish.multiple(
        [
          { topic: "a/0", payload: "by name" },
          ["a/1", "by position", 1],
          { topic: "a/2", payload: new Uint8Array([50]), qos: 2 },
          { topic: "other", payload: "for nobody", qos: 1 },
          { topic: "end", qos: 2 },
        ],
        to,
      );
      await receiving;
      expect(got).toEqual([
        ["a/0", "by name", 0],
        ["a/1", "by position", 1],
        ["a/2", "2", 2],
        ["end", "", 2],
      ]);
    });

    it("simple() waits for several messages, and can leave out the retained", async () => {
      await using broker = await mosquitto();
      const to = { hostname: "127.0.0.1", port: broker.port, protocol, timeout: 10 };
      await publish.single("a/old", "retained", { qos: 1, retain: true, ...to });
      const receiving = subscribe.simple("a/+", { qos: 1, msg_count: 3, retained: false, ...to });
      await broker.logged(/Sending SUBACK/);
      await publish.multiple(
        ["1", "2", "3"].map((text) => ({ topic: `a/${text}`, payload: text, qos: 1 as const })),
        to,
      );
      const messages = await receiving;
      expect([messages].flat().map((message) => message.text())).toEqual(["1", "2", "3"]);
    });

    it.each([0, 1, 2] as const)(
      "both carry three megabytes with QoS %i",
      async (qos) => {
        await using broker = await mosquitto();
        const to = { hostname: "127.0.0.1", port: broker.port, protocol, timeout: 20 };
        const receiving = subscribe.simple("image", { qos, ...to });
        await broker.logged(/Sending SUBACK/);
        await publish.single("image", three_megabytes, { qos, ...to });
        const message = await receiving;
        expect(message.qos).toBe(qos);
        expect(Buffer.compare(message.payload, three_megabytes)).toBe(0);
      },
      30_000,
    );

    it("a will goes with them, and is not published when they leave", async () => {
      await using broker = await mosquitto();
      await using witness = await connected(broker.port, { protocol });
      await subscribed(witness, "#", 1);
      const messages = inbox(witness);
      const to = { hostname: "127.0.0.1", port: broker.port, protocol, timeout: 10 };
      await publish.single("a", "x", { qos: 1, will: { topic: "gone", payload: "unexpectedly" }, ...to });
      await eventually(() => expect(messages).toHaveLength(1));
      await subscribed(witness, "other");
      expect(messages.map(({ topic }) => topic)).toEqual(["a"]);
      expect(broker.log).toMatch(/Will message specified/);
    });

    it("a wrong password and a closed port are errors that say so", async () => {
      await using broker = await mosquitto({ users: { ann: "secret" } });
      const to = { hostname: "127.0.0.1", port: broker.port, protocol, timeout: 10 };
      const [right, wrong] = ["secret", "wrong"].map((password) => ({ username: "ann", password }));
      await publish.single("a", "x", { qos: 1, ...to, auth: right ?? null });
      await expect(publish.single("a", "x", { ...to, auth: wrong ?? null })).rejects.toThrow(
        "Not authorized",
      );
      await expect(subscribe.simple("a", { ...to, auth: wrong ?? null })).rejects.toThrow("Not authorized");
      await broker.kill();
      await expect(publish.single("a", "x", to)).rejects.toThrow(`127.0.0.1:${broker.port}`);
      await expect(subscribe.simple("a", to)).rejects.toThrow(`127.0.0.1:${broker.port}`);
    });
  });
});
