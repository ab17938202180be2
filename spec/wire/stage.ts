// Decides how a spec about the life of a connection is set up: a client and a scripted broker that have not met, and a
// diary of what the client tells of its connection.

import type { ApiVersion, ClientOptions, MQTTErrorCode } from "../../lib/client/index.ts";
import { CallbackAPIVersion, Client, ReasonCode } from "../../lib/client/index.ts";
import { packet_bytes, type Version } from "../support/packet_bytes.ts";
import { type ScriptedBroker, type ScriptedLink, scripted_broker } from "../support/scripted_broker.ts";

export type Packets = ReturnType<typeof packet_bytes>;
type AnyClient = Client<ApiVersion>;

export interface Stage<V extends ApiVersion> extends AsyncDisposable {
  readonly broker: ScriptedBroker;
  readonly client: Client<V>;
  /** The builders of packets for the version that was configured. */
  readonly packets: Packets;
  /** One line for each callback about the connection: `connect 0`, `socket_close`, `disconnect 7` ... */
  readonly diary: string[];
  /** `client.connect()` to the broker. Need not be awaited, even if it fails. */
  connect(more?: Omit<Parameters<Client["connect"]>[0] & object, "host">): Promise<MQTTErrorCode>;
  /** The next connection, its CONNECT taken. */
  greeted(): Promise<ScriptedLink>;
  /** The next connection, its CONNECT taken and answered. */
  welcomed(connack?: Parameters<Packets["connack"]>[0]): Promise<ScriptedLink>;
}

export interface StageOptions<V extends ApiVersion> extends Omit<ClientOptions<V>, "callback_api_version"> {
  /** Default VERSION2. */
  api?: V;
}

/** A client that has not called `connect()`, without a loop and without a wait between attempts. */
export async function stage<V extends ApiVersion = 2>(options: StageOptions<V> = {}): Promise<Stage<V>> {
  const { api, ...named } = options;
  const broker = await scripted_broker();
  const packets = packet_bytes((named.protocol ?? 4) as Version);
  const client = broker.lead(
    new Client((api ?? CallbackAPIVersion.VERSION2) as V, { warnings: false, ...named }),
  );
  client.reconnect_delay_set(0, 0);
  const greeted = async () => {
    const link = await broker.accept();
    await link.expect_packet("CONNECT");
    return link;
  };
  return {
    broker,
    client,
    packets,
    diary: diary_of(client as AnyClient),
    connect(more = {}) {
      const connecting = client.connect({ host: broker.host, port: broker.port, ...more });
      connecting.catch(() => {});
      return connecting;
    },
    greeted,
    async welcomed(connack = {}) {
      const link = await greeted();
      link.send(packets.connack(connack));
      return link;
    },
    async [Symbol.asyncDispose]() {
      client.loop_stop();
      client.disconnect();
      await broker[Symbol.asyncDispose]();
    },
  };
}

/** Shows that nothing more has come from the client than was expected: its answer to a ping is the next packet. */
export async function nothing_more(link: ScriptedLink): Promise<void> {
  link.send("c000");
  await link.expect("d000");
}

/** Writes down what the client tells of its connection. */
function diary_of(client: AnyClient): string[] {
  const diary: string[] = [];
  const connected = () => (client.is_connected() ? " (connected)" : "");
  const on = client.on.bind(client) as (event: string, listener: (...args: unknown[]) => void) => void;
  for (const name of ["pre_connect", "socket_open", "socket_close", "connect_fail"]) {
    on(name, () => void diary.push(name));
  }
  on("connect", (...args) => void diary.push(`connect ${number_of(args[3])}${connected()}`));
  on("disconnect", (...args) => {
    const code = client.callback_api_version === 2 ? args[3] : args[2];
    diary.push(`disconnect ${number_of(code)}${connected()}`);
  });
  return diary;
}

function number_of(code: unknown): number {
  return code instanceof ReasonCode ? code.value : (code as number);
}
