import { describe, expect, it } from "@jest/globals";
import { bytes, hex, packet_bytes, varint } from "./packet_bytes.ts";

const v3 = packet_bytes(3);
const v4 = packet_bytes(4);
const v5 = packet_bytes(5);

const will = { topic: "w", payload: "bye", qos: 1, retain: true };

describe("the packets written out by hand", () => {
  it.each([
    ["CONNECT 3.1", v3.connect({ client_id: "a" }), '10 0f 0006 "MQIsdp" 03 02 003c 0001 "a"'],
    ["CONNECT 3.1.1", v4.connect({ keepalive: 5, clean: false }), '10 0c 0004 "MQTT" 04 00 0005 0000'],
    [
      "CONNECT 5 with everything",
      v5.connect({ client_id: "a", username: "u", password: "p", will, properties: "21 0005" }),
      '10 20 0004 "MQTT" 05 ee 003c 03 21 0005 0001 "a" 00 0001 "w" 0003 "bye" 0001 "u" 0001 "p"',
    ],
    ["CONNACK 3.1.1", v4.connack({ session_present: true }), "20 02 01 00"],
    ["CONNACK 5", v5.connack({ code: 0x87 }), "20 03 00 87 00"],
    ["PUBLISH QoS 0", v4.publish({ topic: "a", payload: "x" }), '30 04 0001 "a" "x"'],
    ["PUBLISH 5 QoS 2 DUP", v5.publish({ topic: "a", qos: 2, mid: 7, dup: true }), '3c 06 0001 "a" 0007 00'],
    ["PUBACK 3.1.1", v4.puback(0x1234), "40 02 12 34"],
    ["PUBACK 5, short", v5.puback(1), "40 02 0001"],
    ["PUBREC 5 with a code", v5.pubrec(1, 0x97), "50 03 0001 97"],
    ["PUBREL 5 with properties", v5.pubrel(1, 0, '1f 0001 "x"'), '62 08 0001 00 04 1f 0001 "x"'],
    ["PUBCOMP", v4.pubcomp(1), "70 02 0001"],
    [
      "SUBSCRIBE 3.1.1",
      v4.subscribe(1, [
        ["a", 0],
        ["b", 1],
      ]),
      '82 0a 0001 0001 "a" 00 0001 "b" 01',
    ],
    ["SUBSCRIBE 5", v5.subscribe(1, [["a", 0x2e]], "0b 05"), '82 09 0001 02 0b 05 0001 "a" 2e'],
    ["SUBACK", v4.suback(1, [0, 0x80]), "90 04 0001 00 80"],
    ["UNSUBSCRIBE 5", v5.unsubscribe(1, ["a"]), 'a2 06 0001 00 0001 "a"'],
    ["UNSUBACK 3.1.1", v4.unsuback(1, [0]), "b0 02 0001"],
    ["UNSUBACK 5", v5.unsuback(1, [0]), "b0 04 0001 00 00"],
    ["PINGREQ", v4.pingreq(), "c0 00"],
    ["PINGRESP", v5.pingresp(), "d0 00"],
    ["DISCONNECT 3.1.1", v4.disconnect(4), "e0 00"],
    ["DISCONNECT 5", v5.disconnect(4), "e0 01 04"],
    ["AUTH", v5.auth(0x18, '15 0001 "m"'), 'f0 06 18 04 15 0001 "m"'],
  ])("%s", (_name, built, written) => {
    expect(hex(built)).toBe(hex(bytes(written)));
  });

  it.each([
    [127, "7f"],
    [128, "80 01"],
    [16_384, "80 80 01"],
    [268_435_455, "ff ff ff 7f"],
  ])("writes the remaining length %d", (value, written) => {
    expect(hex(Uint8Array.from(varint(value)))).toBe(written);
  });

  it("reads text and comments between hex", () => {
    expect(hex(bytes('30 # PUBLISH "a"\n 0001"#"'))).toBe("30 00 01 23");
  });
});
