// A page in a real browser and a real broker. What the page shows is what counts; a picture of it is kept in artefacts/.

import { mkdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import type { Browser } from "playwright-core";
import { CallbackAPIVersion, Client, MQTTProtocolVersion } from "../../lib/client/index.ts";
import { blocks_of } from "../docs/pages.ts";
import { self_signed } from "../support/certificates.ts";
import { describe_chromium, type Site, site, start_chromium } from "../support/chromium.ts";
import { eventually, in_time } from "../support/eventually.ts";
import { describe_mosquitto, free_port, type Mosquitto, mosquitto } from "../support/mosquitto.ts";
import { type WebsocketGateway, websocket_gateway } from "../support/websocket_gateway.ts";
import { patience, pictures, Tab } from "./tab.ts";

// A browser takes its time on a busy machine.
jest.setTimeout(120_000);

const certificate = self_signed();
const karere = { file: "dist/browser/karere.min.js" };
const files = {
  "/": { file: "spec/browser/page.html" },
  "/page.mjs": { file: "spec/browser/page.mjs" },
  "/karere.min.js": karere,
};
const { MQTTv311, MQTTv5 } = MQTTProtocolVersion;

/** A client of Node with a session that lasts, which notes to which topics the page publishes. */
async function open_witness(port: number, below: string) {
  const client = new Client(CallbackAPIVersion.VERSION2, { client_id: below, clean_session: false });
  client.reconnect_delay_set(0.1, 0.5);
  const topics = new Set<string>();
  client.on_message = (_client, _userdata, { topic }) => topics.add(topic);
  const ready = new Promise((resolve) => client.once("subscribe", resolve));
  client.loop_start();
  await client.connect("127.0.0.1", port);
  client.subscribe(`${below}/#`, 1);
  await in_time(ready, "SUBACK", patience);
  return { topics, [Symbol.asyncDispose]: () => client.close() };
}

describe_chromium("karere in Chromium", () => {
  describe_mosquitto("with mosquitto", () => {
    let browser: Browser;
    let broker: Mosquitto;
    let gateway: WebsocketGateway;
    let secure_gateway: WebsocketGateway;
    let plain_site: Site;
    let secure_site: Site;

    beforeAll(async () => {
      mkdirSync(pictures, { recursive: true });
      broker = await mosquitto();
      gateway = await websocket_gateway(broker.port);
      secure_gateway = await websocket_gateway(broker.port, certificate);
      plain_site = await site(files);
      secure_site = await site(files, certificate);
      browser = await start_chromium();
    });

    afterAll(async () => {
      await browser?.close();
      for (const one of [plain_site, secure_site, gateway, secure_gateway, broker]) {
        await one?.[Symbol.asyncDispose]();
      }
    });

    async function open(from: Site): Promise<Tab> {
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      const page = await context.newPage();
      const tab = new Tab(page, context);
      await page.goto(from.url);
      return tab;
    }

    it.each([
      ["ws", "3.1.1", MQTTv311],
      ["ws", "5", MQTTv5],
      ["wss", "3.1.1", MQTTv311],
      ["wss", "5", MQTTv5],
    ] as const)("takes part in everything over %s with MQTT %s", async (scheme, version, protocol) => {
      const secure = scheme === "wss";
      const { port } = secure ? secure_gateway : gateway;
      await using tab = await open(secure ? secure_site : plain_site);
      await tab.call("connect", { port, secure, protocol });
      const beginning = [
        `connecting to ${scheme}://127.0.0.1:${port} with MQTT ${version}`,
        "connected: Success",
        "subscribed: Granted QoS 2",
      ];
      await tab.shows(...beginning);
      for (const qos of [0, 1, 2]) await tab.call("exchange", `page/${qos}`, `kia ora with QoS ${qos}`, qos);
      await tab.call("exchange", "page/large", "m".repeat(1_000_000), 1);
      if (protocol === MQTTv5) await tab.call("exchange_property", "page/property", "room", "kitchen");
      await tab.call("disconnect");
      await tab.shows(
        ...beginning,
        'page/0 came back with QoS 0: "kia ora with QoS 0"',
        'page/1 came back with QoS 1: "kia ora with QoS 1"',
        'page/2 came back with QoS 2: "kia ora with QoS 2"',
        "page/large came back with QoS 1: 1000000 bytes",
        ...(protocol === MQTTv5
          ? ["page/property came back with [UserProperty : [('room', 'kitchen')]]"]
          : []),
        "disconnected: Normal disconnection",
      );
      await tab.picture(`everything-${scheme}-${version}`);
      expect([...tab.errors, ...tab.warnings]).toEqual([]);
    });

    it("loses nothing that it publishes while the broker restarts", async () => {
      const topics = [1, 2, 3].map((number) => `page/restart/${number}`);
      await using witness = await open_witness(broker.port, "page/restart");
      await using tab = await open(plain_site);
      await tab.call("connect", { port: gateway.port });
      await tab.shows_among_others("subscribed: Granted QoS 2");
      await broker.stop();
      await tab.shows_among_others("disconnected: Unspecified error");
      for (const topic of topics) await tab.call("publish", topic, "meanwhile");
      await tab.shows_among_others(...topics.map((topic) => `published ${topic}, without a connection`));
      await broker.start();
      await tab.shows_among_others(...topics.map((topic) => `acknowledged ${topic}`));
      await eventually(() => expect([...witness.topics]).toEqual(topics), patience);
      await tab.call("exchange", "page/after", "still here", 2);
      await tab.shows_among_others('page/after came back with QoS 2: "still here"');
      await tab.picture("restart");
      expect(tab.errors).toEqual([]);
    });

    it("loses nothing that it publishes while the browser is offline", async () => {
      const topics = [1, 2, 3].map((number) => `page/offline/${number}`);
      const { port } = secure_gateway;
      await using witness = await open_witness(broker.port, "page/offline");
      await using tab = await open(secure_site);
      await tab.call("connect", { port, secure: true, protocol: MQTTv5 });
      await tab.shows_among_others("subscribed: Granted QoS 2");
      // That keeps new connections from being opened; those that are open must be cut.
      await tab.set_offline(true);
      secure_gateway.cut();
      await tab.shows_among_others("disconnected: Unspecified error");
      for (const topic of topics) await tab.call("publish", topic, "meanwhile");
      await tab.shows_among_others(
        `= cannot connect to wss://127.0.0.1:${port}/mqtt: the browser is offline`,
      );
      await tab.set_offline(false);
      await tab.shows_among_others(...topics.map((topic) => `acknowledged ${topic}`));
      await eventually(() => expect([...witness.topics]).toEqual(topics), patience);
      await tab.call("exchange", "page/after", "still here", 2);
      await tab.picture("offline");
      expect(tab.errors).toEqual([]);
    });

    it("says what a page cannot do, and what to look at where it is not told why", async () => {
      const [port, host] = [await free_port(), "broker.example.org"];
      await using tab = await open(secure_site);
      await tab.call("connect", { port, transport: "tcp" });
      await tab.call("connect", { port, host });
      await tab.call("connect", { port });
      const lines = await tab.lines();
      expect(lines).toEqual([
        `connecting to mqtt://127.0.0.1:${port} with MQTT 3.1.1`,
        expect.stringMatching(
          /^ValueError: a browser reaches a broker only by WebSocket, not by "tcp": connect to a URL such as "ws:/,
        ),
        `connecting to ws://${host}:${port} with MQTT 3.1.1`,
        expect.stringMatching(
          /^ValueError: a page from https: may not open ws: to "broker.example.org", only /,
        ),
        `connecting to ws://127.0.0.1:${port} with MQTT 3.1.1`,
        expect.stringMatching(
          /^WebsocketConnectionError: cannot connect to ws:.*: a browser does not say why/,
        ),
      ]);
      await tab.picture("errors");
    });

    it("runs the page of the documentation as it stands there", async () => {
      const path = "docs/howto/browser.md";
      const blocks = blocks_of({ path, text: readFileSync(path, "utf8") });
      const code = (language: string) => blocks.find((block) => block.language === language)?.code as string;
      const html = code("html").replace("//localhost:9001/", `//127.0.0.1:${gateway.port}/`);
      await using shown = await site({ "/": { html }, "/karere.min.js": karere });
      await using tab = await open(shown);
      await tab.shows(...code("text").trim().split("\n"));
      await tab.picture("documentation");
      expect([...tab.errors, ...tab.warnings]).toEqual([]);
    });
  });
});
