// Decides what the client's setters and `connect()` collect, what of it is allowed, and what the core gets of it: the
// one place where seconds become milliseconds.

import type { WillMessage } from "../codec/packets.ts";
import { MQTT_CLEAN_START_FIRST_ONLY, MQTTProtocolVersion } from "../model/enums.ts";
import { ValueError } from "../model/errors.ts";
import { type PacketType, PacketTypes } from "../model/packettypes.ts";
import { type PayloadType, payload_bytes } from "../model/payload.ts";
import { Properties } from "../model/properties.ts";
import { sharing } from "../model/sharing.ts";
import { check_topic_name } from "../model/topics.ts";
import { name_type } from "../model/type_names.ts";
import type { SessionSettings } from "../protocol/settings.ts";
import type { ProxyServer } from "../transport/ways.ts";
import { type Login, LoginSettings } from "./credentials.ts";
import { check_flag, type ResolvedOptions, shown, type TransportName, whole_number } from "./options.ts";
import { Servers } from "./servers.ts";
import { check_qos } from "./subscription_arguments.ts";
import { TlsSettings } from "./tls_settings.ts";
import { WsSettings } from "./ws_settings.ts";

export type CleanStart = boolean | typeof MQTT_CLEAN_START_FIRST_ONLY;
export type ConnectProperties = Properties<typeof PacketTypes.CONNECT>;

const MAX_BINARY_BYTES = 65535;
const id_letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The options that the clients of one program mostly have in common. */
export type SharedOptions = Omit<ResolvedOptions, "client_id" | "userdata">;

const shared_options = sharing<SharedOptions>();
const shared_settings = sharing<SessionSettings>();

/** What most clients have no need to set: who they are, and what stands between them and the broker. */
class Access {
  readonly login = new LoginSettings();
  readonly tls = new TlsSettings();
  readonly ws = new WsSettings();
}

/** That of all who have not set any of it. */
const usual_access = /* @__PURE__ */ new Access();

/** What is set before a connection is opened. */
export class ClientSettings {
  readonly options: SharedOptions;
  readonly #client_id: string;
  readonly servers = new Servers();
  /** Seconds. */
  keepalive = 60;
  /** Seconds. */
  connect_timeout = 5;
  /** Seconds. */
  min_reconnect_delay = 1;
  /** Seconds. */
  max_reconnect_delay = 120;
  bind_address = "";
  bind_port = 0;
  clean_start: CleanStart = MQTT_CLEAN_START_FIRST_ONLY;
  connect_properties: ConnectProperties | null = null;
  /** To be read. */
  access = usual_access;
  will: WillMessage | null = null;
  bridge = false;
  max_inflight_messages = 20;
  max_queued_messages = 0;
  transport: TransportName;
  proxy: ProxyServer | null = null;

  constructor({ client_id, userdata, ...options }: ResolvedOptions) {
    this.options = shared_options(options);
    this.#client_id = client_id;
    this.transport = options.transport;
  }

  /** To be changed. */
  get own_access(): Access {
    if (this.access === usual_access) this.access = new Access();
    return this.access;
  }

  /** @param login who greets the broker, if it is not as `username_pw_set()` says. */
  for_session({ username, password }: Login = this.access.login): SessionSettings {
    const { options } = this;
    return shared_settings({
      version: options.protocol,
      client_id: this.#client_id,
      random_client_id,
      clean:
        options.clean_session ??
        (this.clean_start === MQTT_CLEAN_START_FIRST_ONLY ? "first" : this.clean_start),
      keepalive: this.keepalive,
      // paho: without a user name nothing is sent, even if there is a password. MQTT 5 allows a password alone
      // [MQTT-3.1.2-22 is a rule of 3.1.1], but a ported script would not expect it to leave.
      username,
      password: username === null ? null : password,
      will: this.will,
      bridge: this.bridge,
      connect_properties: this.#announced_properties(),
      retry_refused: options.reconnect_on_failure,
      resubscribe: options.resubscribe,
      max_inflight: this.max_inflight_messages,
      max_queued_messages: this.max_queued_messages,
      max_queued_bytes: options.max_queued_bytes,
      max_queued_age_ms: options.max_queued_age * 1000,
      queue_policy: options.queue_policy,
      queue_qos0: options.queue_qos0,
      max_packet_size: options.max_packet_size,
    });
  }

  /** The properties of CONNECT; a limit of our own on packets is one that an MQTT 5 broker can be told. */
  #announced_properties(): ConnectProperties | null {
    const { max_packet_size, protocol } = this.options;
    const is_limited = protocol === MQTTProtocolVersion.MQTTv5 && max_packet_size < 268_435_460;
    if (!is_limited || this.connect_properties?.MaximumPacketSize !== undefined)
      return this.connect_properties;
    const announced = this.connect_properties?.copy() ?? new Properties(PacketTypes.CONNECT);
    announced.MaximumPacketSize = max_packet_size;
    return announced;
  }
}

export function check_keepalive(keepalive: unknown): number {
  return whole_number("keepalive", keepalive, 0, 65535);
}

export function check_clean_start(clean_start: unknown, version: MQTTProtocolVersion): CleanStart {
  if (clean_start !== true && clean_start !== false && clean_start !== MQTT_CLEAN_START_FIRST_ONLY) {
    throw new ValueError(
      `clean_start must be true, false or MQTT_CLEAN_START_FIRST_ONLY, not ${shown(clean_start)}`,
    );
  }
  if (version !== MQTTProtocolVersion.MQTTv5 && clean_start !== MQTT_CLEAN_START_FIRST_ONLY) {
    throw new ValueError("clean_start is for MQTT 5: on MQTT 3.x use clean_session of Client()");
  }
  return clean_start;
}

/** A snapshot of the properties for a packet of this type; null where there are none, and on 3.x. */
export function check_properties<T extends PacketType>(
  properties: unknown,
  type: T,
  version: MQTTProtocolVersion,
): Properties<T> | null {
  if (properties == null) return null;
  if (!(properties instanceof Properties)) {
    throw new ValueError(`properties must be a Properties object, not ${name_type(properties)}`);
  }
  if (properties.packetType !== type) {
    const wanted = Object.entries(PacketTypes).find(([, value]) => value === type)?.[0];
    throw new ValueError(
      `these properties are for another packet: make them with new Properties(PacketTypes.${wanted})`,
    );
  }
  if (version !== MQTTProtocolVersion.MQTTv5 || properties.isEmpty()) return null;
  return (properties as unknown as Properties<T>).copy();
}

export function make_will(
  topic: unknown,
  payload: unknown,
  qos: unknown,
  retain: unknown,
  properties: unknown,
  version: MQTTProtocolVersion,
): WillMessage {
  check_topic_name(topic);
  const bytes = payload_bytes(payload as PayloadType);
  if (bytes.length > MAX_BINARY_BYTES) {
    throw new ValueError(
      `the payload of the will has ${bytes.length} bytes, MQTT allows at most ${MAX_BINARY_BYTES}`,
    );
  }
  return {
    topic,
    payload: bytes,
    qos: check_qos(qos),
    retain: check_flag("retain", retain),
    properties: check_properties(properties, PacketTypes.WILLMESSAGE, version),
  };
}

/** 22 letters and digits: what fits a 3.1 broker, which allows 23. */
function random_client_id(): string {
  const letters = Array.from({ length: 22 }, () => id_letters[Math.floor(Math.random() * id_letters.length)]);
  return letters.join("");
}
