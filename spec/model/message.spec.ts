import { inspect } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { MessageState } from "../../lib/model/enums.ts";
import { TransportError, ValueError } from "../../lib/model/errors.ts";
import { ConnectFlags, DisconnectFlags, MQTTMessage } from "../../lib/model/message.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { Properties } from "../../lib/model/properties.ts";
import { caught } from "./caught.ts";
import { class_members } from "./facts/member_facts.ts";

function message_of(payload: string | Uint8Array): MQTTMessage {
  const message = new MQTTMessage(1, "sensors/kitchen");
  message.payload = Buffer.from(payload as Uint8Array);
  return message;
}

describe("MQTTMessage", () => {
  it("has paho's attributes and begins as in paho", () => {
    const message = new MQTTMessage();
    expect([...Object.keys(message), "payload", "properties"].sort()).toEqual(class_members.MQTTMessage);
    expect(message).toMatchObject({
      topic: "",
      payload: Buffer.alloc(0),
      qos: 0,
      retain: false,
      dup: false,
      mid: 0,
      properties: null,
      timestamp: 0,
      state: MessageState.MQTT_MS_INVALID,
      info: null,
    });
  });

  describe("that has come", () => {
    let looks: string[] = [];
    const packet = (properties: MQTTMessage["properties"]) => ({
      ...({ topic: "t", mid: 7, qos: 1, retain: true, dup: true } as const),
      get payload() {
        looks.push("payload");
        return Buffer.from("p");
      },
      get properties() {
        looks.push("properties");
        return properties;
      },
    });

    it("is of its packet, and looks at payload and properties when somebody asks, and once", () => {
      looks = [];
      const given = new Properties(PacketTypes.PUBLISH, { ContentType: "text" });
      const message = MQTTMessage.received(packet(given), true, 12.5);
      const { topic, mid, qos, retain, dup, timestamp } = message;
      expect({ topic, mid, qos, retain, dup, timestamp }).toEqual({
        ...{ topic: "t", mid: 7, qos: 1, retain: true, dup: true, timestamp: 12.5 },
      });
      expect(looks).toEqual([]);
      expect([message.text(), String(message.payload)]).toEqual(["p", "p"]);
      expect([message.properties, message.properties]).toEqual([given, given]);
      expect(looks).toEqual(["payload", "properties"]);
      message.payload = Buffer.from("another");
      message.properties = null;
      expect([message.text(), message.properties]).toEqual(["another", null]);
    });

    it("has properties on MQTT 5, if only empty ones, and none on 3.x", () => {
      const on_5 = MQTTMessage.received(packet(null), true, 0);
      expect(on_5.properties?.isEmpty()).toBe(true);
      expect(on_5.properties).toBe(on_5.properties);
      expect(MQTTMessage.received(packet(null), false, 0).properties).toBeNull();
    });
  });

  it("is shown with its payload", () => {
    expect(inspect(message_of("p"))).toContain("payload: <Buffer 70>");
    expect(JSON.parse(JSON.stringify(message_of("p")))).toMatchObject({
      topic: "sensors/kitchen",
      payload: { type: "Buffer", data: [112] },
    });
  });

  it("takes a packet identifier and a topic", () => {
    const message = new MQTTMessage(7, "a/b");
    expect([message.mid, message.topic]).toEqual([7, "a/b"]);
  });

  it("has a payload that toString() decodes", () => {
    expect(message_of("Māori").payload.toString()).toBe("Māori");
    expect(new MQTTMessage().payload.toString("hex")).toBe("");
  });

  it("text() is the payload as text, U+FEFF included", () => {
    expect(message_of("\ufeffMāori").text()).toBe("\ufeffMāori");
    expect(new MQTTMessage().text()).toBe("");
  });

  it("text() of other bytes names the topic", () => {
    const error = caught(() => message_of(new Uint8Array([0xff])).text());
    expect(error).toBeInstanceOf(ValueError);
    expect(error).toMatchObject({ code: "ERR_MQTT_PAYLOAD" });
    expect(error.cause).toBeDefined();
    expect(error.message).toContain('"sensors/kitchen" is not UTF-8 text');
  });

  it("json() is the parsed payload, of the type that the caller names", () => {
    const { celsius } = message_of('{"celsius": 21.5}').json<{ celsius: number }>();
    expect(celsius).toBe(21.5);
  });

  it.each(["", "{", "nan"])("json() of %j names the topic", (payload) => {
    const error = caught(() => message_of(payload).json());
    expect(error).toBeInstanceOf(ValueError);
    expect(error).toMatchObject({ code: "ERR_MQTT_PAYLOAD" });
    expect((error.cause as Error).name).toBe("SyntaxError");
    expect(error.message).toContain('"sensors/kitchen" is not JSON');
  });

  it("json() of other bytes says that they are no text", () => {
    expect(() => message_of(new Uint8Array([0xff])).json()).toThrow("is not UTF-8 text");
  });
});

describe("ConnectFlags", () => {
  it.each([true, false])("reads like paho's named tuple when the flag is %p", (flag) => {
    const flags = new ConnectFlags(flag);
    const [session_present] = flags;
    expect([flags.session_present, flags[0], session_present]).toEqual([flag, flag, flag]);
    expect([...flags]).toEqual([flag]);
    expect(`${flags}`).toBe(`ConnectFlags(session_present=${flag})`);
  });
});

describe("DisconnectFlags", () => {
  it.each([true, false])("reads like paho's named tuple when the flag is %p", (flag) => {
    const flags = new DisconnectFlags(flag);
    const [from_server] = flags;
    expect([flags.is_disconnect_packet_from_server, flags[0], from_server]).toEqual([flag, flag, flag]);
    expect([...flags]).toEqual([flag]);
    expect(`${flags}`).toBe(`DisconnectFlags(is_disconnect_packet_from_server=${flag})`);
    expect(flags.error).toBeNull();
  });

  it("carries what broke the connection", () => {
    const error = new TransportError("reset");
    expect(new DisconnectFlags(false, error).error).toBe(error);
  });
});
