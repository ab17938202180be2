// Decides what the WebSocket of a web page is where there is no page: that of npm ws, which has the same interface.

import { WebSocket } from "ws";
import { test_certificates } from "./doors.ts";

export class PageWebSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols, { ca: test_certificates().ca.cert, perMessageDeflate: false, maxPayload: 0 });
    // In a browser nobody has to listen to it.
    this.on("error", () => {});
  }
}

/** Gives this process the WebSocket of a page until it is disposed of; null: none. */
export function page_websocket(Given: object | null = PageWebSocket): Disposable {
  const page = globalThis as { WebSocket?: unknown };
  const before = page.WebSocket;
  page.WebSocket = Given ?? undefined;
  return {
    [Symbol.dispose]() {
      page.WebSocket = before;
    },
  };
}
