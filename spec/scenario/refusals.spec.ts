import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { eventually, in_time } from "../support/eventually.ts";
import { describe_mosquitto, mosquitto } from "../support/mosquitto.ts";
import { connect, connected, inbox, new_client, subscribed, versions } from "./scene.ts";

/** The plugin with which mosquitto can refuse subscriptions; an `acl_file` is not asked about those. */
const plugin = ["/usr/lib", "/usr/local/lib", "/opt/homebrew/lib"]
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => [folder, ...readdirSync(folder).map((name) => join(folder, name))])
  .map((folder) => join(folder, "mosquitto_dynamic_security.so"))
  .find((file) => existsSync(file));

/** A broker that lets everybody in and denies what is named. */
async function denying(...what: ("publishClientSend" | "subscribe")[]) {
  const folder = await mkdtemp(join(tmpdir(), "karere-acl-"));
  const access = { publishClientSend: true, publishClientReceive: true, subscribe: true, unsubscribe: true };
  for (const name of what) {
    access[name] = false;
  }
  const file = join(folder, "access.json");
  await writeFile(file, JSON.stringify({ defaultACLAccess: access }));
  const broker = await mosquitto({ config: [`plugin ${plugin}`, `plugin_opt_config_file ${file}`] });
  const dispose = async () => {
    await broker[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
  return { port: broker.port, [Symbol.asyncDispose]: dispose };
}

describe_mosquitto("what mosquitto refuses", () => {
  describe.each(versions)("on %s", (_name, protocol) => {
    it("a wrong password is told to on_connect, and the right one works", async () => {
      await using broker = await mosquitto({ users: { ann: "secret" } });
      await using client = new_client({ protocol });
      client.username_pw_set("ann", "wrong");
      await expect(connect(client, broker.port)).rejects.toThrow("refused the connection: Not authorized");
      expect(client.is_connected()).toBe(false);
      client.username_pw_set("ann", "secret");
      await connect(client, broker.port);
      expect(client.is_connected()).toBe(true);
    });
  });

  // Without the plugin these are skipped, and in CI that fails.
  const it_with_plugin = plugin === undefined ? it.skip : it;

  it_with_plugin.each([
    ["MQTT 3.1.1", 4, "Unspecified error"],
    ["MQTT 5", 5, "Not authorized"],
    // Not on MQTT 3.1, whose SUBACK can only grant.
  ] as const)("a subscription is told to on_subscribe on %s", async (_name, protocol, reason) => {
    await using broker = await denying("subscribe");
    await using client = await connected(broker.port, { protocol });
    const messages = inbox(client);
    const codes = await subscribed(client, [
      ["a", 0],
      ["b", 1],
    ]);
    expect(codes.map(String)).toEqual([reason, reason]);
    await client.publish("a", "x", 1).wait_for_publish();
    await client.publish("b", "x", 1).wait_for_publish();
    expect(messages).toEqual([]);
    expect(client.is_connected()).toBe(true);
  });

  // Not on 3.x, where PUBACK and PUBREC carry no reason.
  it_with_plugin.each([1, 2] as const)(
    "a message with QoS %i is told to on_publish on MQTT 5",
    async (qos) => {
      await using broker = await denying("publishClientSend");
      await using client = await connected(broker.port, { protocol: 5 });
      const told: [number, string][] = [];
      client.on_publish = (_client, _userdata, mid, reason_code) => {
        told.push([mid, String(reason_code)]);
      };
      const info = client.publish("a", "x", qos);
      await expect(info.wait_for_publish()).rejects.toMatchObject({ code: "ERR_MQTT_REFUSED" });
      await eventually(() => expect(told).toEqual([[info.mid, "Not authorized"]]));
      expect(client.stats()).toMatchObject({ queued: 0, in_flight: 0, bytes: 0 });
      expect(client.is_connected()).toBe(true);
    },
  );

  // Session taken over (0x8E) is nothing that this mosquitto would say: it just closes, on MQTT 5 too.
  it.each(versions)(
    "a client whose id another one takes loses its connection, on %s",
    async (_name, protocol) => {
      await using broker = await mosquitto();
      const twin = { protocol, client_id: "twin" };
      await using first = await connected(broker.port, { ...twin, reconnect_on_failure: false });
      const ended = new Promise<void>((resolve) => first.once("disconnect", () => resolve()));
      await using second = await connected(broker.port, twin);
      await in_time(ended, "the end of the first connection");
      await second.publish("a", "x", 1).wait_for_publish();
      expect([first.is_connected(), second.is_connected()]).toEqual([false, true]);
    },
  );
});
