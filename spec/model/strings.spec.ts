import { describe, expect, it } from "@jest/globals";
import { MQTTErrorCode } from "../../lib/model/enums.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { ReasonCode } from "../../lib/model/reasoncodes.ts";
import {
  connack_string,
  convert_connack_rc_to_reason_code,
  convert_disconnect_error_code_to_reason_code,
  error_string,
} from "../../lib/model/strings.ts";
import { connack_conversions, disconnect_conversions } from "./facts/reasoncode_facts.ts";

describe("error_string()", () => {
  it("has one sentence of its own for each code from 0 to 16", () => {
    const sentences = Array.from({ length: 17 }, (_, code) => error_string(code));
    expect(new Set(sentences).size).toBe(17);
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });

  it.each([-1, 17, 1000, 1.5])("has the sentence of MQTT_ERR_UNKNOWN for %p", (code) => {
    expect(error_string(code)).toBe(error_string(MQTTErrorCode.MQTT_ERR_UNKNOWN));
  });

  it.each([
    [MQTTErrorCode.MQTT_ERR_SUCCESS, "No error."],
    [MQTTErrorCode.MQTT_ERR_NO_CONN, "The client is not connected."],
    [MQTTErrorCode.MQTT_ERR_QUEUE_SIZE, "The queue of outgoing messages is full."],
  ])("says of %i: %s", (code, sentence) => {
    expect(error_string(code)).toBe(sentence);
  });

  it("is the name of a ReasonCode", () => {
    expect(error_string(new ReasonCode(PacketTypes.DISCONNECT, "", 0x8e))).toBe("Session taken over");
  });
});

describe("connack_string()", () => {
  it("has one sentence of its own for each return code", () => {
    expect(connack_string(0)).toContain("accepted");
    const sentences = [0, 1, 2, 3, 4, 5].map((code) => connack_string(code));
    expect(new Set(sentences).size).toBe(6);
    for (const sentence of sentences.slice(1)) expect(sentence).toContain("refused");
  });

  it.each([-1, 6, 255])("says of %i that the cause is not known", (code) => {
    expect(connack_string(code)).toBe("The connection was refused for a reason that is not known.");
  });

  it("gives the name of a ReasonCode", () => {
    expect(connack_string(new ReasonCode(PacketTypes.CONNACK, "Banned"))).toBe("Banned");
  });
});

describe("codes of MQTT 3", () => {
  it.each(connack_conversions)("CONNACK %i becomes %i %s", (code, value, name) => {
    const reason = convert_connack_rc_to_reason_code(code);
    expect([reason.packetType, reason.value, reason.getName()]).toEqual([PacketTypes.CONNACK, value, name]);
  });

  it.each(disconnect_conversions)("MQTTErrorCode %i becomes %i %s", (code, value, name) => {
    const reason = convert_disconnect_error_code_to_reason_code(code);
    expect([reason.packetType, reason.value, reason.getName()]).toEqual([
      PacketTypes.DISCONNECT,
      value,
      name,
    ]);
  });
});
