// Checked by tsc: each `@ts-expect-error` fails the type check when the line below it compiles.

import { describe, expect, it } from "@jest/globals";
import {
  CallbackAPIVersion,
  Client,
  type ClientEvents,
  type ConnackCode,
  type ConnectFlags,
  type DisconnectFlags,
  type MQTTErrorCode,
  type MQTTMessage,
  type MQTTMessageInfo,
  type NumberOrReason,
  type PacketTypes,
  type Properties,
  type ReasonCode,
  type RequestResult,
  type UserData,
} from "../../lib/client/index.ts";
import * as mqtt from "../../lib/index.ts";
import { publish, subscribe } from "../../lib/index.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Types = typeof PacketTypes;
type Callback<V extends 1 | 2, Name extends keyof Client<V>> = Parameters<
  Extract<Client<V>[Name], (...args: never[]) => unknown>
>;

/** Holds when it compiles; what it is given is there to be looked at by tsc only. */
function holds(..._facts: true[]): void {
  expect(_facts.every(Boolean)).toBe(true);
}

describe("a script of VERSION1 on 3.1.1, as it stands", () => {
  it("compiles", () => {
    const client = new Client("a-name");
    const codes = ["accepted", "refused"];
    client.on_connect = (_client, _userdata, _flags, rc) => {
      expect(rc > 0 || rc === 0 || codes[rc]).toBeDefined();
      if (rc === 4) mqtt.connack_string(rc);
    };
    client.on_disconnect = (_client, _userdata, rc) => void mqtt.error_string(rc);
    function on_connect(_client: Client, _userdata: UserData, _flags: object, _rc: number) {}
    client.on_connect = on_connect;
    client.on_subscribe = (_client, _userdata, _mid, granted_qos) => void (granted_qos[0] === 1);
    let qos = 1;
    const topics = [
      ["a", 0],
      ["b", 1],
    ];
    const messages = [{ topic: "a", payload: "x", qos, retain: 1 as const }];
    qos = 0;
    expect([client.publish("t", "p", qos).mid, client.subscribe(topics), messages.length]).toBeDefined();
    const multiple: (messages: { topic: string; qos: number }[]) => unknown = publish.multiple;
    expect(typeof multiple).toBe("function");
  });
});

describe("the type of a client", () => {
  it("is that of VERSION1 unless VERSION2 is asked for", () => {
    const first = new Client();
    const second = new Client(CallbackAPIVersion.VERSION2);
    const named = new Client({ callback_api_version: CallbackAPIVersion.VERSION2, client_id: "a" });
    const mixed = new Client(CallbackAPIVersion.VERSION1, "id", { protocol: mqtt.MQTTv5 });
    const of_paho_1 = new Client("id");
    const plain = new Client({ client_id: "a" });
    holds(
      true satisfies Same<typeof first, Client<1>>,
      true satisfies Same<typeof second, Client<2>>,
      true satisfies Same<typeof named, Client<2>>,
      true satisfies Same<typeof mixed, Client<1>>,
    );
    const one: 1 = first.callback_api_version;
    const two: 2 = second.callback_api_version;
    expect([one, two, named.callback_api_version, of_paho_1.callback_api_version]).toEqual([1, 2, 2, 1]);
    expect([mixed.callback_api_version, plain.callback_api_version]).toEqual([1, 1]);
    // @ts-expect-error the one is not the other
    const wrong: Client<2> = first;
    expect(wrong.callback_api_version).toBe(1);
  });

  it("is that of VERSION1 whatever else is said instead of a version", () => {
    const clients = [
      new Client({ client_id: "a" }),
      new Client({ protocol: mqtt.MQTTv5 }),
      new Client({ userdata: {} }),
      new Client({}),
      new Client(null),
      new Client(null, "a"),
      new Client(null, true, null),
      new Client(undefined, { client_id: "a" }),
    ] as const;
    type Only<T> = T extends Client<1> ? Same<T, Client<1>> : false;
    holds(true satisfies Only<(typeof clients)[number]>);
    expect(clients.map((client) => client.callback_api_version)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    const named = new Client({ client_id: "a", userdata: null });
    named.on_connect = (_client, _userdata, flags, rc) => void (flags["session present"] === 1 && rc === 0);
    const options = { callback_api_version: CallbackAPIVersion.VERSION2, client_id: "a" };
    const of_variable = new Client(options);
    holds(true satisfies Same<typeof of_variable, Client<2>>);
    // @ts-expect-error there is no such option
    expect(() => new Client(null, { client: "a" })).toThrow('did you mean "client_id"?');
    // @ts-expect-error there is no VERSION3
    expect(() => new Client({ callback_api_version: 3 })).toThrow("VERSION1 or VERSION2");
  });

  it("types the callbacks of VERSION1", () => {
    type All = [client: Client<1>, userdata: UserData];
    holds(
      true satisfies Same<
        Callback<1, "on_connect">,
        [
          ...All,
          flags: { "session present": 0 | 1 },
          rc: NumberOrReason<ConnackCode>,
          properties?: Properties<Types["CONNACK"]> | null,
        ]
      >,
      true satisfies Same<Callback<1, "on_message">, [...All, message: MQTTMessage]>,
      true satisfies Same<Callback<1, "on_publish">, [...All, mid: number]>,
      true satisfies Same<
        Callback<1, "on_disconnect">,
        [...All, rc: NumberOrReason<MQTTErrorCode>, properties?: Properties<Types["DISCONNECT"]> | null]
      >,
      true satisfies Same<Callback<1, "on_log">, [...All, level: number, text: string]>,
    );
    const on_connect = (_client: Client<1>, _userdata: UserData, _flags: object, rc: NumberOrReason) =>
      rc === 0;
    new Client().on_connect = on_connect;
  });

  it("types the callbacks of VERSION2", () => {
    type All = [client: Client<2>, userdata: UserData];
    holds(
      true satisfies Same<
        Callback<2, "on_connect">,
        [...All, flags: ConnectFlags, reason_code: ReasonCode, properties: Properties<Types["CONNACK"]>]
      >,
      true satisfies Same<
        Callback<2, "on_disconnect">,
        [...All, flags: DisconnectFlags, reason_code: ReasonCode, properties: Properties<Types["DISCONNECT"]>]
      >,
      true satisfies Same<
        Callback<2, "on_publish">,
        [...All, mid: number, reason_code: ReasonCode, properties: Properties<Types["PUBACK"]>]
      >,
      true satisfies Same<
        Callback<2, "on_subscribe">,
        [...All, mid: number, reason_codes: ReasonCode[], properties: Properties<Types["SUBACK"]>]
      >,
      true satisfies Same<
        Callback<2, "on_unsubscribe">,
        [...All, mid: number, reason_codes: ReasonCode[], properties: Properties<Types["UNSUBACK"]>]
      >,
    );
  });

  it("infers the parameters of a callback that is assigned, and lets it be shorter, async, or null", () => {
    const client = new Client(CallbackAPIVersion.VERSION2);
    client.on_connect = (client, _userdata, flags, reason_code) => {
      const present: boolean = flags.session_present;
      const failure: boolean = reason_code.is_failure;
      client.subscribe(String(present && failure));
    };
    client.on_message = async (_client, _userdata, message) => message.text();
    client.on_disconnect = () => {};
    client.on_connect = (_client, _userdata, flags) => {
      // @ts-expect-error the flags of VERSION2 are an object with names
      flags["session present"];
    };
    // @ts-expect-error more parameters than there are arguments
    client.on_publish = (_a, _b, _c, _d, _e, _f: number) => {};
    // @ts-expect-error the message is no text
    client.on_message = (_client, _userdata, _message: string) => {};
    expect(typeof client.on_message).toBe("function");
  });

  it("types listeners as the properties, and knows the names of the events", () => {
    const client = new Client(CallbackAPIVersion.VERSION2);
    client.on("message", (_client, _userdata, message) => message.topic.length);
    client.once("connect", (_client, _userdata, _flags, reason_code) => reason_code.value);
    client.on("callback_error", (_error: unknown, name: string) => name.length);
    // @ts-expect-error there is no such event
    client.on("mesage", () => {});
    // @ts-expect-error the id of a message is a number
    client.on("publish", (_client, _userdata, _mid: string) => {});
    holds(
      true satisfies Same<
        Exclude<keyof ClientEvents<2>, "callback_error">,
        Exclude<keyof ClientEvents<1>, "callback_error">
      >,
    );
  });

  it("may be a subclass that overrides callbacks", () => {
    class Own extends Client<2> {
      constructor() {
        super(CallbackAPIVersion.VERSION2);
      }
      override on_message(_client: Client<2>, _userdata: UserData, message: MQTTMessage): void {
        this.publish("echo", message.payload);
      }
    }
    const own = new Own();
    own.message_callback_add("a", (client) => {
      const same: Own = client;
      return same;
    });
    expect(own.on_message).toBe(Own.prototype.on_message);
  });

  it("has no property that is misspelt", () => {
    const client = new Client();
    // @ts-expect-error on_message
    client.on_mesage = () => {};
    // @ts-expect-error snake_case
    expect(client.onMessage).toBe(undefined);
    // @ts-expect-error read only
    expect(() => (Object.assign(client, {}).callback_api_version = 2)).toThrow(TypeError);
    // @ts-expect-error read only
    expect(() => (client.will_topic = "t")).toThrow(TypeError);
  });
});

describe("the arguments of methods", () => {
  const client = new Client(CallbackAPIVersion.VERSION2);

  it("are known by name, and no other name compiles", () => {
    client.publish("t", "p", { qos: 1, retain: true });
    client.publish({ topic: "t" });
    expect([client.ack(1, { qos: 1 }), client.ack({ mid: 1, qos: 1 }), client.ack(1, 1)]).toEqual([0, 0, 0]);
    expect(() => {
      // @ts-expect-error qos
      client.publish("t", "p", { qso: 1 });
    }).toThrow('did you mean "qos"?');
    expect(() => {
      // @ts-expect-error there is no such option
      new Client({ client: "a" });
    }).toThrow('did you mean "client_id"?');
    expect(() => {
      // @ts-expect-error keepalive
      client.connect_async("h", { keepAlive: 5 });
    }).toThrow('did you mean "keepalive"?');
    expect(() => {
      // @ts-expect-error topic was given by position
      client.publish("t", { topic: "u" });
    }).toThrow("twice");
    expect(() => {
      // @ts-expect-error retry_first_connection
      client.loop_forever({ retry_first: true });
    }).toThrow('did you mean "retry_first_connection"?');
    expect(() => {
      // @ts-expect-error daemon
      client.loop_start({ deamon: false });
    }).toThrow('did you mean "daemon"?');
  });

  it("have the types of MQTT", () => {
    expect(() => {
      // A variable of a script is a number, so that the type cannot say that there is no QoS 3.
      client.publish("t", "p", 3);
    }).toThrow("not 3");
    expect(() => {
      // @ts-expect-error an object is for JSON.stringify
      client.publish("t", { temperature: 20 });
    }).toThrow("JSON.stringify");
    expect(() => {
      // @ts-expect-error a flag is no payload
      client.publish("t", true);
    }).toThrow(TypeError);
    expect(() => {
      // @ts-expect-error a list of pairs
      client.subscribe(["a", "b"]);
    }).toThrow("pairs");
    expect(() => {
      // @ts-expect-error properties of another packet
      client.publish("t", "p", { properties: new mqtt.Properties(mqtt.PacketTypes.CONNECT) });
    }).toThrow("PacketTypes.PUBLISH");
    const payloads = ["text", Uint8Array.of(1), new ArrayBuffer(1), 1, 1n, null, undefined];
    for (const payload of payloads) expect(client.publish("t", payload).rc).toBe(4);
  });
});

describe("what methods give", () => {
  const client = new Client(CallbackAPIVersion.VERSION2);

  it("is a typed pair for subscribe() and unsubscribe()", () => {
    const [rc, mid] = client.subscribe("a/#", 1);
    const result: RequestResult = client.unsubscribe("a/#");
    holds(true satisfies Same<typeof rc, MQTTErrorCode>, true satisfies Same<typeof mid, number | null>);
    expect([rc, mid, ...result]).toEqual([4, null, 4, null]);
    expect(() => {
      // @ts-expect-error there are two
      const [, , third] = client.subscribe("a");
      if (third === undefined) throw new Error("nothing");
    }).toThrow("nothing");
  });

  it("is an MQTTMessageInfo for publish(), which reads as a pair of numbers", () => {
    const info: MQTTMessageInfo = client.publish("t", "p");
    const [rc, mid]: Iterable<number> & { 0: MQTTErrorCode; 1: number } = info;
    const first: MQTTErrorCode = info[0];
    expect([rc, mid, first]).toEqual([4, info.mid, 4]);
    // @ts-expect-error it cannot be waited for by itself
    const published: Promise<boolean> = info;
    expect(published).toBe(info);
  });

  it("is the function itself for a registrar", () => {
    const callback = client.message_callback()((_client, _userdata, message) => message.topic);
    const topic: string = callback(client, null, new mqtt.MQTTMessage(1, "t"));
    expect(topic).toBe("t");
  });
});

describe("the helpers' types", () => {
  it("take a list of dictionaries and tuples that is a variable", () => {
    const mixed = [{ topic: "a", payload: "1" }, ["a", "2", 0, false], ["a"]];
    const tuples = [
      ["a", "1", 1, true],
      ["b", null, 0, false, null],
    ];
    for (const msgs of [mixed, tuples]) {
      const call = () => publish.multiple(msgs, { hostname: "h", protocol: 9 as mqtt.MQTTProtocolVersion });
      expect(call).toThrow("protocol");
    }
    // @ts-expect-error a date is nothing that is published
    expect(() => publish.multiple([["a", new Date()]])).toThrow("Date");
    // @ts-expect-error the dictionary has no topic
    expect(() => publish.multiple([{ payload: "1" }, ["a", "2"]])).toThrow("topic");
  });

  it("give one message, or a list for a msg_count", () => {
    const one = () => subscribe.simple("t", { hostname: "h" });
    const many = () => subscribe.simple("t", { msg_count: 2 });
    const by_position = () => subscribe.simple("t", 0, 2);
    holds(
      true satisfies Same<ReturnType<typeof one>, Promise<MQTTMessage>>,
      true satisfies Same<ReturnType<typeof many>, Promise<MQTTMessage[]>>,
      true satisfies Same<ReturnType<typeof by_position>, Promise<MQTTMessage[]>>,
    );
  });

  it("refuse unknown names", () => {
    expect(() => {
      // @ts-expect-error hostname
      publish.single("t", "p", { host: "h" });
    }).toThrow('did you mean "hostname"?');
    expect(() => {
      // @ts-expect-error topic is missing
      publish.multiple([{ payload: "p" }]);
    }).toThrow("topic");
  });
});
