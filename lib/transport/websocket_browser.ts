// Decides how the WebSocket of a web page becomes a Transport: what the page's own can do, which is less than Node's.
// It cannot be cut, told to wait for its peer, or asked why it failed.

import { WebsocketConnectionError } from "../model/errors.ts";
import type { OpenTransport, Transport, TransportListener } from "./transport.ts";
import { closed_with, text_frame } from "./websocket_close.ts";

/** The part of the page's WebSocket that is needed here. */
export interface PageWebSocket {
  binaryType: string;
  readonly bufferedAmount: number;
  send(bytes: Uint8Array): void;
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
}

/** The page's class WebSocket. */
export type PageWebSocketClass = new (url: string, protocols: string[]) => PageWebSocket;

/** How failures are worded. */
export interface PageWebsocketWords {
  readonly not_opened: string;
  readonly broken: string;
  /** What to look at when it does not open. */
  hint(): string;
}

const GOOD_ORDER = 1000;
/** Above this, writing should wait. */
const HIGH_WATER_BYTES = 1024 * 1024;
/** When it may go on. */
const LOW_WATER_BYTES = HIGH_WATER_BYTES / 2;
/** More is not told at a time: a frame may hold a million packets, and who reads them may want to pause. */
const PORTION_BYTES = 65_536;
/** A page is not told when bytes have left: it has to look. */
const LOOK_MS = 10;

export function page_websocket(
  Opened: PageWebSocketClass,
  url: string,
  words: PageWebsocketWords,
): OpenTransport {
  return (listener) => new PageWebsocketTransport(Opened, url, words, listener);
}

class PageWebsocketTransport implements Transport {
  /** Null as soon as there is nothing more to tell. */
  #listener: TransportListener | null;
  readonly #words: PageWebsocketWords;
  #websocket: PageWebSocket | null = null;
  #is_open = false;
  #is_ending = false;
  #is_paused = false;
  /** What came and could not be told yet; all that comes after it has to wait behind it. */
  #held: Uint8Array[] = [];
  /** How the WebSocket has ended, where that could not be told yet. */
  #end: { readonly error: Error | null } | null = null;
  #look: ReturnType<typeof setTimeout> | null = null;

  constructor(
    Opened: PageWebSocketClass,
    url: string,
    words: PageWebsocketWords,
    listener: TransportListener,
  ) {
    this.#listener = listener;
    this.#words = words;
    try {
      // [MQTT-6.0.0-3]
      this.#websocket = new Opened(url, ["mqtt"]);
      this.#listen(this.#websocket);
    } catch (cause) {
      this.#ended(new WebsocketConnectionError(words.not_opened, { cause, hint: (cause as Error).message }));
    }
  }

  get socket(): unknown {
    return this.#websocket;
  }

  get pending(): number {
    return this.#websocket?.bufferedAmount ?? 0;
  }

  write(bytes: Uint8Array): boolean {
    this.#websocket?.send(bytes);
    if (this.pending <= HIGH_WATER_BYTES) return true;
    this.#look_later();
    return false;
  }

  /** A WebSocket tells what has arrived by itself, always. */
  poll(): void {}

  /** What comes is held; the peer cannot be slowed down by a page. */
  pause(): void {
    this.#is_paused = true;
  }

  resume(): void {
    if (!this.#is_paused) return;
    this.#is_paused = false;
    queueMicrotask(() => this.#tell_held());
  }

  end(): void {
    this.#is_ending = true;
    this.resume();
    // What was written leaves before the close does.
    this.#close(GOOD_ORDER);
    if (!this.#is_open) this.#ended(null);
  }

  destroy(): void {
    this.#listener = null;
    this.#close();
  }

  #listen(websocket: PageWebSocket): void {
    websocket.binaryType = "arraybuffer";
    websocket.onopen = () => {
      this.#is_open = true;
      this.#listener?.opened();
    };
    websocket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#refuse_text();
      else this.#take(new Uint8Array(data as ArrayBuffer));
    };
    // The event "error" comes before it, and says nothing.
    websocket.onclose = ({ code, reason }) => this.#ended(this.#explain(code, reason));
  }

  #explain(code: number, reason: string): Error | null {
    const { not_opened, broken, hint } = this.#words;
    if (this.#is_ending) return null;
    if (this.#is_open) return closed_with(broken, code, reason);
    return new WebsocketConnectionError(not_opened, { hint: hint() });
  }

  #take(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += PORTION_BYTES) {
      this.#held.push(bytes.subarray(at, at + PORTION_BYTES));
    }
    this.#tell_held();
  }

  /** [MQTT-6.0.0-1]: the connection must be closed. A page may not say why. */
  #refuse_text(): void {
    this.#close();
    this.#ended(text_frame(this.#words.broken));
  }

  /** The first end counts. It is told later, and after all that came before it. */
  #ended(error: Error | null): void {
    this.#stop_looking();
    this.#end ??= { error };
    queueMicrotask(() => this.#tell_held());
  }

  #tell_held(): void {
    let told = 0;
    while (told < this.#held.length && !this.#is_paused) {
      this.#listener?.data(this.#held[told] as Uint8Array);
      told += 1;
    }
    this.#held = this.#held.slice(told);
    if (this.#end === null || this.#is_paused) return;
    const listener = this.#listener;
    this.#listener = null;
    listener?.closed(this.#end.error);
  }

  #look_later(): void {
    this.#look ??= setTimeout(() => {
      this.#look = null;
      if (this.pending > LOW_WATER_BYTES) this.#look_later();
      else this.#listener?.drained();
    }, LOOK_MS);
  }

  #stop_looking(): void {
    if (this.#look !== null) clearTimeout(this.#look);
    this.#look = null;
  }

  #close(code?: number): void {
    this.#stop_looking();
    this.#websocket?.close(code);
  }
}
