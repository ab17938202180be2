// Decides how specs use a real browser: the Chromium of the system, headless, with a profile of its own, and pages that
// a server of the spec hands out.

import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer as create_http, type RequestListener } from "node:http";
import { createServer as create_https } from "node:https";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { describe, it } from "@jest/globals";
import { type Browser, chromium } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executable = places.find(existsSync);

/** Nothing that reaches for another network than this machine's. */
const args = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** `describe`, if Chromium is installed. If not, the suite is skipped, and fails where `CI` is set. */
export function describe_chromium(name: string, body: () => void): void {
  if (executable !== undefined) {
    describe(name, body);
  } else if (process.env.CI) {
    describe(name, () => {
      it("finds chromium", () => {
        throw new Error("chromium is not installed, and in CI nothing may be skipped");
      });
    });
  } else {
    describe.skip(`${name} (chromium is not installed)`, body);
  }
}

export function start_chromium(): Promise<Browser> {
  return chromium.launch({ executablePath: executable as string, args, timeout: 60_000 });
}

export interface Site extends AsyncDisposable {
  /** `http://127.0.0.1:1234` */
  readonly url: string;
}

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  mjs: "text/javascript; charset=utf-8",
};

/** What a site has at a path: a file, or HTML. */
export type SiteEntry = { readonly file: string } | { readonly html: string };

/** Hands out what it has at each path, on a free port of 127.0.0.1. */
export async function site(
  entries: Readonly<Record<string, SiteEntry>>,
  certificate: { cert: string; key: string } | null = null,
): Promise<Site> {
  const answer: RequestListener = ({ url = "" }, response) => {
    const entry = entries[url];
    if (entry === undefined) {
      response.writeHead(404).end();
      return;
    }
    const [type, content] =
      "html" in entry ? ["html", entry.html] : [extname(entry.file).slice(1), readFileSync(entry.file)];
    response.writeHead(200, { "content-type": types[type] }).end(content);
  };
  const server = certificate === null ? create_http(answer) : create_https(certificate, answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `${certificate === null ? "http" : "https"}://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
