// Decides when the user is told that something looks wrong with the program or its broker, and in which words: what the
// facts about links and loops add up to.

import { MQTTException } from "../model/errors.ts";

/** A broker that drops a client sooner than this, again and again, has a reason. */
const SHORT_LIFE_MS = 5000;
const SHORT_LIVES = 3;

export interface AdviceOwner {
  /** Tells the user; each text once. */
  warn(text: string): void;
  /** Whether the user's program listens to this callback. */
  hears(callback: "connect" | "connect_fail" | "publish"): boolean;
  log(event: { readonly type: "notice"; readonly text: string }): void;
}

/** How a link has ended that nobody wanted to end. */
export interface UnwantedEnd {
  readonly error: Error | null;
  readonly opened: boolean;
  /** When the broker accepted the client; null: it never did. */
  readonly accepted_at: number | null;
  /** Whether the broker gave its reason in a DISCONNECT. */
  readonly explained: boolean;
  readonly is_driven: boolean;
  /** Whether a loop has ever run. */
  readonly was_driven: boolean;
  readonly client_id: string;
}

export class Advice {
  readonly #owner: AdviceOwner;
  #short_lives = 0;

  constructor(owner: AdviceOwner) {
    this.#owner = owner;
  }

  ended(end: UnwantedEnd, now: number): void {
    if (end.accepted_at !== null) this.#lost(end, now - end.accepted_at);
    else if (end.opened && end.error !== null && !this.#is_told(end)) this.#owner.warn(end.error.message);
  }

  /** An attempt has not reached the broker, and the loop goes on trying. */
  trying_again(error: Error): void {
    if (!this.#owner.hears("connect_fail")) this.#owner.warn(`${error.message}; trying again`);
  }

  /** Another client uses the same id, so that nobody reconnects. */
  taken_over(client_id: string): void {
    this.#owner.warn(
      `another client has connected with the client id "${client_id}": not reconnecting. Give each client its own id`,
    );
  }

  /** The keepalive could not be seen to for so long, which is more than half of it. */
  was_late(late_ms: number): void {
    this.#owner.log({
      type: "notice",
      text: `the event loop was blocked for ${(late_ms / 1000).toFixed(1)} s`,
    });
    this.#owner.warn(
      "the program was busy for longer than half the keepalive: the broker may drop the connection. Do less in callbacks, or use a longer keepalive",
    );
  }

  /** The callback says it better. */
  #is_told({ error, is_driven }: UnwantedEnd): boolean {
    const is_refusal = error instanceof MQTTException && error.code === "ERR_MQTT_CONNECT_REFUSED";
    return is_refusal && is_driven && this.#owner.hears("connect");
  }

  #lost({ is_driven, was_driven, explained, client_id }: UnwantedEnd, lifetime_ms: number): void {
    if (!is_driven && !was_driven) {
      this.#owner.warn(
        "the connection was lost, and no loop runs that would open it again: call loop_start() or loop_forever() after connect()",
      );
    }
    this.#short_lives = lifetime_ms < SHORT_LIFE_MS && !explained ? this.#short_lives + 1 : 0;
    if (this.#short_lives === SHORT_LIVES && client_id !== "") {
      this.#owner.warn(
        `the broker drops this client soon after accepting it, again and again: does another client use the client id "${client_id}"?`,
      );
    }
  }
}
