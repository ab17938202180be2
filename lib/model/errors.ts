// Decides which exceptions exist and which codes they carry; knows nothing of what raises them.

/**
 * Every code that an exception of karere can carry, with its meaning. A code is stable: it is never renamed and
 * never used for anything else. `docs/reference/errors.md` lists them with what to do about each.
 */
export const error_codes = {
  ERR_MQTT_ARGUMENT: "an argument has a value that is not allowed",
  ERR_MQTT_UNKNOWN_NAME: "an option, argument or property has a name that does not exist",
  ERR_MQTT_TOPIC: "a topic name or topic filter breaks the rules of MQTT",
  ERR_MQTT_STRING: "a text cannot be sent as an MQTT string",
  ERR_MQTT_PAYLOAD: "a payload has a type or a size that cannot be published",
  ERR_MQTT_PROPERTY: "an MQTT 5 property is not allowed here or has a value out of range",
  ERR_MQTT_REASON_CODE: "a reason code does not exist or is not allowed in this packet",
  ERR_MQTT_STATE: "the call is not possible in the present state of the client",
  ERR_MQTT_QUEUE_FULL: "the message was not accepted: the queue is full",
  ERR_MQTT_NOT_CONNECTED: "the message was not sent: there is no connection",
  ERR_MQTT_CONNECTION_LOST: "the connection was lost before the message was acknowledged",
  ERR_MQTT_CLOSED: "the client was disconnected before the message was acknowledged",
  ERR_MQTT_DROPPED: "the message was dropped from the queue to make room or because it expired",
  ERR_MQTT_REFUSED: "the broker refused the message, or its limits do not allow it",
  ERR_MQTT_CONNECT_REFUSED: "the broker refused the connection",
  ERR_MQTT_MALFORMED: "the peer sent bytes that are not a valid MQTT packet",
  ERR_MQTT_PROTOCOL: "the peer broke a rule of the protocol",
  ERR_MQTT_TRANSPORT: "the network connection could not be opened or broke",
  ERR_MQTT_TIMEOUT: "something did not happen in time",
  ERR_MQTT_STORE: "the store could not be read or written",
  ERR_MQTT_STORE_FULL: "there is no room left where the store keeps its records",
  ERR_MQTT_STORE_LOCKED: "the store is in use already, by this or by another process",
  ERR_MQTT_STORE_ACCESS: "the system does not allow this process to write the store",
  ERR_MQTT_UNSUPPORTED: "this platform or this build cannot do what was asked",
  ERR_MQTT_WORKER: "the thread that works for blocking clients has ended",
  ERR_MQTT_EOF: "the input has ended",
  ERR_MQTT_LOGIC: "a state of the client that must not occur: a bug in karere",
} as const;

export type ErrorCode = keyof typeof error_codes;

export interface ErrorDetails {
  code?: ErrorCode;
  cause?: unknown;
}

/** The base class of every exception of karere. */
export class MQTTException extends Error {
  static override readonly name: string = "MQTTException";

  /** Which kind of trouble this is; see {@link error_codes}. Stable across versions. */
  readonly code: ErrorCode;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code ?? "ERR_MQTT_LOGIC";
  }

  override get name(): string {
    return this.constructor.name;
  }
}

/** The caller gave a value that is not allowed. Thrown in the call, before anything has happened. */
export class ValueError extends MQTTException {
  static override readonly name: string = "ValueError";

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "ERR_MQTT_ARGUMENT", ...details });
  }
}

/** The call is not possible in the present state of the client, or a message could not be published. */
export class RuntimeError extends MQTTException {
  static override readonly name: string = "RuntimeError";

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "ERR_MQTT_STATE", ...details });
  }
}

/** A name or key that does not exist (Python's `KeyError`). */
export class KeyError extends MQTTException {
  static override readonly name: string = "KeyError";

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "ERR_MQTT_UNKNOWN_NAME", ...details });
  }
}

/** Something did not happen within the time that was given for it. */
export class TimeoutError extends MQTTException {
  static override readonly name: string = "TimeoutError";

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "ERR_MQTT_TIMEOUT", ...details });
  }
}

/** The peer has broken the rules. */
abstract class PeerError extends MQTTException {
  /** The reason code with which an MQTT 5 connection is closed for it. */
  readonly reason_code: number;

  constructor(message: string, details: ErrorDetails & { reason_code: number }) {
    super(message, details);
    this.reason_code = details.reason_code;
  }
}

/** Bytes that are not a valid MQTT packet: `reason_code` is 0x81 unless said otherwise. */
export class MalformedPacket extends PeerError {
  static override readonly name: string = "MalformedPacket";

  constructor(message: string, details: ErrorDetails & { reason_code?: number } = {}) {
    super(message, { code: "ERR_MQTT_MALFORMED", reason_code: 0x81, ...details });
  }
}

/** The peer sent a packet that is well formed but not allowed where it came: `reason_code` is 0x82 unless said otherwise. */
export class ProtocolError extends PeerError {
  static override readonly name: string = "ProtocolError";

  constructor(message: string, details: ErrorDetails & { reason_code?: number } = {}) {
    super(message, { code: "ERR_MQTT_PROTOCOL", reason_code: 0x82, ...details });
  }
}

/** What karere stands on has failed. */
abstract class SurroundingsError extends MQTTException {
  /** One sentence on what to check, or `""`. It is part of the message too. */
  readonly hint: string;

  constructor(message: string, details: ErrorDetails & { hint?: string }) {
    const hint = details.hint ?? "";
    super(hint === "" ? message : `${message}: ${hint}`, details);
    this.hint = hint;
  }
}

/** The network failed: no route, nothing listens, the link broke. `hint` says what to look at. */
export class TransportError extends SurroundingsError {
  static override readonly name: string = "TransportError";

  constructor(message: string, details: ErrorDetails & { hint?: string } = {}) {
    super(message, { code: "ERR_MQTT_TRANSPORT", ...details });
  }
}

/** The WebSocket could not be opened, or broke its own rules. */
export class WebsocketConnectionError extends TransportError {
  static override readonly name: string = "WebsocketConnectionError";

  /** The HTTP status with which the server refused; null when it gave none. */
  readonly status: number | null;
  /** What came with the refusal, its first 1024 bytes; `""` when nothing did. */
  readonly body: string;

  constructor(
    message: string,
    details: ErrorDetails & { hint?: string; status?: number | null; body?: string } = {},
  ) {
    super(message, details);
    this.status = details.status ?? null;
    this.body = details.body ?? "";
  }
}

/** The store failed: no room, no right to write, in use elsewhere. `hint` says what to look at. */
export class StoreError extends SurroundingsError {
  static override readonly name: string = "StoreError";

  constructor(message: string, details: ErrorDetails & { hint?: string } = {}) {
    super(message, { code: "ERR_MQTT_STORE", ...details });
  }
}
