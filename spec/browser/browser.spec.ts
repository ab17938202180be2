// A page in a real browser and a real broker. What the page shows is what counts; a picture of it is kept in artefacts/.

import { mkdirSync } from "node:fs";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { self_signed } from "../support/certificates.ts";
import { describe_chromium, type Site, site, start_chromium } from "../support/chromium.ts";
import { eventually } from "../support/eventually.ts";
import { describe_mosquitto, type Mosquitto, mosquitto } from "../support/mosquitto.ts";
import { type WebsocketGateway, websocket_gateway } from "../support/websocket_gateway.ts";

// A browser takes its time on a busy machine.
jest.setTimeout(120_000);
const patience = { within: 60_000 };

const certificate = self_signed();
const files = {
  "/": "spec/browser/page.html",
  "/page.mjs": "spec/browser/page.mjs",
  "/karere.min.js": "dist/browser/karere.min.js",
};
const pictures = "artefacts/browser";

const [MQTTv311, MQTTv5] = [4, 5];

/** A page that is open, and what it does. */
class Tab {
  readonly #page: Page;
  readonly #context: BrowserContext;
  /** What it threw, and what its console complained of. */
  readonly complaints: string[] = [];

  constructor(page: Page, context: BrowserContext) {
    this.#page = page;
    this.#context = context;
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "warning") this.complaints.push(message.text());
    });
  }

  /** Calls a function of the page. */
  async call(name: string, ...args: unknown[]): Promise<void> {
    await this.#page.evaluate(
      ([called, given]) => {
        const { page } = globalThis as unknown as { page: Record<string, (...all: unknown[]) => unknown> };
        return page[called]?.(...given);
      },
      [name, args] as const,
    );
  }

  lines(): Promise<string[]> {
    return this.#page.locator("#log li").allInnerTexts();
  }

  /** Waits until the page shows these lines, and no others. */
  shows(...wanted: string[]): Promise<void> {
    return eventually(async () => expect(await this.lines()).toEqual(wanted), patience);
  }

  /** Waits until these lines are among those that the page shows, in this order. */
  shows_among_others(...wanted: string[]): Promise<void> {
    return eventually(async () => {
      const lines = await this.lines();
      expect(lines.filter((line) => wanted.includes(line))).toEqual(wanted);
    }, patience);
  }

  set_offline(offline: boolean): Promise<void> {
    return this.#context.setOffline(offline);
  }

  async picture(name: string): Promise<void> {
    await this.#page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }
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
        `connecting to ${scheme}://127.0.0.1:${port}/mqtt with MQTT ${version}`,
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
      expect(tab.complaints).toEqual([]);
    });
  });
});
