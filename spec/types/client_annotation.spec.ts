import { describe, expect, it } from "@jest/globals";
import { CallbackAPIVersion, Client, type ConnectFlags, type MQTTMessage } from "../../lib/client/index.ts";

// As in the common tutorial: a function that makes the client and says that it returns one.
function connect_mqtt(): Client {
  return new Client(CallbackAPIVersion.VERSION2);
}

function on_message(_client: Client, _userdata: unknown, _message: MQTTMessage): void {}

class Sensor extends Client<2> {
  constructor() {
    super(CallbackAPIVersion.VERSION2);
  }
  override on_connect(client: Client, _userdata: unknown, _flags: ConnectFlags): void {
    client.subscribe("a/b");
  }
}

class FirstSensor extends Client<1> {}

class LaterSensor extends Client<1> {
  constructor() {
    super("an id", true);
  }
}

class OldSensor extends Client {
  override on_message(): void {}
}

describe("Client as an annotation", () => {
  it("means a client of either version", () => {
    const first: Client = new Client();
    const second: Client = new Client(CallbackAPIVersion.VERSION2);
    const again: Client<2> = second;
    again.on_message = on_message;
    first.on_message = on_message;
    expect([first.callback_api_version, connect_mqtt().callback_api_version]).toEqual([1, 2]);
  });

  it("leaves the callbacks of a client that was made with a version as strict as they are", () => {
    const client = new Client();
    client.on_connect = (_client, _userdata, flags) => {
      const present: 0 | 1 = flags["session present"];
      return present;
    };
    const modern = new Client(CallbackAPIVersion.VERSION2);
    // @ts-expect-error: VERSION2 gives flags an attribute, not a key.
    modern.on_connect = (_client, _userdata, flags) => flags["session present"];
    expect(modern).toBeInstanceOf(Client);
  });

  it("can be extended for VERSION1 with the arguments of paho 1.x", () => {
    const clients = [new FirstSensor("a"), new FirstSensor(), new FirstSensor({ client_id: "a" })];
    expect([...clients, new LaterSensor()].map((client) => client.callback_api_version)).toEqual([
      1, 1, 1, 1,
    ]);
    // @ts-expect-error VERSION2 begins with the version
    expect(() => new (class extends Client<2> {})("an id")).not.toThrow();
  });

  it("can be extended for either version", () => {
    expect(new Sensor().callback_api_version).toBe(2);
    expect(new OldSensor("an id").callback_api_version).toBe(1);
    expect(new Client().constructor.name).toBe("Client");
  });
});
