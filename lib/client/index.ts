// The entry `karere/client`: what Python's `paho.mqtt.client` exports, and the types that go with it.

export * from "../model/enums.ts";
export type { ErrorCode } from "../model/errors.ts";
export {
  KeyError,
  MalformedPacket,
  MQTTException,
  ProtocolError,
  RuntimeError,
  StoreError,
  TimeoutError,
  TransportError,
  ValueError,
  WebsocketConnectionError,
} from "../model/errors.ts";
export { MQTTMatcher } from "../model/matcher.ts";
export { ConnectFlags, DisconnectFlags, MQTTMessage } from "../model/message.ts";
export type { PacketType } from "../model/packettypes.ts";
export { PacketTypes } from "../model/packettypes.ts";
export type { PayloadType } from "../model/payload.ts";
export { Properties } from "../model/properties.ts";
export { ReasonCode, ReasonCodes } from "../model/reasoncodes.ts";
export type { ProxyType } from "../model/socks.ts";
export * as socks from "../model/socks.ts";
export * as ssl from "../model/ssl.ts";
export * from "../model/ssl.ts";
export {
  connack_string,
  convert_connack_rc_to_reason_code,
  convert_disconnect_error_code_to_reason_code,
  error_string,
} from "../model/strings.ts";
export { SubscribeOptions } from "../model/subscribeoptions.ts";
export { topic_matches_sub } from "../model/topics.ts";
export type { QueuePolicy } from "../protocol/settings.ts";
export type {
  HTTPHeader,
  Pem,
  ResolveSrv,
  SrvRecord,
  TlsContext,
  WebSocketHeaders,
} from "../transport/ways.ts";
export type {
  ClientStats,
  LoopForeverArguments,
  RequestResult,
  SubscribeArguments,
  WillArguments,
} from "./call_arguments.ts";
export type { ApiVersion, CallbackArguments, NumberOrReason, UserData } from "./callback_api.ts";
export type { MessageCallbackArguments, MessageHandler } from "./callback_members.ts";
export type * from "./callback_types.ts";
export type { ClientEvents } from "./client.ts";
export { Client } from "./client.ts";
export type { ConnectArguments, ConnectSrvArguments, ServersArguments } from "./connect_arguments.ts";
export type { Credentials, CredentialsFunction } from "./credentials.ts";
export type { Logger } from "./logging.ts";
export { MQTTMessageInfo } from "./message_info.ts";
export type { ClientOptions, TransportName } from "./options.ts";
export type { ProxyArguments } from "./proxy_arguments.ts";
export type { Flag, PublishArguments } from "./publication.ts";
export type { Host, HostFunction } from "./servers.ts";
export type { CleanStart, ConnectProperties } from "./settings.ts";
export type { FilterPair, LoosePair, QoS, SubscribeTopic } from "./subscription_arguments.ts";
export type { TlsArguments } from "./tls_arguments.ts";
export type { WsArguments } from "./ws_settings.ts";
