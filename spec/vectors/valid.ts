// Decides which packets are the examples of each type and version: bytes and meaning side by side. Data only.

import type {
  AuthPacket,
  ConnackPacket,
  ConnectPacket,
  DisconnectPacket,
  PubackPacket,
  PubcompPacket,
  PublishPacket,
  PubrecPacket,
  PubrelPacket,
  SubackPacket,
  SubscribePacket,
  Subscription,
  UnsubackPacket,
  UnsubscribePacket,
  WillMessage,
} from "../../lib/codec/packets.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { Properties } from "../../lib/model/properties.ts";
import type { Sender, ValidVector, Version } from "./vector.ts";

const every: readonly Version[] = [3, 4, 5];
const v3: readonly Version[] = [3, 4];
const v31: readonly Version[] = [3];
const v311: readonly Version[] = [4];
const v5: readonly Version[] = [5];
const client: readonly Sender[] = ["client"];
const server: readonly Sender[] = ["server"];
const both: readonly Sender[] = ["client", "server"];

const text = (value: string): Uint8Array => Buffer.from(value);
const bytes = (...values: number[]): Uint8Array => Buffer.from(values);

function connect(version: Version, fields: Partial<ConnectPacket> = {}): ConnectPacket {
  return {
    type: PacketTypes.CONNECT,
    version,
    bridge: false,
    clean: true,
    keepalive: 60,
    client_id: "x",
    username: null,
    password: null,
    will: null,
    properties: null,
    ...fields,
  };
}

function will(fields: Partial<WillMessage> = {}): WillMessage {
  return { topic: "w", payload: text("5"), qos: 0, retain: false, properties: null, ...fields };
}

function connack(fields: Partial<ConnackPacket> = {}): ConnackPacket {
  return { type: PacketTypes.CONNACK, session_present: false, reason_code: 0, properties: null, ...fields };
}

function publish(fields: Partial<PublishPacket> = {}): PublishPacket {
  return {
    type: PacketTypes.PUBLISH,
    dup: false,
    qos: 0,
    retain: false,
    topic: "t",
    mid: 0,
    payload: text("p"),
    properties: null,
    ...fields,
  };
}

function puback(fields: Partial<PubackPacket> = {}): PubackPacket {
  return { type: PacketTypes.PUBACK, mid: 1, reason_code: 0, properties: null, ...fields };
}

function pubrec(fields: Partial<PubrecPacket> = {}): PubrecPacket {
  return { type: PacketTypes.PUBREC, mid: 1, reason_code: 0, properties: null, ...fields };
}

function pubrel(fields: Partial<PubrelPacket> = {}): PubrelPacket {
  return { type: PacketTypes.PUBREL, mid: 1, reason_code: 0, properties: null, ...fields };
}

function pubcomp(fields: Partial<PubcompPacket> = {}): PubcompPacket {
  return { type: PacketTypes.PUBCOMP, mid: 1, reason_code: 0, properties: null, ...fields };
}

function to(filter: string, qos: 0 | 1 | 2, options: Partial<Subscription> = {}): Subscription {
  return { filter, qos, no_local: false, retain_as_published: false, retain_handling: 0, ...options };
}

function subscribe(subscriptions: Subscription[], fields: Partial<SubscribePacket> = {}): SubscribePacket {
  return { type: PacketTypes.SUBSCRIBE, mid: 1, subscriptions, properties: null, ...fields };
}

function suback(reason_codes: number[], fields: Partial<SubackPacket> = {}): SubackPacket {
  return { type: PacketTypes.SUBACK, mid: 1, reason_codes, properties: null, ...fields };
}

function unsubscribe(filters: string[], fields: Partial<UnsubscribePacket> = {}): UnsubscribePacket {
  return { type: PacketTypes.UNSUBSCRIBE, mid: 1, filters, properties: null, ...fields };
}

function unsuback(reason_codes: number[], fields: Partial<UnsubackPacket> = {}): UnsubackPacket {
  return { type: PacketTypes.UNSUBACK, mid: 2, reason_codes, properties: null, ...fields };
}

function disconnect(fields: Partial<DisconnectPacket> = {}): DisconnectPacket {
  return { type: PacketTypes.DISCONNECT, reason_code: 0, properties: null, ...fields };
}

function auth(fields: Partial<AuthPacket> = {}): AuthPacket {
  return { type: PacketTypes.AUTH, reason_code: 0, properties: null, ...fields };
}

type Row = readonly [
  versions: readonly Version[],
  from: readonly Sender[],
  name: string,
  hex: string,
  packet: ValidVector["packet"],
  clause: string,
  writes?: string,
];

// biome-ignore format: a table
const rows: readonly Row[] = [
  // CONNECT
  [v31, client, "CONNECT of 3.1", "100f 0006 4d5149736470 03 02 003c 0001 78", connect(3), "3.1 section 3.1"],
  [v311, client, "CONNECT of 3.1.1", "100d 0004 4d515454 04 02 003c 0001 78", connect(4), "MQTT-3.1.2-1"],
  [v5, client, "CONNECT of 5", "100e 0004 4d515454 05 02 003c 00 0001 78", connect(5), "MQTT-3.1.2-1"],
  [v311, client, "CONNECT with an empty client id", "100c 0004 4d515454 04 02 003c 0000", connect(4, { client_id: "" }), "MQTT-3.1.3-6"],
  [v5, client, "CONNECT with an empty client id and no clean start", "100d 0004 4d515454 05 00 003c 00 0000", connect(5, { client_id: "", clean: false }), "MQTT-3.1.3-6"],
  [v311, client, "CONNECT that goes on with a session", "100d 0004 4d515454 04 00 003c 0001 78", connect(4, { clean: false }), "MQTT-3.1.2-4"],
  [v311, client, "CONNECT without keepalive", "100d 0004 4d515454 04 02 0000 0001 78", connect(4, { keepalive: 0 }), "3.1.2.10"],
  [v31, client, "CONNECT of 3.1 with an empty will and the longest keepalive", "1014 0006 4d5149736470 03 06 ffff 0001 78 0001 77 0000", connect(3, { keepalive: 65535, will: will({ payload: text("") }) }), "3.1 section 3.1"],
  [v311, client, "CONNECT with a will", "1013 0004 4d515454 04 36 003c 0001 78 0001 77 0001 35", connect(4, { will: will({ qos: 2, retain: true }) }), "MQTT-3.1.2-9"],
  [v311, client, "CONNECT with user name and password", "1013 0004 4d515454 04 c2 003c 0001 78 0001 75 0001 70", connect(4, { username: "u", password: text("p") }), "MQTT-3.1.2-19"],
  [v311, client, "CONNECT with empty user name and password", "1011 0004 4d515454 04 c2 003c 0001 78 0000 0000", connect(4, { username: "", password: text("") }), "MQTT-3.1.2-19"],
  [v311, client, "CONNECT with a user name alone", "1010 0004 4d515454 04 82 003c 0001 78 0001 75", connect(4, { username: "u" }), "MQTT-3.1.2-20"],
  [v5, client, "CONNECT with a password alone", "1011 0004 4d515454 05 42 003c 00 0001 78 0001 70", connect(5, { password: text("p") }), "3.1.2.9"],
  [v311, client, "CONNECT with a password that is no text", "1014 0004 4d515454 04 c2 003c 0001 78 0001 75 0002 00ff", connect(4, { username: "u", password: bytes(0, 255) }), "3.1.3.5"],
  [v311, client, "CONNECT with characters of two and four bytes", "1014 0004 4d515454 04 82 003c 0002 c3a9 0004 f09f9880", connect(4, { client_id: "é", username: "😀" }), "MQTT-1.5.4-1"],
  [v31, client, "CONNECT of 3.1 whose user name and password are promised, and missing", "100f 0006 4d5149736470 03 c2 003c 0001 78", connect(3), "3.1 section 3.1", "100f 0006 4d5149736470 03 02 003c 0001 78"],
  [v31, client, "CONNECT of 3.1 whose password is promised, and missing", "1012 0006 4d5149736470 03 c2 003c 0001 78 0001 75", connect(3, { username: "u" }), "3.1 section 3.1", "1012 0006 4d5149736470 03 82 003c 0001 78 0001 75"],
  [v31, client, "CONNECT of a bridge, 3.1", "100f 0006 4d5149736470 83 02 003c 0001 78", connect(3, { bridge: true }), "3.1.2.2"],
  [v311, client, "CONNECT of a bridge, 3.1.1", "100d 0004 4d515454 84 02 003c 0001 78", connect(4, { bridge: true }), "3.1.2.2"],
  [v5, client, "CONNECT of a bridge, 5", "100e 0004 4d515454 85 02 003c 00 0001 78", connect(5, { bridge: true }), "3.1.2.2"],
  [v5, client, "CONNECT with a will, credentials and session expiry", "1025 0004 4d515454 05 f6 003c 05 11 00000005 0001 78 05 18 00000003 0001 77 0001 7a 0001 75 0001 70",
    connect(5, { username: "u", password: text("p"), properties: new Properties(1, { SessionExpiryInterval: 5 }), will: will({ payload: text("z"), qos: 2, retain: true, properties: new Properties(99, { WillDelayInterval: 3 }) }) }), "MQTT-3.1.3-1"],
  [v5, client, "CONNECT with all its properties", "1032 0004 4d515454 05 02 003c 24 11 0000000a 15 0001 6d 16 0002 01ff 17 00 19 01 21 0005 22 0007 26 0001 61 0001 62 27 000003e8 0001 78",
    connect(5, { properties: new Properties(1, { SessionExpiryInterval: 10, AuthenticationMethod: "m", AuthenticationData: bytes(1, 255), RequestProblemInformation: 0, RequestResponseInformation: 1, ReceiveMaximum: 5, TopicAliasMaximum: 7, UserProperty: ["a", "b"], MaximumPacketSize: 1000 }) }), "3.1.2.11"],
  [v5, client, "CONNECT with all properties of a will", "1035 0004 4d515454 05 2e 003c 00 0001 78 20 01 01 02 0000003c 03 0001 74 08 0001 72 09 0002 0102 18 00000003 26 0001 61 0001 62 0001 77 0001 35",
    connect(5, { will: will({ qos: 1, retain: true, properties: new Properties(99, { PayloadFormatIndicator: 1, MessageExpiryInterval: 60, ContentType: "t", ResponseTopic: "r", CorrelationData: bytes(1, 2), WillDelayInterval: 3, UserProperty: ["a", "b"] }) }) }), "3.1.3.2"],

  // CONNACK
  [v3, server, "CONNACK", "2002 0000", connack(), "3.2"],
  [v311, server, "CONNACK with a session", "2002 0100", connack({ session_present: true }), "MQTT-3.2.2-2"],
  [v3, server, "CONNACK that refuses the version", "2002 0001", connack({ reason_code: 1 }), "3.2.2.3"],
  [v3, server, "CONNACK that refuses: not authorized", "2002 0005", connack({ reason_code: 5 }), "3.2.2.3"],
  [v3, server, "CONNACK with a code that 3.x reserves", "2002 0006", connack({ reason_code: 6 }), "3.2.2.3"],
  [v5, server, "CONNACK of 5", "2003 00 00 00", connack(), "3.2"],
  [v5, server, "CONNACK of 5 with a session", "2003 01 00 00", connack({ session_present: true }), "MQTT-3.2.2-2"],
  [v5, server, "CONNACK of 5 that refuses: not authorized", "2003 00 87 00", connack({ reason_code: 0x87 }), "MQTT-3.2.2-8"],
  [v5, server, "CONNACK of 5 that refuses the version", "2003 00 84 00", connack({ reason_code: 0x84 }), "MQTT-3.1.2-2"],
  [v5, server, "CONNACK of 3.x to a client of 5: version", "2002 0001", connack({ reason_code: 0x84 }), "MQTT-3.1.2-2", "2003 00 84 00"],
  [v5, server, "CONNACK of 3.x to a client of 5: client id", "2002 0002", connack({ reason_code: 0x85 }), "3.2.2.2", "2003 00 85 00"],
  [v5, server, "CONNACK of 3.x to a client of 5: unavailable", "2002 0003", connack({ reason_code: 0x88 }), "3.2.2.2", "2003 00 88 00"],
  [v5, server, "CONNACK of 3.x to a client of 5: credentials", "2002 0004", connack({ reason_code: 0x86 }), "3.2.2.2", "2003 00 86 00"],
  [v5, server, "CONNACK of 3.x to a client of 5: not authorized", "2002 0005", connack({ reason_code: 0x87 }), "3.2.2.2", "2003 00 87 00"],
  [v5, server, "CONNACK of two bytes with the code of 5", "2002 0084", connack({ reason_code: 0x84 }), "MQTT-3.1.2-2", "2003 00 84 00"],
  [v5, server, "CONNACK with limits in its own order", "2009 00 00 06 22 000a 21 0014", connack({ properties: new Properties(2, { TopicAliasMaximum: 10, ReceiveMaximum: 20 }) }), "2.2.2.2", "2009 00 00 06 21 0014 22 000a"],
  [v5, server, "CONNACK with all its properties", "203f 00 00 3c 11 0000000a 12 0001 78 13 001e 15 0001 6d 16 0001 ff 1a 0001 72 1c 0001 73 1f 0001 6f 21 0005 22 0007 24 01 25 00 26 0001 61 0001 62 27 10000004 28 01 29 00 2a 01",
    connack({ properties: new Properties(2, { SessionExpiryInterval: 10, AssignedClientIdentifier: "x", ServerKeepAlive: 30, AuthenticationMethod: "m", AuthenticationData: bytes(255), ResponseInformation: "r", ServerReference: "s", ReasonString: "o", ReceiveMaximum: 5, TopicAliasMaximum: 7, MaximumQoS: 1, RetainAvailable: 0, UserProperty: ["a", "b"], MaximumPacketSize: 268435460, WildcardSubscriptionAvailable: 1, SubscriptionIdentifierAvailable: 0, SharedSubscriptionAvailable: 1 }) }), "3.2.2.3"],
  [v5, server, "CONNACK with user properties whose order counts", "2017 00 00 14 26 0001 62 0001 31 26 0001 61 0001 32 26 0001 62 0000", connack({ properties: new Properties(2, { UserProperty: [["b", "1"], ["a", "2"], ["b", ""]] }) }), "3.2.2.3.10"],
  [v5, server, "CONNACK with user properties whose first value is empty", "2010 00 00 0d 26 0001 62 0000 26 0001 62 0001 31", connack({ properties: new Properties(2, { UserProperty: [["b", ""], ["b", "1"]] }) }), "3.2.2.3.10"],
  [v5, server, "CONNACK with a user property of a name that JavaScript knows", "2012 00 00 0f 26 0009 5f5f70726f746f5f5f 0001 31", connack({ properties: new Properties(2, { UserProperty: ["__proto__", "1"] }) }), "3.2.2.3.10"],
  [v5, server, "CONNACK with a property length of two bytes", `208901 00 00 8501 1f 0082 ${"61".repeat(130)}`, connack({ properties: new Properties(2, { ReasonString: "a".repeat(130) }) }), "2.2.2.1"],

  // PUBLISH
  [v3, both, "PUBLISH", "3004 0001 74 70", publish(), "3.3"],
  [v3, both, "PUBLISH without payload", "3003 0001 74", publish({ payload: text("") }), "3.3.3"],
  [v3, both, "PUBLISH retained", "3104 0001 74 70", publish({ retain: true }), "3.3.1.3"],
  [v3, both, "PUBLISH with QoS 1", "3206 0001 74 0007 70", publish({ qos: 1, mid: 7 }), "3.3.1.2"],
  [v3, both, "PUBLISH with QoS 2, sent again, retained", "3d06 0001 74 ffff 70", publish({ dup: true, qos: 2, retain: true, mid: 65535 }), "MQTT-3.3.1-1"],
  [v3, both, "PUBLISH to a topic of one slash", "3003 0001 2f", publish({ topic: "/", payload: text("") }), "4.7.3"],
  [v3, both, "PUBLISH to a topic of U+FEFF", "3005 0003 efbbbf", publish({ topic: "\ufeff", payload: text("") }), "MQTT-1.5.4-3"],
  [v3, both, "PUBLISH with a payload that is no text", "3006 0001 74 00ff80", publish({ payload: bytes(0, 255, 128) }), "3.3.3"],
  [v3, both, "PUBLISH with a remaining length of two bytes", `30cb01 0001 74 ${"70".repeat(200)}`, publish({ payload: text("p".repeat(200)) }), "2.1.4"],
  [v5, both, "PUBLISH of 5", "3005 0001 74 00 70", publish(), "MQTT-2.2.2-1"],
  [v5, both, "PUBLISH of 5 with QoS 1", "3207 0001 74 0002 00 70", publish({ qos: 1, mid: 2 }), "3.3.2"],
  [v5, both, "PUBLISH of 5 with QoS 2, sent again", "3c07 0001 74 0002 00 70", publish({ qos: 2, dup: true, mid: 2 }), "3.3.2"],
  [v5, both, "PUBLISH with an alias for its topic", "3007 0000 03 23 0001 70", publish({ topic: "", properties: new Properties(3, { TopicAlias: 1 }) }), "3.3.2.3.4"],
  [v5, both, "PUBLISH with topic and alias", "3008 0001 74 03 23 ffff 70", publish({ properties: new Properties(3, { TopicAlias: 65535 }) }), "3.3.2.3.4"],
  [v5, both, "PUBLISH with all properties of a client", "3225 0001 74 0002 1e 01 01 02 0000003c 03 0001 74 08 0001 72 09 0002 0102 23 0005 26 0001 61 0001 62 70",
    publish({ qos: 1, mid: 2, properties: new Properties(3, { PayloadFormatIndicator: 1, MessageExpiryInterval: 60, ContentType: "t", ResponseTopic: "r", CorrelationData: bytes(1, 2), TopicAlias: 5, UserProperty: ["a", "b"] }) }), "3.3.2.3"],
  [v5, server, "PUBLISH for two subscriptions", "300b 0001 74 07 0b 05 0b ffffff7f", publish({ payload: text(""), properties: new Properties(3, { SubscriptionIdentifier: [5, 268435455] }) }), "MQTT-3.3.4-4"],
  [v5, both, "PUBLISH with empty property values", "300b 0001 74 06 03 0000 09 0000 70", publish({ properties: new Properties(3, { ContentType: "", CorrelationData: bytes() }) }), "3.3.2.3"],

  // PUBACK, PUBREC, PUBREL, PUBCOMP
  [every, both, "PUBACK", "4002 0001", puback(), "3.4"],
  [every, both, "PUBREC", "5002 346f", pubrec({ mid: 13423 }), "3.5"],
  [every, both, "PUBREL", "6202 0001", pubrel(), "MQTT-3.6.1-1"],
  [every, both, "PUBCOMP", "7002 ffff", pubcomp({ mid: 65535 }), "3.7"],
  [v31, both, "PUBREL of 3.1 that was sent before", "6a02 0001", pubrel(), "3.1 section 2.1", "6202 0001"],
  [v5, both, "PUBACK with a reason code alone", "4003 0001 10", puback({ reason_code: 0x10 }), "3.4.2.1"],
  [v5, both, "PUBREC with a reason code alone", "5003 0001 91", pubrec({ reason_code: 0x91 }), "3.5.2.1"],
  [v5, both, "PUBREL with a reason code alone", "6203 0001 92", pubrel({ reason_code: 0x92 }), "3.6.2.1"],
  [v5, both, "PUBCOMP with a reason code alone", "7003 0001 92", pubcomp({ reason_code: 0x92 }), "3.7.2.1"],
  [v5, both, "PUBACK with a reason code and no properties", "4004 0001 87 00", puback({ reason_code: 0x87 }), "3.4.2", "4003 0001 87"],
  [v5, both, "PUBACK that spells out success", "4003 0001 00", puback(), "3.4.2.1", "4002 0001"],
  [v5, both, "PUBACK that spells out success and no properties", "4004 0001 00 00", puback(), "3.4.2.1", "4002 0001"],
  [v5, both, "PUBACK with a reason string", "4009 0001 00 05 1f 0002 6f6b", puback({ properties: new Properties(4, { ReasonString: "ok" }) }), "3.4.2.2.2"],
  [v5, both, "PUBREC with a user property", "500b 0001 97 07 26 0001 61 0001 62", pubrec({ reason_code: 0x97, properties: new Properties(5, { UserProperty: ["a", "b"] }) }), "3.5.2.2.3"],
  [v5, both, "PUBREL with a user property", "620b 0001 92 07 26 0001 61 0001 62", pubrel({ reason_code: 0x92, properties: new Properties(6, { UserProperty: ["a", "b"] }) }), "3.6.2.2.3"],
  [v5, both, "PUBCOMP with a user property", "700b 0001 92 07 26 0001 61 0001 62", pubcomp({ reason_code: 0x92, properties: new Properties(7, { UserProperty: ["a", "b"] }) }), "3.7.2.2.3"],

  // SUBSCRIBE
  [v3, client, "SUBSCRIBE", "8206 0001 0001 61 01", subscribe([to("a", 1)]), "MQTT-3.8.1-1"],
  [v3, client, "SUBSCRIBE to two filters", "820c 0001 0001 61 00 0003 612f23 02", subscribe([to("a", 0), to("a/#", 2)]), "3.8.3"],
  [v31, client, "SUBSCRIBE of 3.1 that was sent before", "8a06 0001 0001 61 01", subscribe([to("a", 1)]), "3.1 section 2.1", "8206 0001 0001 61 01"],
  [v5, client, "SUBSCRIBE of 5", "8207 0001 00 0001 61 01", subscribe([to("a", 1)]), "3.8.2"],
  [v5, client, "SUBSCRIBE with an identifier", "8209 0008 02 0b05 0001 61 00", subscribe([to("a", 0)], { mid: 8, properties: new Properties(8, { SubscriptionIdentifier: 5 }) }), "3.8.2.1.2"],
  [v5, client, "SUBSCRIBE with all options", "8207 0001 00 0001 61 2e", subscribe([to("a", 2, { no_local: true, retain_as_published: true, retain_handling: 2 })]), "3.8.3.1"],
  [v5, client, "SUBSCRIBE with Retain Handling 1", "8207 0001 00 0001 2b 11", subscribe([to("+", 1, { retain_handling: 1 })]), "3.8.3.1"],
  [v5, client, "SUBSCRIBE to a shared subscription", "8210 0001 00 000a 2473686172652f672f61 01", subscribe([to("$share/g/a", 1)]), "MQTT-4.8.2-1"],
  [v5, client, "SUBSCRIBE with a user property", "820e 0001 07 26 0001 61 0001 62 0001 61 00", subscribe([to("a", 0)], { properties: new Properties(8, { UserProperty: ["a", "b"] }) }), "3.8.2.1.3"],

  // SUBACK
  [v3, server, "SUBACK", "9003 0001 01", suback([1]), "3.9.3"],
  [v3, server, "SUBACK for four filters", "9006 0001 00 01 02 80", suback([0, 1, 2, 0x80]), "3.9.3"],
  [v5, server, "SUBACK of 5", "9004 0001 00 01", suback([1]), "3.9.3"],
  [v5, server, "SUBACK of 5 that refuses", "9006 0001 00 02 8f a2", suback([2, 0x8f, 0xa2]), "MQTT-3.9.3-2"],
  [v5, server, "SUBACK with a reason string", "9009 0001 05 1f 0002 6f6b 00", suback([0], { properties: new Properties(9, { ReasonString: "ok" }) }), "3.9.2.1.2"],

  // UNSUBSCRIBE
  [v3, client, "UNSUBSCRIBE", "a208 0014 0001 61 0001 62", unsubscribe(["a", "b"], { mid: 20 }), "MQTT-3.10.1-1"],
  [v31, client, "UNSUBSCRIBE of 3.1 that was sent before", "aa05 0014 0001 61", unsubscribe(["a"], { mid: 20 }), "3.1 section 2.1", "a205 0014 0001 61"],
  [v5, client, "UNSUBSCRIBE of 5", "a206 0001 00 0001 61", unsubscribe(["a"]), "3.10.2"],
  [v5, client, "UNSUBSCRIBE with a user property", "a20d 0001 07 26 0001 61 0001 62 0001 61", unsubscribe(["a"], { properties: new Properties(10, { UserProperty: ["a", "b"] }) }), "3.10.2.1.2"],

  // UNSUBACK
  [v3, server, "UNSUBACK", "b002 0002", unsuback([]), "3.11"],
  [v5, server, "UNSUBACK of 5", "b004 0002 00 00", unsuback([0]), "3.11.3"],
  [v5, server, "UNSUBACK of 5 for two filters", "b005 0002 00 11 87", unsuback([0x11, 0x87]), "MQTT-3.11.3-2"],
  [v5, server, "UNSUBACK with a reason string", "b009 0002 05 1f 0002 6f6b 00", unsuback([0], { properties: new Properties(11, { ReasonString: "ok" }) }), "3.11.2.1.2"],

  // PINGREQ, PINGRESP
  [every, both, "PINGREQ", "c000", { type: PacketTypes.PINGREQ }, "3.12"],
  [every, server, "PINGRESP", "d000", { type: PacketTypes.PINGRESP }, "3.13"],

  // DISCONNECT
  [v3, client, "DISCONNECT", "e000", disconnect(), "3.14"],
  [v5, both, "DISCONNECT of 5", "e000", disconnect(), "3.14.2.1"],
  [v5, both, "DISCONNECT that spells out the normal end", "e001 00", disconnect(), "3.14.2.1", "e000"],
  [v5, both, "DISCONNECT with a reason code alone", "e001 8e", disconnect({ reason_code: 0x8e }), "3.14.2.2.1"],
  [v5, both, "DISCONNECT with a reason code and no properties", "e002 8c 00", disconnect({ reason_code: 0x8c }), "3.14.2", "e001 8c"],
  [v5, client, "DISCONNECT with the will", "e001 04", disconnect({ reason_code: 4 }), "3.14.2.1"],
  [v5, client, "DISCONNECT with session expiry", "e007 00 05 11 00000000", disconnect({ properties: new Properties(14, { SessionExpiryInterval: 0 }) }), "3.14.2.2.2"],
  [v5, server, "DISCONNECT to another server", "e00a 9d 08 1c 0001 73 1f 0001 6f", disconnect({ reason_code: 0x9d, properties: new Properties(14, { ServerReference: "s", ReasonString: "o" }) }), "3.14.2.2.5"],
  [v5, server, "DISCONNECT longer than 127 bytes", `e08901 8b 8601 1f 0083 ${"61".repeat(131)}`, disconnect({ reason_code: 0x8b, properties: new Properties(14, { ReasonString: "a".repeat(131) }) }), "3.14.2.2.3"],

  // AUTH
  [v5, both, "AUTH of two bytes", "f000", auth(), "3.15.2.1", "f002 00 00"],
  [v5, both, "AUTH with a reason code alone", "f001 18", auth({ reason_code: 0x18 }), "3.15.2.1", "f002 18 00"],
  [v5, both, "AUTH with method and data", "f009 18 07 15 0001 6d 16 0000", auth({ reason_code: 0x18, properties: new Properties(15, { AuthenticationMethod: "m", AuthenticationData: bytes() }) }), "3.15.2.2"],
  [v5, client, "AUTH that authenticates again", "f00d 19 0b 15 0001 6d 26 0001 61 0001 62", auth({ reason_code: 0x19, properties: new Properties(15, { AuthenticationMethod: "m", UserProperty: ["a", "b"] }) }), "4.12.1"],
];

export const valid_vectors: readonly ValidVector[] = rows.map(
  ([versions, from, name, hex, packet, clause, writes]) => ({
    versions,
    from,
    name,
    hex,
    packet,
    clause,
    ...(writes === undefined ? {} : { writes }),
  }),
);
