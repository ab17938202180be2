// Decides which bytes are the examples of what must end a connection, for each packet type and version. Data only.

import type { MalformedVector, Sender, Version } from "./vector.ts";

const every: readonly Version[] = [3, 4, 5];
const v3: readonly Version[] = [3, 4];
const v31: readonly Version[] = [3];
const v311: readonly Version[] = [4];
const v5: readonly Version[] = [5];
const later: readonly Version[] = [4, 5];

type Row = readonly [
  versions: readonly Version[],
  from: Sender,
  name: string,
  hex: string,
  reason_code: number,
  says: string,
  clause: string,
];

const EARLY = "ends too early";
const UTF8 = "not valid UTF-8";
const NUL = "U+0000";
const NEEDLESS = "more bytes than";
const FLAGS = "flag bits";
const DIRECTION = "must not send";
const CODE = "reason code 0x";
const TWICE = "more than once";
const CARRY = "may not carry";

// biome-ignore format: a table
const fixed_header: readonly Row[] = [
  [every, "server", "packet type 0", "0000", 0x81, "type 0 is reserved", "2.1.2"],
  [every, "client", "packet type 0", "0000", 0x81, "type 0 is reserved", "2.1.2"],
  [v3, "server", "packet type 15 before MQTT 5", "f000", 0x81, "type 15 is reserved", "2.2.1"],
  [v3, "client", "packet type 15 before MQTT 5", "f000", 0x81, "type 15 is reserved", "2.2.1"],
  [every, "server", "a remaining length of five bytes", "30 8080808001", 0x81, "longer than 4 bytes", "2.1.4"],
  [every, "client", "a remaining length of five bytes", "c0 ffffffff01", 0x81, "longer than 4 bytes", "2.1.4"],
  [every, "server", "a remaining length of 0 in two bytes", "d0 8000", 0x81, NEEDLESS, "MQTT-1.5.5-1"],
  [every, "server", "a remaining length of 4 in four bytes", "30 84808000 0001 74 70", 0x81, NEEDLESS, "MQTT-1.5.5-1"],
  [every, "client", "a remaining length of 2 in three bytes", "40 828000 0001", 0x81, NEEDLESS, "MQTT-1.5.5-1"],
];

// biome-ignore format: a table
const wrong_way: readonly Row[] = [
  [every, "server", "CONNECT from a server", "100d 0004 4d515454 04 02 003c 0001 78", 0x82, DIRECTION, "2.1.2"],
  [every, "server", "SUBSCRIBE from a server", "8206 0001 0001 61 01", 0x82, DIRECTION, "2.1.2"],
  [every, "server", "UNSUBSCRIBE from a server", "a205 0001 0001 61", 0x82, DIRECTION, "2.1.2"],
  [v3, "server", "DISCONNECT from a server before MQTT 5", "e000", 0x82, DIRECTION, "2.2.1"],
  [every, "client", "CONNACK from a client", "2002 0000", 0x82, DIRECTION, "2.1.2"],
  [every, "client", "SUBACK from a client", "9003 0001 01", 0x82, DIRECTION, "2.1.2"],
  [every, "client", "UNSUBACK from a client", "b002 0002", 0x82, DIRECTION, "2.1.2"],
  [every, "client", "PINGRESP from a client", "d000", 0x82, DIRECTION, "2.1.2"],
];

// biome-ignore format: a table
const connect: readonly Row[] = [
  [every, "client", "CONNECT with flag bits", "110d 0004 4d515454 04 02 003c 0001 78", 0x81, FLAGS, "MQTT-2.1.3-1"],
  [every, "client", "CONNECT without content", "1000", 0x81, EARLY, "3.1"],
  [every, "client", "CONNECT cut in the protocol name", "1004 0004 4d51", 0x81, EARLY, "3.1.2.1"],
  [every, "client", "CONNECT of another protocol", "100d 0004 4d515455 04 02 003c 0001 78", 0x84, "MQTU", "MQTT-3.1.2-1"],
  [every, "client", "CONNECT with a lower-case protocol name", "100d 0004 6d717474 04 02 003c 0001 78", 0x84, "mqtt", "MQTT-3.1.2-1"],
  [every, "client", "CONNECT of level 6", "100d 0004 4d515454 06 02 003c 0001 78", 0x84, "level 6", "MQTT-3.1.2-2"],
  [every, "client", "CONNECT of level 0", "100d 0004 4d515454 00 02 003c 0001 78", 0x84, "level 0", "MQTT-3.1.2-2"],
  [every, "client", "CONNECT of 3.1 with the name of 3.1.1", "100d 0004 4d515454 03 02 003c 0001 78", 0x84, "level 3", "MQTT-3.1.2-2"],
  [every, "client", "CONNECT of 3.1.1 with the name of 3.1", "100f 0006 4d5149736470 04 02 003c 0001 78", 0x84, "MQIsdp", "MQTT-3.1.2-1"],
  [v311, "client", "CONNECT with the reserved flag", "100d 0004 4d515454 04 03 003c 0001 78", 0x81, "reserved connect flag", "MQTT-3.1.2-3"],
  [v31, "client", "CONNECT of 3.1 with the reserved flag", "100f 0006 4d5149736470 03 03 003c 0001 78", 0x81, "reserved connect flag", "3.1 section 3.1"],
  [v5, "client", "CONNECT of 5 with the reserved flag", "100e 0004 4d515454 05 03 003c 00 0001 78", 0x81, "reserved connect flag", "MQTT-3.1.2-3"],
  [v311, "client", "CONNECT with will QoS 3", "1013 0004 4d515454 04 1e 003c 0001 78 0001 77 0001 35", 0x81, "will QoS is 3", "MQTT-3.1.2-14"],
  [v5, "client", "CONNECT of 5 with will QoS 3", "1015 0004 4d515454 05 1e 003c 00 0001 78 00 0001 77 0001 35", 0x81, "will QoS is 3", "MQTT-3.1.2-12"],
  [v311, "client", "CONNECT with will QoS but no will", "100d 0004 4d515454 04 0a 003c 0001 78", 0x81, "without a will", "MQTT-3.1.2-13"],
  [v5, "client", "CONNECT of 5 with will QoS but no will", "100e 0004 4d515454 05 12 003c 00 0001 78", 0x81, "without a will", "MQTT-3.1.2-11"],
  [v311, "client", "CONNECT with will retain but no will", "100d 0004 4d515454 04 22 003c 0001 78", 0x81, "without a will", "MQTT-3.1.2-15"],
  [v5, "client", "CONNECT of 5 with will retain but no will", "100e 0004 4d515454 05 22 003c 00 0001 78", 0x81, "without a will", "MQTT-3.1.2-13"],
  [v31, "client", "CONNECT of 3.1 with a password alone", "1012 0006 4d5149736470 03 42 003c 0001 78 0001 70", 0x81, "without a user name", "3.1 section 3.1"],
  [v311, "client", "CONNECT with a password alone", "1010 0004 4d515454 04 42 003c 0001 78 0001 70", 0x81, "without a user name", "MQTT-3.1.2-22"],
  [v311, "client", "CONNECT without client id", "100a 0004 4d515454 04 02 003c", 0x81, EARLY, "MQTT-3.1.3-3"],
  [v311, "client", "CONNECT without the announced will", "100d 0004 4d515454 04 06 003c 0001 78", 0x81, EARLY, "MQTT-3.1.2-9"],
  [v311, "client", "CONNECT without the announced user name", "100d 0004 4d515454 04 82 003c 0001 78", 0x81, EARLY, "MQTT-3.1.2-19"],
  [v311, "client", "CONNECT without the announced password", "1010 0004 4d515454 04 c2 003c 0001 78 0001 75", 0x81, EARLY, "MQTT-3.1.2-21"],
  [v311, "client", "CONNECT with a byte too many", "100e 0004 4d515454 04 02 003c 0001 78 00", 0x81, "1 more byte", "3.1"],
  [v31, "client", "CONNECT of 3.1 with a byte too many", "1010 0006 4d5149736470 03 02 003c 0001 78 00", 0x81, "1 more byte", "3.1 section 3.1"],
  [v5, "client", "CONNECT of 5 with a byte too many", "100f 0004 4d515454 05 02 003c 00 0001 78 00", 0x81, "1 more byte", "3.1"],
  [v311, "client", "CONNECT whose client id is not UTF-8", "100d 0004 4d515454 04 02 003c 0001 ff", 0x81, UTF8, "MQTT-3.1.3-4"],
  [v311, "client", "CONNECT whose client id is overlong UTF-8", "100e 0004 4d515454 04 02 003c 0002 c080", 0x81, UTF8, "MQTT-1.5.3-1"],
  [v311, "client", "CONNECT whose client id has NUL", "100d 0004 4d515454 04 02 003c 0001 00", 0x81, NUL, "MQTT-1.5.3-2"],
  [v311, "client", "CONNECT whose user name has a surrogate", "1012 0004 4d515454 04 82 003c 0001 78 0003 eda080", 0x81, UTF8, "MQTT-1.5.3-1"],
  [v311, "client", "CONNECT whose will topic has NUL", "1013 0004 4d515454 04 06 003c 0001 78 0001 00 0001 35", 0x81, NUL, "MQTT-1.5.3-2"],
  [v311, "client", "CONNECT whose will topic has a wildcard", "1013 0004 4d515454 04 06 003c 0001 78 0001 23 0001 35", 0x82, "wildcard", "MQTT-4.7.1-1"],
  [v311, "client", "CONNECT whose will topic is empty", "1012 0004 4d515454 04 06 003c 0001 78 0000 0001 35", 0x82, "the will topic is empty", "MQTT-4.7.3-1"],
  [v5, "client", "CONNECT of 5 without property length", "100a 0004 4d515454 05 02 003c", 0x81, EARLY, "MQTT-2.2.2-1"],
  [v5, "client", "CONNECT of 5 with a needlessly long property length", "100f 0004 4d515454 05 02 003c 8000 0001 78", 0x81, NEEDLESS, "MQTT-1.5.5-1"],
  [v5, "client", "CONNECT of 5 whose properties run over its end", "100e 0004 4d515454 05 02 003c 05 0001 78", 0x81, "5 more bytes were needed", "2.2.2.1"],
  [v5, "client", "CONNECT of 5 with an unknown property", "1010 0004 4d515454 05 02 003c 02 7f00 0001 78", 0x81, "identifier 127", "2.2.2.2"],
  [v5, "client", "CONNECT of 5 with the property of a PUBLISH", "1011 0004 4d515454 05 02 003c 03 23 0001 0001 78", 0x81, CARRY, "2.2.2.2"],
  [v5, "client", "CONNECT of 5 with a property twice", "1014 0004 4d515454 05 02 003c 06 21 0001 21 0002 0001 78", 0x82, TWICE, "3.1.2.11.3"],
  [v5, "client", "CONNECT of 5 with Receive Maximum 0", "1011 0004 4d515454 05 02 003c 03 21 0000 0001 78", 0x82, "ReceiveMaximum", "3.1.2.11.3"],
  [v5, "client", "CONNECT of 5 with Maximum Packet Size 0", "1013 0004 4d515454 05 02 003c 05 27 00000000 0001 78", 0x82, "MaximumPacketSize", "3.1.2.11.4"],
  [v5, "client", "CONNECT of 5 with Request Response Information 2", "1010 0004 4d515454 05 02 003c 02 1902 0001 78", 0x82, "RequestResponseInformation", "3.1.2.11.6"],
  [v5, "client", "CONNECT of 5 with Request Problem Information 2", "1010 0004 4d515454 05 02 003c 02 1702 0001 78", 0x82, "RequestProblemInformation", "3.1.2.11.7"],
  [v5, "client", "CONNECT of 5 with authentication data alone", "1012 0004 4d515454 05 02 003c 04 16 0001 ff 0001 78", 0x82, "without AuthenticationMethod", "3.1.2.11.10"],
  [v5, "client", "CONNECT of 5 whose will has an alias", "1018 0004 4d515454 05 06 003c 00 0001 78 03 23 0001 0001 77 0001 35", 0x81, CARRY, "3.1.3.2"],
  [v5, "client", "CONNECT of 5 whose will has format 2", "1017 0004 4d515454 05 06 003c 00 0001 78 02 0102 0001 77 0001 35", 0x82, "PayloadFormatIndicator", "3.1.3.2.3"],
  [v5, "client", "CONNECT of 5 whose will has a response topic with a wildcard", "1019 0004 4d515454 05 06 003c 00 0001 78 04 08 0001 23 0001 77 0001 35", 0x82, "wildcard", "MQTT-3.3.2-14"],
];

// biome-ignore format: a table
const connack: readonly Row[] = [
  [v3, "server", "CONNACK with flag bits", "2102 0000", 0x81, FLAGS, "MQTT-2.2.2-2"],
  [v5, "server", "CONNACK of 5 with flag bits", "2203 00 00 00", 0x81, FLAGS, "MQTT-2.1.3-1"],
  [every, "server", "CONNACK without content", "2000", 0x81, EARLY, "3.2"],
  [every, "server", "CONNACK of one byte", "2001 00", 0x81, EARLY, "3.2"],
  [v3, "server", "CONNACK with a byte too many", "2003 00 00 00", 0x81, "1 more byte", "3.2"],
  [v3, "server", "CONNACK with reserved acknowledge flags", "2002 02 00", 0x81, "acknowledge flags", "3.2.2.1"],
  [v5, "server", "CONNACK of 5 with reserved acknowledge flags", "2003 80 00 00", 0x81, "acknowledge flags", "MQTT-3.2.2-1"],
  [v3, "server", "CONNACK with a session that refuses", "2002 01 05", 0x82, "a session present", "MQTT-3.2.2-4"],
  [v5, "server", "CONNACK of 5 with a session that refuses", "2003 01 87 00", 0x82, "a session present", "MQTT-3.2.2-6"],
  [v5, "server", "CONNACK of 3.x with a session that refuses", "2002 01 01", 0x82, "a session present", "MQTT-3.2.2-6"],
  [v5, "server", "CONNACK of 5 without property length", "2002 00 00", 0x81, EARLY, "MQTT-2.2.2-1"],
  [v5, "server", "CONNACK of 5 that refuses without property length", "2002 00 87", 0x81, EARLY, "MQTT-2.2.2-1"],
  [v5, "server", "CONNACK of 5 with a byte too many", "2004 00 00 00 00", 0x81, "1 more byte", "3.2.3"],
  [v5, "server", "CONNACK of 5 with an unknown reason code", "2003 00 07 00", 0x82, `${CODE}07`, "MQTT-3.2.2-8"],
  [v5, "server", "CONNACK of 5 with the reason code of a DISCONNECT", "2003 00 8e 00", 0x82, `${CODE}8e`, "MQTT-3.2.2-8"],
  [v5, "server", "CONNACK of 5 whose properties run over its end", "2004 00 00 05 21", 0x81, "5 more bytes were needed", "2.2.2.1"],
  [v5, "server", "CONNACK of 5 whose last property is cut", "2005 00 00 02 21 00", 0x81, EARLY, "2.2.2.2"],
  [v5, "server", "CONNACK of 5 with property 0", "2005 00 00 02 00 00", 0x81, "identifier 0", "2.2.2.2"],
  [v5, "server", "CONNACK of 5 with the property of a PUBLISH", "2008 00 00 05 02 00000001", 0x81, CARRY, "2.2.2.2"],
  [v5, "server", "CONNACK of 5 with a property twice", "200b 00 00 08 12 0001 61 12 0001 62", 0x82, TWICE, "3.2.2.3.7"],
  [v5, "server", "CONNACK of 5 with Receive Maximum 0", "2006 00 00 03 21 0000", 0x82, "ReceiveMaximum", "3.2.2.3.3"],
  [v5, "server", "CONNACK of 5 with Maximum QoS 2", "2005 00 00 02 24 02", 0x82, "MaximumQoS", "3.2.2.3.4"],
  [v5, "server", "CONNACK of 5 with Retain Available 2", "2005 00 00 02 25 02", 0x82, "RetainAvailable", "3.2.2.3.5"],
  [v5, "server", "CONNACK of 5 with Maximum Packet Size 0", "2008 00 00 05 27 00000000", 0x82, "MaximumPacketSize", "3.2.2.3.6"],
  [v5, "server", "CONNACK of 5 with Wildcard Subscription Available 2", "2005 00 00 02 28 02", 0x82, "WildcardSubscriptionAvailable", "3.2.2.3.11"],
  [v5, "server", "CONNACK of 5 with Subscription Identifier Available 2", "2005 00 00 02 29 02", 0x82, "SubscriptionIdentifierAvailable", "3.2.2.3.12"],
  [v5, "server", "CONNACK of 5 with Shared Subscription Available 255", "2005 00 00 02 2a ff", 0x82, "SharedSubscriptionAvailable", "3.2.2.3.13"],
  [v5, "server", "CONNACK of 5 with a reason string that is not UTF-8", "2007 00 00 04 1f 0001 ff", 0x81, UTF8, "MQTT-1.5.4-1"],
  [v5, "server", "CONNACK of 5 with a reason string that has NUL", "2007 00 00 04 1f 0001 00", 0x81, NUL, "MQTT-1.5.4-2"],
  [v5, "server", "CONNACK of 5 with a user property that has a surrogate", "200b 00 00 08 26 0003 eda080 0000", 0x81, UTF8, "MQTT-1.5.7-1"],
];

// biome-ignore format: a table
const publish: readonly Row[] = [
  [v3, "server", "PUBLISH with QoS 3", "3606 0001 74 0001 70", 0x81, "QoS is 3", "MQTT-3.3.1-4"],
  [v5, "client", "PUBLISH of 5 with QoS 3", "3607 0001 74 0001 00 70", 0x81, "QoS is 3", "MQTT-3.3.1-4"],
  [v3, "server", "PUBLISH with DUP and QoS 0", "3804 0001 74 70", 0x81, "DUP is set", "MQTT-3.3.1-2"],
  [v5, "server", "PUBLISH of 5 with DUP and QoS 0", "3905 0001 74 00 70", 0x81, "DUP is set", "MQTT-3.3.1-2"],
  [v3, "server", "PUBLISH with packet id 0", "3206 0001 74 0000 70", 0x82, "packet id is 0", "MQTT-2.3.1-1"],
  [v5, "server", "PUBLISH of 5 with packet id 0", "3407 0001 74 0000 00 70", 0x82, "packet id is 0", "MQTT-2.2.1-3"],
  [every, "server", "PUBLISH without content", "3000", 0x81, EARLY, "MQTT-3.3.2-1"],
  [every, "server", "PUBLISH of one byte", "3001 00", 0x81, EARLY, "MQTT-3.3.2-1"],
  [every, "server", "PUBLISH whose topic runs over its end", "3003 0005 74", 0x81, EARLY, "MQTT-3.3.2-1"],
  [every, "server", "PUBLISH without packet id", "3203 0001 74", 0x81, EARLY, "3.3.2.2"],
  [every, "server", "PUBLISH cut in the packet id", "3404 0001 74 00", 0x81, EARLY, "3.3.2.2"],
  [v3, "server", "PUBLISH to a filter with #", "3004 0001 23 70", 0x82, "wildcard", "MQTT-3.3.2-2"],
  [v3, "client", "PUBLISH to a filter with +", "3006 0003 612f2b 70", 0x82, "wildcard", "MQTT-3.3.2-2"],
  [v5, "server", "PUBLISH of 5 to a filter with #", "3005 0001 23 00 70", 0x82, "wildcard", "MQTT-3.3.2-2"],
  [v3, "server", "PUBLISH without topic", "3003 0000 70", 0x82, "topic is empty", "MQTT-4.7.3-1"],
  [v5, "server", "PUBLISH of 5 without topic and alias", "3004 0000 00 70", 0x82, "topic is empty", "3.3.2.1"],
  [every, "server", "PUBLISH whose topic is not UTF-8", "3003 0001 ff", 0x81, UTF8, "MQTT-1.5.4-1"],
  [every, "server", "PUBLISH whose topic is cut in a character", "3003 0001 c3", 0x81, UTF8, "MQTT-1.5.4-1"],
  [every, "server", "PUBLISH whose topic has a surrogate", "3005 0003 eda080", 0x81, UTF8, "MQTT-1.5.4-1"],
  [every, "server", "PUBLISH whose topic has a pair of surrogates", "3008 0006 eda0bdedb880", 0x81, UTF8, "MQTT-1.5.4-1"],
  [every, "server", "PUBLISH whose topic is beyond U+10FFFF", "3006 0004 f4908080", 0x81, UTF8, "MQTT-1.5.4-1"],
  [every, "server", "PUBLISH whose topic is overlong UTF-8", "3004 0002 c0af", 0x81, UTF8, "MQTT-1.5.4-1"],
  [every, "server", "PUBLISH whose topic has NUL", "3005 0003 610062", 0x81, NUL, "MQTT-1.5.4-2"],
  [v5, "server", "PUBLISH of 5 without property length", "3003 0001 74", 0x81, EARLY, "MQTT-2.2.2-1"],
  [v5, "server", "PUBLISH of 5 whose properties run over its end", "3005 0001 74 09 70", 0x81, "9 more bytes were needed", "2.2.2.1"],
  [v5, "server", "PUBLISH of 5 with a property length of five bytes", "3008 0001 74 80808080 01", 0x81, "more than four bytes", "1.5.5"],
  [v5, "server", "PUBLISH of 5 with a needlessly long property identifier", "3007 0001 74 03 8100 01", 0x81, NEEDLESS, "MQTT-1.5.5-1"],
  [v5, "server", "PUBLISH of 5 with alias 0", "3007 0001 74 03 23 0000", 0x94, "TopicAlias", "MQTT-3.3.2-8"],
  [v5, "client", "PUBLISH of 5 with alias 0 from a client", "3006 0000 03 23 0000", 0x94, "TopicAlias", "MQTT-3.3.2-8"],
  [v5, "server", "PUBLISH of 5 with two aliases", "300a 0001 74 06 23 0001 23 0002", 0x82, TWICE, "3.3.2.3.4"],
  [v5, "server", "PUBLISH of 5 with format 2", "3006 0001 74 02 0102", 0x82, "PayloadFormatIndicator", "3.3.2.3.2"],
  [v5, "server", "PUBLISH of 5 with two formats", "3008 0001 74 04 0100 0100", 0x82, TWICE, "3.3.2.3.2"],
  [v5, "server", "PUBLISH of 5 with Subscription Identifier 0", "3006 0001 74 02 0b00", 0x82, "SubscriptionIdentifier", "3.3.2.3.8"],
  [v5, "server", "PUBLISH of 5 with a needlessly long Subscription Identifier", "3007 0001 74 03 0b8100", 0x81, NEEDLESS, "MQTT-1.5.5-1"],
  [v5, "server", "PUBLISH of 5 with a Subscription Identifier of five bytes", "300a 0001 74 06 0b8080808001", 0x81, "more than four bytes", "1.5.5"],
  [v5, "client", "PUBLISH of 5 with a Subscription Identifier from a client", "3006 0001 74 02 0b01", 0x82, "SubscriptionIdentifier", "MQTT-3.3.4-6"],
  [v5, "server", "PUBLISH of 5 with a response topic that has a wildcard", "3008 0001 74 04 08 0001 2b", 0x82, "wildcard", "MQTT-3.3.2-14"],
  [v5, "server", "PUBLISH of 5 with an empty response topic", "3007 0001 74 03 08 0000", 0x82, "response topic is empty", "MQTT-4.7.3-1"],
  [v5, "server", "PUBLISH of 5 with a content type that has NUL", "3008 0001 74 04 03 0001 00", 0x81, NUL, "MQTT-1.5.4-2"],
  [v5, "server", "PUBLISH of 5 with the property of an acknowledgement", "3008 0001 74 04 1f 0001 61", 0x81, CARRY, "2.2.2.2"],
  [v5, "server", "PUBLISH of 5 with an unknown property", "3006 0001 74 02 0400", 0x81, "identifier 4", "2.2.2.2"],
  [v5, "server", "PUBLISH of 5 whose correlation data is cut", "3008 0001 74 04 09 0002 61", 0x81, EARLY, "1.5.6"],
  [v5, "server", "PUBLISH of 5 with a user property without value", "3008 0001 74 04 26 0001 61", 0x81, EARLY, "1.5.7"],
];

function acknowledgement(
  name: string,
  type: string,
  flags: string,
  wrong_flags: string,
  clause: string,
): Row[] {
  const first = `${type}${flags}`;
  // biome-ignore format: a table
  return [
    [every, "server", `${name} with other flag bits`, `${type}${wrong_flags}02 0001`, 0x81, FLAGS, "MQTT-2.1.3-1"],
    [every, "client", `${name} with the flag bits of a PUBLISH`, `${type}502 0001`, 0x81, FLAGS, "MQTT-2.1.3-1"],
    [every, "server", `${name} with packet id 0`, `${first}02 0000`, 0x82, "packet id is 0", "MQTT-2.2.1-5"],
    [every, "server", `${name} without content`, `${first}00`, 0x81, EARLY, clause],
    [every, "server", `${name} cut in the packet id`, `${first}01 00`, 0x81, EARLY, clause],
    [v3, "server", `${name} with a byte too many`, `${first}03 0001 00`, 0x81, "1 more byte", clause],
    [v5, "server", `${name} of 5 with a byte too many`, `${first}05 0001 00 00 00`, 0x81, "1 more byte", clause],
    [v5, "server", `${name} of 5 with an unknown reason code`, `${first}03 0001 01`, 0x82, `${CODE}01`, `${clause}.2.1`],
    [v5, "server", `${name} of 5 with the reason code of a CONNACK`, `${first}04 0001 84 00`, 0x82, `${CODE}84`, `${clause}.2.1`],
    [v5, "server", `${name} of 5 whose properties run over its end`, `${first}04 0001 00 05`, 0x81, "5 more bytes were needed", "2.2.2.1"],
    [v5, "server", `${name} of 5 with the property of a PUBLISH`, `${first}07 0001 00 03 23 0001`, 0x81, CARRY, "2.2.2.2"],
    [v5, "server", `${name} of 5 with two reason strings`, `${first}0a 0001 00 06 1f 0000 1f 0000`, 0x82, TWICE, `${clause}.2.2.2`],
  ];
}

// biome-ignore format: a table
const subscribe: readonly Row[] = [
  [every, "client", "SUBSCRIBE with flag bits 0", "8006 0001 0001 61 01", 0x81, FLAGS, "MQTT-3.8.1-1"],
  [every, "client", "SUBSCRIBE with the retain bit", "8306 0001 0001 61 01", 0x81, FLAGS, "MQTT-3.8.1-1"],
  [later, "client", "SUBSCRIBE with the DUP bit of 3.1", "8a06 0001 0001 61 01", 0x81, FLAGS, "MQTT-3.8.1-1"],
  [v3, "client", "SUBSCRIBE with packet id 0", "8206 0000 0001 61 01", 0x82, "packet id is 0", "MQTT-2.3.1-1"],
  [v5, "client", "SUBSCRIBE of 5 with packet id 0", "8207 0000 00 0001 61 01", 0x82, "packet id is 0", "MQTT-2.2.1-3"],
  [every, "client", "SUBSCRIBE without content", "8200", 0x81, EARLY, "3.8"],
  [v3, "client", "SUBSCRIBE without filter", "8202 0001", 0x82, "no topic filter", "MQTT-3.8.3-3"],
  [v5, "client", "SUBSCRIBE of 5 without filter", "8203 0001 00", 0x82, "no topic filter", "MQTT-3.8.3-2"],
  [v3, "client", "SUBSCRIBE without options", "8205 0001 0001 61", 0x81, EARLY, "3.8.3"],
  [v3, "client", "SUBSCRIBE whose filter runs over its end", "8206 0001 0009 61 01", 0x81, EARLY, "3.8.3"],
  [v3, "client", "SUBSCRIBE with a byte too many", "8207 0001 0001 61 01 00", 0x81, EARLY, "3.8.3"],
  [v3, "client", "SUBSCRIBE with an empty filter", "8205 0001 0000 00", 0x82, "filter is empty", "MQTT-4.7.3-1"],
  [v3, "client", "SUBSCRIBE whose filter is not UTF-8", "8206 0001 0001 ff 00", 0x81, UTF8, "MQTT-3.8.3-1"],
  [v3, "client", "SUBSCRIBE whose filter has NUL", "8206 0001 0001 00 00", 0x81, NUL, "MQTT-1.5.3-2"],
  [v3, "client", "SUBSCRIBE with # inside a level", "8207 0001 0002 6123 00", 0x82, "wildcard inside", "MQTT-4.7.1-2"],
  [v5, "client", "SUBSCRIBE of 5 with + inside a level", "8208 0001 00 0002 612b 00", 0x82, "wildcard inside", "MQTT-4.7.1-2"],
  [v3, "client", "SUBSCRIBE with # before the last level", "8208 0001 0003 232f61 00", 0x82, "last level", "MQTT-4.7.1-2"],
  [v3, "client", "SUBSCRIBE with reserved option bits", "8206 0001 0001 61 04", 0x81, "reserved bits", "MQTT-3.8.3-4"],
  [v3, "client", "SUBSCRIBE with QoS 3", "8206 0001 0001 61 03", 0x81, "QoS of a subscription is 3", "MQTT-3.8.3-4"],
  [v5, "client", "SUBSCRIBE of 5 with reserved option bits", "8207 0001 00 0001 61 40", 0x81, "reserved bits", "MQTT-3.8.3-5"],
  [v5, "client", "SUBSCRIBE of 5 with QoS 3", "8207 0001 00 0001 61 03", 0x82, "QoS of a subscription is 3", "3.8.3.1"],
  [v5, "client", "SUBSCRIBE of 5 with Retain Handling 3", "8207 0001 00 0001 61 30", 0x82, "Retain Handling is 3", "3.8.3.1"],
  [v5, "client", "SUBSCRIBE of 5 with No Local for a shared subscription", "8210 0001 00 000a 2473686172652f672f61 04", 0x82, "No Local", "MQTT-3.8.3-4"],
  [v5, "client", "SUBSCRIBE of 5 to a shared subscription without group", "820f 0001 00 0009 2473686172652f2f61 01", 0x82, "group", "MQTT-4.8.2-1"],
  [v5, "client", "SUBSCRIBE of 5 with two identifiers", "820b 0001 04 0b01 0b02 0001 61 00", 0x82, TWICE, "3.8.2.1.2"],
  [v5, "client", "SUBSCRIBE of 5 with identifier 0", "8209 0001 02 0b00 0001 61 00", 0x82, "SubscriptionIdentifier", "3.8.2.1.2"],
  [v5, "client", "SUBSCRIBE of 5 with the property of an acknowledgement", "820b 0001 04 1f 0001 61 0001 61 00", 0x81, CARRY, "2.2.2.2"],
];

// biome-ignore format: a table
const suback: readonly Row[] = [
  [every, "server", "SUBACK with flag bits", "9103 0001 01", 0x81, FLAGS, "MQTT-2.1.3-1"],
  [v3, "server", "SUBACK with packet id 0", "9003 0000 01", 0x82, "packet id is 0", "MQTT-2.3.1-7"],
  [v5, "server", "SUBACK of 5 with packet id 0", "9004 0000 00 01", 0x82, "packet id is 0", "MQTT-2.2.1-6"],
  [every, "server", "SUBACK without content", "9000", 0x81, EARLY, "3.9"],
  [every, "server", "SUBACK cut in the packet id", "9001 00", 0x81, EARLY, "3.9"],
  [v3, "server", "SUBACK without return code", "9002 0001", 0x82, "no reason code", "MQTT-3.8.4-5"],
  [v5, "server", "SUBACK of 5 without reason code", "9003 0001 00", 0x82, "no reason code", "MQTT-3.9.3-2"],
  [v3, "server", "SUBACK with QoS 3", "9003 0001 03", 0x82, "return code 0x03", "MQTT-3.9.3-2"],
  [v3, "server", "SUBACK with a reason code of 5", "9004 0001 00 87", 0x82, "return code 0x87", "MQTT-3.9.3-2"],
  [v5, "server", "SUBACK of 5 without property length", "9002 0001", 0x81, EARLY, "MQTT-2.2.2-1"],
  [v5, "server", "SUBACK of 5 with an unknown reason code", "9004 0001 00 03", 0x82, `${CODE}03`, "MQTT-3.9.3-2"],
  [v5, "server", "SUBACK of 5 with the reason code of a CONNACK", "9004 0001 00 84", 0x82, `${CODE}84`, "MQTT-3.9.3-2"],
  [v5, "server", "SUBACK of 5 with the property of a SUBSCRIBE", "9006 0001 02 0b01 00", 0x81, CARRY, "2.2.2.2"],
];

// biome-ignore format: a table
const unsubscribe: readonly Row[] = [
  [every, "client", "UNSUBSCRIBE with flag bits 0", "a005 0001 0001 61", 0x81, FLAGS, "MQTT-3.10.1-1"],
  [later, "client", "UNSUBSCRIBE with the DUP bit of 3.1", "aa05 0001 0001 61", 0x81, FLAGS, "MQTT-3.10.1-1"],
  [v3, "client", "UNSUBSCRIBE with packet id 0", "a205 0000 0001 61", 0x82, "packet id is 0", "MQTT-2.3.1-1"],
  [v5, "client", "UNSUBSCRIBE of 5 with packet id 0", "a206 0000 00 0001 61", 0x82, "packet id is 0", "MQTT-2.2.1-3"],
  [every, "client", "UNSUBSCRIBE without content", "a200", 0x81, EARLY, "3.10"],
  [v3, "client", "UNSUBSCRIBE without filter", "a202 0001", 0x82, "no topic filter", "MQTT-3.10.3-2"],
  [v5, "client", "UNSUBSCRIBE of 5 without filter", "a203 0001 00", 0x82, "no topic filter", "MQTT-3.10.3-2"],
  [v3, "client", "UNSUBSCRIBE cut in a filter", "a204 0001 0001", 0x81, EARLY, "3.10.3"],
  [v3, "client", "UNSUBSCRIBE with a byte too many", "a206 0001 0001 61 00", 0x81, EARLY, "3.10.3"],
  [v3, "client", "UNSUBSCRIBE with an empty filter", "a204 0001 0000", 0x82, "filter is empty", "MQTT-4.7.3-1"],
  [v3, "client", "UNSUBSCRIBE whose filter is not UTF-8", "a205 0001 0001 80", 0x81, UTF8, "MQTT-3.10.3-1"],
  [v3, "client", "UNSUBSCRIBE with # inside a level", "a206 0001 0002 6123", 0x82, "wildcard inside", "MQTT-4.7.1-2"],
  [v5, "client", "UNSUBSCRIBE of 5 with the property of a SUBSCRIBE", "a208 0001 02 0b01 0001 61", 0x81, CARRY, "2.2.2.2"],
];

// biome-ignore format: a table
const unsuback: readonly Row[] = [
  [every, "server", "UNSUBACK with flag bits", "b202 0002", 0x81, FLAGS, "MQTT-2.1.3-1"],
  [every, "server", "UNSUBACK with packet id 0", "b002 0000", 0x82, "packet id is 0", "MQTT-2.2.1-6"],
  [every, "server", "UNSUBACK without content", "b000", 0x81, EARLY, "3.11"],
  [every, "server", "UNSUBACK cut in the packet id", "b001 00", 0x81, EARLY, "3.11"],
  [v3, "server", "UNSUBACK with a payload", "b003 0002 00", 0x81, "1 more byte", "3.11.3"],
  [v5, "server", "UNSUBACK of 5 without property length", "b002 0002", 0x81, EARLY, "MQTT-2.2.2-1"],
  [v5, "server", "UNSUBACK of 5 without reason code", "b003 0002 00", 0x82, "no reason code", "MQTT-3.11.3-2"],
  [v5, "server", "UNSUBACK of 5 with the reason code of a SUBACK", "b004 0002 00 01", 0x82, `${CODE}01`, "MQTT-3.11.3-2"],
  [v5, "server", "UNSUBACK of 5 with the property of a CONNACK", "b007 0002 03 13 0001 00", 0x81, CARRY, "2.2.2.2"],
];

// biome-ignore format: a table
const ping: readonly Row[] = [
  [every, "client", "PINGREQ with flag bits", "c100", 0x81, FLAGS, "MQTT-2.1.3-1"],
  [every, "client", "PINGREQ with content", "c001 00", 0x81, "1 more byte", "3.12"],
  [every, "server", "PINGREQ with content from a server", "c001 00", 0x81, "1 more byte", "3.12"],
  [every, "server", "PINGRESP with flag bits", "d800", 0x81, FLAGS, "MQTT-2.1.3-1"],
  [every, "server", "PINGRESP with content", "d002 0000", 0x81, "2 more bytes", "3.13"],
];

// biome-ignore format: a table
const disconnect: readonly Row[] = [
  [every, "client", "DISCONNECT with flag bits", "e100", 0x81, FLAGS, "MQTT-3.14.1-1"],
  [v5, "server", "DISCONNECT of 5 with flag bits", "e200", 0x81, FLAGS, "MQTT-3.14.1-1"],
  [v3, "client", "DISCONNECT with content", "e001 00", 0x81, "1 more byte", "3.14"],
  [v5, "server", "DISCONNECT of 5 with an unknown reason code", "e001 01", 0x82, `${CODE}01`, "MQTT-3.14.2-1"],
  [v5, "server", "DISCONNECT of 5 with the reason code of a CONNACK", "e002 8a 00", 0x82, `${CODE}8a`, "MQTT-3.14.2-1"],
  [v5, "server", "DISCONNECT of 5 whose properties run over its end", "e002 00 05", 0x81, "5 more bytes were needed", "2.2.2.1"],
  [v5, "server", "DISCONNECT of 5 with a byte too many", "e003 00 00 00", 0x81, "1 more byte", "3.14.3"],
  [v5, "server", "DISCONNECT of 5 with session expiry from a server", "e007 00 05 11 00000000", 0x82, "SessionExpiryInterval", "MQTT-3.14.2-2"],
  [v5, "server", "DISCONNECT of 5 with the property of a PUBLISH", "e005 00 03 23 0001", 0x81, CARRY, "2.2.2.2"],
  [v5, "client", "DISCONNECT of 5 with two session expiries", "e00c 00 0a 11 00000000 11 00000001", 0x82, TWICE, "3.14.2.2.2"],
  [v5, "server", "DISCONNECT of 5 with a reason string that is cut", "e005 00 03 1f 0001", 0x81, EARLY, "1.5.4"],
];

// biome-ignore format: a table
const auth: readonly Row[] = [
  [v5, "server", "AUTH with flag bits", "f100", 0x81, FLAGS, "MQTT-3.15.1-1"],
  [v5, "client", "AUTH with flag bits from a client", "f200", 0x81, FLAGS, "MQTT-3.15.1-1"],
  [v5, "server", "AUTH with an unknown reason code", "f001 01", 0x82, `${CODE}01`, "MQTT-3.15.2-1"],
  [v5, "server", "AUTH with the reason code of a DISCONNECT", "f002 8e 00", 0x82, `${CODE}8e`, "MQTT-3.15.2-1"],
  [v5, "server", "AUTH whose properties run over its end", "f002 18 04", 0x81, "4 more bytes were needed", "2.2.2.1"],
  [v5, "server", "AUTH with a byte too many", "f003 18 00 00", 0x81, "1 more byte", "3.15.3"],
  [v5, "server", "AUTH with two methods", "f00a 18 08 15 0001 61 15 0001 62", 0x82, TWICE, "3.15.2.2.2"],
  [v5, "server", "AUTH with the property of a CONNACK", "f005 18 03 21 0001", 0x81, CARRY, "2.2.2.2"],
  [v5, "server", "AUTH with a method that is not UTF-8", "f006 18 04 15 0001 c3", 0x81, UTF8, "MQTT-1.5.4-1"],
];

const rows: readonly Row[] = [
  ...fixed_header,
  ...wrong_way,
  ...connect,
  ...connack,
  ...publish,
  ...acknowledgement("PUBACK", "4", "0", "2", "3.4"),
  ...acknowledgement("PUBREC", "5", "0", "8", "3.5"),
  ...acknowledgement("PUBREL", "6", "2", "0", "3.6"),
  ...acknowledgement("PUBCOMP", "7", "0", "1", "3.7"),
  ...subscribe,
  ...suback,
  ...unsubscribe,
  ...unsuback,
  ...ping,
  ...disconnect,
  ...auth,
];

export const malformed_vectors: readonly MalformedVector[] = rows.map(
  ([versions, from, name, hex, reason_code, says, clause]) => ({
    versions,
    from,
    name,
    hex,
    reason_code,
    says,
    clause,
  }),
);
