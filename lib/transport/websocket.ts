// Decides how a WebSocket over a stream becomes a Transport. The only file that knows npm ws, which is loaded when the
// first WebSocket is opened.

import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { type Dial, discard } from "./dial.ts";
import { LINGER_MS } from "./socket_transport.ts";
import type { OpenTransport, Transport, TransportListener } from "./transport.ts";
import { closed_with, text_frame } from "./websocket_close.ts";
import { bad_frame, not_opened, refused } from "./websocket_failure.ts";
import { type WebsocketRequest, type WebsocketTarget, websocket_request } from "./websocket_request.ts";

const GOOD_ORDER = 1000;
const WRONG_KIND_OF_DATA = 1003;
/** The largest packet of MQTT: a frame is collected whole before the decoder sees how large its packets are. */
const MOST_FRAME_BYTES = 268_435_460;
/** More is not told at a time: a frame may hold a million packets, and who reads them may want to pause. */
const PORTION_BYTES = 65_536;

/** How failures are worded. */
export interface WebsocketWords {
  readonly not_opened: string;
  readonly broken: string;
  /** An error of the stream below; `is_up`: of one that was up. */
  explain(error: Error, is_up: boolean): Error;
}

/** @param below the stream that is upgraded. */
export function websocket(below: Dial, target: WebsocketTarget, words: WebsocketWords): OpenTransport {
  return (listener) => new WebsocketTransport(below, target, words, listener);
}

class WebsocketTransport implements Transport {
  /** Null as soon as there is nothing more to tell. */
  #listener: TransportListener | null;
  readonly #words: WebsocketWords;
  #cancel_dial: () => void = () => {};
  #stream: Socket | null = null;
  #websocket: WebSocket | null = null;
  #is_open = false;
  #is_ending = false;
  #failure: Error | null = null;
  #linger: NodeJS.Timeout | null = null;
  #is_paused = false;
  /** The rest of a large frame, and all that came after it. */
  #held: Uint8Array[] = [];
  /** How it has ended, while something is held. */
  #end: { readonly error: Error | null } | null = null;

  constructor(below: Dial, target: WebsocketTarget, words: WebsocketWords, listener: TransportListener) {
    this.#listener = listener;
    this.#words = words;
    this.#dial(below, target).catch((error) => this.#give_up(error as Error));
  }

  get socket(): unknown {
    return this.#websocket;
  }

  get pending(): number {
    return this.#websocket?.bufferedAmount ?? 0;
  }

  write(bytes: Uint8Array): boolean {
    this.#websocket?.send(bytes);
    return this.#stream?.writableNeedDrain !== true;
  }

  /** A WebSocket tells what has arrived by itself, always. */
  poll(): void {}

  pause(): void {
    this.#is_paused = true;
    this.#websocket?.pause();
  }

  resume(): void {
    this.#is_paused = false;
    this.#websocket?.resume();
    if (this.#held.length > 0) queueMicrotask(() => this.#tell_held());
  }

  end(): void {
    this.#is_ending = true;
    if (!this.#is_open) {
      this.#drop();
      queueMicrotask(() => this.#tell_closed(null));
      return;
    }
    this.resume();
    this.#websocket?.close(GOOD_ORDER);
    // The last of what is to leave. A server that has closed already takes nothing more.
    if (this.#stream?.writable) this.#stream.write("", () => this.#close_soon());
    else this.#close_soon();
  }

  destroy(): void {
    this.#listener = null;
    this.#held = [];
    this.#drop();
  }

  async #dial(below: Dial, target: WebsocketTarget): Promise<void> {
    const [ws, request] = await Promise.all([import("ws"), websocket_request(target)]);
    if (this.#listener === null) return;
    this.#cancel_dial = below({
      done: (stream) => this.#upgrade(ws.WebSocket, request, stream),
      failed: (error) => this.#tell_closed(error),
    });
  }

  #upgrade(Upgraded: typeof WebSocket, request: WebsocketRequest, stream: Socket): void {
    this.#stream = stream;
    stream.on("drain", () => this.#listener?.drained());
    // ws keeps the errors of the stream to itself.
    stream.on("error", (error) => {
      this.#failure ??= error;
    });
    // A server that has closed its half and reads no more would keep us waiting for our rest to leave.
    stream.once("end", () => this.#close_soon());
    try {
      this.#websocket = new Upgraded(request.url, [...request.protocols], {
        createConnection: () => stream,
        headers: request.headers,
        perMessageDeflate: false,
        maxPayload: MOST_FRAME_BYTES,
      });
    } catch (error) {
      this.#give_up(this.#words.explain(error as Error, false));
      return;
    }
    this.#listen(this.#websocket);
  }

  #listen(websocket: WebSocket): void {
    const { not_opened: what, broken } = this.#words;
    websocket.on("unexpected-response", (_request, response) => {
      void refused(what, response).then((error) => this.#give_up(error));
    });
    websocket.on("open", () => {
      this.#is_open = true;
      this.#listener?.opened();
    });
    websocket.on("message", (data, is_binary) => {
      if (is_binary) this.#take(data as Buffer);
      else this.#refuse_text(websocket);
    });
    websocket.on("error", (error) => {
      const bad = bad_frame(broken, error);
      // Whoever sends such a thing need not close either.
      if (bad !== null && !this.#is_ending) this.#give_up(bad);
      else if (this.#is_open || this.#is_ending) this.#failure ??= error;
      else this.#give_up(not_opened(what, error, (cause) => this.#words.explain(cause, false)));
    });
    websocket.on("close", (code, reason) => {
      if (this.#is_ending) this.#tell_closed(null);
      else if (this.#failure !== null) this.#tell_closed(this.#words.explain(this.#failure, true));
      else this.#tell_closed(closed_with(broken, code, reason.toString()));
    });
  }

  #take(bytes: Uint8Array): void {
    if (bytes.length <= PORTION_BYTES && this.#held.length === 0) {
      this.#listener?.data(bytes);
      return;
    }
    for (let at = 0; at < bytes.length; at += PORTION_BYTES) {
      this.#held.push(bytes.subarray(at, at + PORTION_BYTES));
    }
    this.#tell_held();
  }

  #tell_held(): void {
    let told = 0;
    while (told < this.#held.length && !this.#is_paused) {
      this.#listener?.data(this.#held[told] as Uint8Array);
      told += 1;
    }
    this.#held = this.#held.slice(told);
    if (this.#end !== null) this.#tell_closed(this.#end.error);
  }

  /** [MQTT-6.0.0-1]: the connection must be closed. */
  #refuse_text(websocket: WebSocket): void {
    websocket.close(WRONG_KIND_OF_DATA);
    this.#give_up(text_frame(this.#words.broken));
  }

  #give_up(error: Error): void {
    this.#drop();
    this.#tell_closed(error);
  }

  #tell_closed(error: Error | null): void {
    if (this.#linger !== null) clearTimeout(this.#linger);
    if (this.#held.length > 0) {
      this.#end ??= { error };
      return;
    }
    const listener = this.#listener;
    this.#listener = null;
    listener?.closed(error);
  }

  #drop(): void {
    this.#cancel_dial();
    this.#websocket?.terminate();
    if (this.#stream !== null) discard(this.#stream);
  }

  #close_soon(): void {
    if (this.#listener === null) return;
    this.#linger ??= setTimeout(() => this.#drop(), LINGER_MS).unref();
  }
}
