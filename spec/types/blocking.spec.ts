// Checked by tsc: each `@ts-expect-error` fails the type check when the line below it compiles.

import { describe, expect, it } from "@jest/globals";
import * as mqtt from "../../lib/blocking/index.ts";
import type {
  CallbackOnMessage,
  Client,
  ClientStats,
  ConnectFlags,
  MQTTErrorCode,
  MQTTMessage,
  MQTTMessageInfo,
  RequestResult,
} from "../../lib/blocking/names.ts";
import * as event_loop from "../../lib/index.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Holds when it compiles; what it is given is there to be looked at by tsc only. */
function holds(..._facts: true[]): void {
  expect(_facts.every(Boolean)).toBe(true);
}

type Returned<Name extends keyof Client<2>> = Client<2>[Name] extends (...args: never[]) => infer R
  ? R
  : never;
type Taken<Name extends keyof Client<2>> = Client<2>[Name] extends (...args: infer A) => unknown ? A : never;
type TakenThere<Name extends keyof event_loop.Client<2>> = event_loop.Client<2>[Name] extends (
  ...args: infer A
) => unknown
  ? A
  : never;

describe("the types of the blocking flavour", () => {
  it("have plain values where the others have promises", () => {
    holds(
      true satisfies Same<Returned<"connect">, MQTTErrorCode>,
      true satisfies Same<Returned<"connect_srv">, MQTTErrorCode>,
      true satisfies Same<Returned<"loop">, MQTTErrorCode>,
      true satisfies Same<Returned<"loop_forever">, MQTTErrorCode>,
      true satisfies Same<Returned<"close">, void>,
      true satisfies Same<Returned<"subscribe">, RequestResult>,
      true satisfies Same<Returned<"stats">, ClientStats>,
      true satisfies Same<Returned<"publish">, MQTTMessageInfo>,
      true satisfies Same<Returned<"ready">, void>,
      true satisfies Same<Returned<"restored">, readonly MQTTMessageInfo[]>,
      true satisfies Same<MQTTMessageInfo["id"], number | null>,
      true satisfies Same<ReturnType<MQTTMessageInfo["wait_for_publish"]>, boolean>,
      true satisfies Same<ReturnType<typeof mqtt.publish.single>, void>,
      true satisfies Same<ReturnType<typeof mqtt.subscribe.callback>, void>,
      true satisfies Same<ReturnType<typeof mqtt.input>, string>,
    );
  });

  it("have the same arguments", () => {
    holds(
      true satisfies Same<Taken<"connect">, TakenThere<"connect">>,
      true satisfies Same<Taken<"publish">, TakenThere<"publish">>,
      true satisfies Same<Taken<"store_set">, TakenThere<"store_set">>,
      true satisfies Same<Taken<"tls_set">, TakenThere<"tls_set">>,
      true satisfies Same<Taken<"loop_forever">, TakenThere<"loop_forever">>,
      true satisfies Same<
        Parameters<typeof mqtt.publish.single>,
        Parameters<typeof event_loop.publish.single>
      >,
      true satisfies Same<
        Parameters<typeof mqtt.publish.multiple>,
        Parameters<typeof event_loop.publish.multiple>
      >,
    );
  });

  it("give callbacks their own client", () => {
    const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
    client.on_connect = (given, _userdata, flags, reason_code) => {
      holds(true satisfies Same<typeof given, Client<2>>, true satisfies Same<typeof flags, ConnectFlags>);
      if (!reason_code.is_failure) given.subscribe("a/#");
    };
    client.on("message", (given, _userdata, message) => {
      holds(true satisfies Same<typeof given, Client<2>>, true satisfies Same<typeof message, MQTTMessage>);
    });
    const on_message: CallbackOnMessage = (given, _userdata, message) =>
      void given.publish("b", message.payload);
    client.on_message = on_message;
    client.message_callback_add("a", (given, _userdata, message) => void given.publish("b", message.text()));
    const handler = client.topic_callback("a")((_client, _userdata, message) => message.topic);
    holds(true satisfies Same<ReturnType<typeof handler>, string>);
    // @ts-expect-error: the parameters of VERSION1 in a place where VERSION2 has others
    client.on_disconnect = (_client, _userdata, rc: number) => rc;
    const chained = () => client.max_queued_messages_set(0).max_queued_messages_set(1);
    holds(true satisfies Same<ReturnType<typeof chained>, Client<2>>);
  });

  it("know the version of a client", () => {
    const old = () => new mqtt.Client("an-id", true);
    const annotated = (client: Client) => client.loop_start();
    const named = () => new mqtt.Client({ client_id: "an-id" });
    const unnamed = () => new mqtt.Client(null, { protocol: mqtt.MQTTv5 });
    const modern = () => new mqtt.Client({ callback_api_version: 2 });
    holds(
      true satisfies Same<ReturnType<typeof named>, Client<1>>,
      true satisfies Same<ReturnType<typeof unnamed>, Client<1>>,
      true satisfies Same<ReturnType<typeof modern>, Client<2>>,
      true satisfies Same<ReturnType<typeof old>, Client<1>>,
      true satisfies Same<ReturnType<typeof annotated>, MQTTErrorCode>,
    );
    // @ts-expect-error: an option that does not exist
    expect(() => new mqtt.Client({ client_ident: "x" })).toThrow(TypeError);
    const unread = () => {
      // @ts-expect-error: only read
      new mqtt.Client().will_topic = "x";
    };
    expect(unread).toThrow(TypeError);
  });

  it("let a class be made of it, with methods as callbacks", () => {
    class Sensor extends mqtt.Client<2> {
      readonly seen: string[] = [];
      constructor() {
        super(mqtt.CallbackAPIVersion.VERSION2);
      }
      override on_message(_client: Client<2>, _userdata: mqtt.UserData, message: MQTTMessage) {
        this.seen.push(message.text());
      }
    }
    class OldSensor extends mqtt.Client<1> {}
    expect(new OldSensor("an-id", true).callback_api_version).toBe(1);
    const run = (sensor: Sensor) => sensor.connect("localhost") + sensor.seen.length;
    const disposed = () => {
      using sensor = new Sensor();
      return sensor.loop(1);
    };
    holds(true satisfies Same<ReturnType<typeof run>, number>);
    expect([typeof disposed, new Sensor().seen]).toEqual(["function", []]);
  });

  it("tell one message from several", () => {
    const one = () => mqtt.subscribe.simple("a");
    const three = () => mqtt.subscribe.simple("a", 0, 3);
    holds(
      true satisfies Same<ReturnType<typeof one>, MQTTMessage>,
      true satisfies Same<ReturnType<typeof three>, MQTTMessage[]>,
    );
  });
});

describe("the names of the blocking flavour", () => {
  it("are those of the other, and its own", () => {
    const names = (module: object) => Object.keys(module).sort();
    const own = ["EOFError", "input", "time"];
    expect(names(mqtt).filter((name) => !own.includes(name))).toEqual(names(event_loop));
    expect(names(mqtt.publish)).toEqual(names(event_loop.publish));
    expect(names(mqtt.subscribe)).toEqual(names(event_loop.subscribe));
    expect(names(mqtt.time)).toEqual(["monotonic", "sleep", "time"]);
  });

  it("are those of its client, too", () => {
    const members = ({ prototype }: { prototype: object }) => {
      const names = new Set<string>();
      for (let at = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
        for (const name of Object.getOwnPropertyNames(at)) names.add(name);
      }
      // Callbacks that nobody has set are there in one flavour only: that sees when they are.
      return [...names].filter((name) => !name.startsWith("_") && !name.startsWith("on_"));
    };
    expect(members(mqtt.Client as never).sort()).toEqual(members(event_loop.Client as never).sort());
    const info = (module: { MQTTMessageInfo: unknown }) => members(module.MQTTMessageInfo as never);
    const internal = ["turn_away", "succeed", "fail", "give_up", "constructor"];
    // What is data there is asked for here.
    const wanted = [...info(event_loop), "mid", "rc", "toJSON"].filter((name) => !internal.includes(name));
    expect(
      info(mqtt)
        .filter((name) => !internal.includes(name))
        .sort(),
    ).toEqual(wanted.sort());
  });
});
