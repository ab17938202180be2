// Decides how an Engine is run without a network, a clock or a client: what it tells its owner is written down.

import type { MQTTErrorCode } from "../../lib/model/enums.ts";
import type { Round } from "../../lib/network/attempts.ts";
import { Engine, type EngineEvent } from "../../lib/network/engine.ts";
import type { SessionSettings } from "../../lib/protocol/settings.ts";
import { settings } from "../support/core_packets.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryNetwork, type MemoryTransport } from "../support/memory_transport.ts";
import { packet_bytes, type Version } from "../support/packet_bytes.ts";

/** Plain settings: 3.1.1, no id, a clean session, a minute of keepalive. */
export function session_settings(changes: Partial<SessionSettings> = {}): SessionSettings {
  return settings({ client_id: "", clean: true, max_packet_size: 268_435_460, ...changes });
}

export interface RigOptions {
  settings?: Partial<SessionSettings>;
  reconnect_on_failure?: boolean;
  manual_ack?: boolean;
  /** Called for each event that the user would hear. */
  on_event?: (event: EngineEvent) => void | Promise<void>;
  before_attempt?: () => Promise<void>;
  round?: Round;
}

const single_server: Round = { failed() {}, accepted() {}, goes_on: false, failure: (last) => last };

export class Rig {
  readonly clock = new FakeClock();
  readonly network = new MemoryNetwork();
  /** What the user heard: one word for each event. */
  readonly told: string[] = [];
  readonly warnings: string[] = [];
  readonly notices: string[] = [];
  readonly packets: ReturnType<typeof packet_bytes>;
  readonly engine: Engine;
  writes_by_hand = false;
  /** What `Math.random` would give. */
  random = 0.5;

  constructor(options: RigOptions = {}) {
    const settings = session_settings(options.settings);
    this.packets = packet_bytes(settings.version as Version);
    this.engine = new Engine(
      {
        settings: () => settings,
        plan: async () => {
          await options.before_attempt?.();
          return { settings, open: this.network.open, timeout_ms: 5000, place: "memory:1883" };
        },
        round: options.round ?? single_server,
        deliver: (event) => {
          this.told.push(word(event));
          return options.on_event?.(event);
        },
        settle: () => {},
        give_up_waiting: () => {},
        manual_ack: options.manual_ack ?? false,
        in_turn: true,
        reconnect_on_failure: options.reconnect_on_failure ?? true,
        writes_by_hand: () => this.writes_by_hand,
        is_watched: () => false,
        log: (event) => {
          if (event.type === "notice") this.notices.push(event.text);
        },
        warn: (text) => this.warnings.push(text),
        hears: () => true,
        random: () => this.random,
      },
      this.clock,
    );
  }

  get transport(): MemoryTransport {
    return this.network.latest;
  }

  /** `connect()`, up to the CONNECT. */
  async dial(): Promise<MQTTErrorCode> {
    const connecting = this.engine.connect();
    await this.clock.advance(0);
    this.transport.open();
    return connecting;
  }

  /** CONNACK 0 on the connection dialled last. */
  async welcome(): Promise<void> {
    this.transport.receive(this.packets.connack());
    await this.clock.advance(0);
    this.transport.take_writes();
  }

  /** A client that is connected, with a loop. */
  async connected(): Promise<void> {
    this.engine.loops.start(true);
    await this.dial();
    await this.welcome();
    this.told.length = 0;
  }

  /** Takes what the user has heard since the last call. */
  heard(): string[] {
    return this.told.splice(0);
  }

  [Symbol.dispose](): void {
    this.engine.destroy();
  }
}

function word(event: EngineEvent): string {
  switch (event.type) {
    case "connack":
      return `connack ${event.packet.reason_code}`;
    case "closed":
      return `closed ${event.cause.rc}`;
    case "message":
      return `message ${event.packet.topic}`;
    case "published":
      return `published ${event.message.mid}`;
    default:
      return event.type;
  }
}
