import { describe, expect, it } from "@jest/globals";
import { EOFError } from "../../lib/blocking/eof_error.ts";
import {
  error_codes,
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
} from "../../lib/model/errors.ts";

describe("an exception of karere", () => {
  it.each([
    ["ValueError", ValueError, "ERR_MQTT_ARGUMENT"],
    ["RuntimeError", RuntimeError, "ERR_MQTT_STATE"],
    ["KeyError", KeyError, "ERR_MQTT_UNKNOWN_NAME"],
    ["TimeoutError", TimeoutError, "ERR_MQTT_TIMEOUT"],
    ["EOFError", EOFError, "ERR_MQTT_EOF"],
    ["MalformedPacket", MalformedPacket, "ERR_MQTT_MALFORMED"],
    ["ProtocolError", ProtocolError, "ERR_MQTT_PROTOCOL"],
    ["TransportError", TransportError, "ERR_MQTT_TRANSPORT"],
    ["WebsocketConnectionError", WebsocketConnectionError, "ERR_MQTT_TRANSPORT"],
    ["StoreError", StoreError, "ERR_MQTT_STORE"],
    ["MQTTException", MQTTException, "ERR_MQTT_LOGIC"],
  ] as const)("%s has its name and its code", (name, kind, code) => {
    const error = new kind("words");
    expect(error).toBeInstanceOf(MQTTException);
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.message, "cause" in error]).toEqual([name, code, "words", false]);
    expect(error_codes[code]).toMatch(/^[a-z].*[^.]$/);
  });

  it("takes another code and a cause", () => {
    const cause = new Error("first");
    const error = new ValueError("words", { code: "ERR_MQTT_TOPIC", cause });
    expect([error.code, error.cause]).toEqual(["ERR_MQTT_TOPIC", cause]);
  });

  it("for a packet says with which reason code the connection is closed", () => {
    expect(new MalformedPacket("words").reason_code).toBe(0x81);
    expect(new ProtocolError("words").reason_code).toBe(0x82);
    expect(new MalformedPacket("words", { reason_code: 0x95 }).reason_code).toBe(0x95);
    expect(new ProtocolError("words", { reason_code: 0x94 }).reason_code).toBe(0x94);
  });

  it("of a store has its hint in the message", () => {
    expect(
      new StoreError("not written", { hint: "is the disk full?", code: "ERR_MQTT_STORE_FULL" }),
    ).toMatchObject({
      message: "not written: is the disk full?",
      hint: "is the disk full?",
      code: "ERR_MQTT_STORE_FULL",
    });
    expect(new StoreError("not written")).toMatchObject({ message: "not written", hint: "" });
  });

  it("of the network has its hint in the message", () => {
    expect(new TransportError("refused", { hint: "is the broker running?" })).toMatchObject({
      message: "refused: is the broker running?",
      hint: "is the broker running?",
    });
    expect(new WebsocketConnectionError("refused")).toMatchObject({ message: "refused", hint: "" });
  });
});
