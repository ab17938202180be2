// Decides how a spec looks at a page: through what it shows, line by line.

import { expect } from "@jest/globals";
import type { BrowserContext, Page } from "playwright-core";
import { eventually } from "../support/eventually.ts";

/** A browser takes its time on a busy machine. */
export const patience = { within: 60_000 };
/** Where pictures of pages are kept. */
export const pictures = "artefacts/browser";

/** A page that is open, and what it does. */
export class Tab {
  readonly #page: Page;
  readonly #context: BrowserContext;
  /** What it threw. */
  readonly errors: string[] = [];
  /** Of what its console warned. */
  readonly warnings: string[] = [];

  constructor(page: Page, context: BrowserContext) {
    this.#page = page;
    this.#context = context;
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "warning") this.warnings.push(message.text());
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
