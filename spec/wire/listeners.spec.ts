import { describe, expect, it } from "@jest/globals";
import { type ApiVersion, Client } from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { connected, record, strangers } from "./talk.ts";

describe("events beside properties", () => {
  it("call the property first, then the listeners in their order, with the same arguments", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const calls: unknown[] = [];
    client.on("message", (...args) => void calls.push("first listener", args[2]));
    client.on("message", (...args) => void calls.push("second listener", args[2]));
    client.on_message = (...args) => void calls.push("property", args[2]);
    link.send(packets.publish({ topic: "t" }));
    await talk.nothing_more();
    expect(calls.filter((call) => typeof call === "string")).toEqual([
      "property",
      "first listener",
      "second listener",
    ]);
    expect(calls[1]).toBe(calls[3]);
    expect(calls[1]).toBe(calls[5]);
  });

  it("can be heard once", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const topics: string[] = [];
    client.once("message", (_client, _userdata, { topic }) => void topics.push(topic));
    for (const topic of ["a", "b"]) link.send(packets.publish({ topic }));
    await talk.nothing_more();
    expect(topics).toEqual(["a"]);
    expect(client.listenerCount("message")).toBe(0);
  });

  it("can be taken off, also from within", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const calls: string[] = [];
    const first = () => {
      calls.push("first");
      client.off("message", second);
      client.off("message", first);
    };
    const second = () => void calls.push("second");
    client.on("message", first);
    client.on("message", second);
    for (const topic of ["a", "b"]) link.send(packets.publish({ topic }));
    await talk.nothing_more();
    // The listeners of one event are those at its beginning, as with every emitter.
    expect(calls).toEqual(["first", "second"]);
  });

  it("honour the context of eventemitter3, and give the client as this otherwise", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const context = {};
    const seen: unknown[] = [];
    client.on_message = function (this: unknown) {
      seen.push(this);
    };
    client.on(
      "message",
      function (this: unknown) {
        seen.push(this);
      },
      context,
    );
    client.on("message", function (this: unknown) {
      seen.push(this);
    });
    link.send(packets.publish({ topic: "a" }));
    await talk.nothing_more();
    expect(seen[0]).toBe(client);
    expect(seen[1]).toBe(context);
    expect(seen[2]).toBe(client);
  });

  it("exist for every callback", async () => {
    await using talk = await strangers();
    const names = ["pre_connect", "socket_open", "connect", "log", "disconnect", "socket_close"];
    const calls = record(talk.client, ...names);
    await talk.dial();
    talk.welcome();
    await talk.nothing_more();
    talk.client.disconnect();
    await talk.link.expect("e000");
    talk.link.close();
    await eventually(() => expect(new Set(calls.map(([name]) => name))).toEqual(new Set(names)));
  });
});

describe("the userdata of a callback", () => {
  it("is for the next callback of the same message what the one before has set", async () => {
    await using talk = await connected({ userdata: "first" });
    const { client, link, packets } = talk;
    const seen: unknown[] = [];
    for (const filter of ["a", "+"]) {
      client.message_callback_add(filter, (_client, userdata) => {
        seen.push(userdata);
        client.user_data_set("second");
      });
    }
    link.send(packets.publish({ topic: "a" }));
    await talk.nothing_more();
    expect(seen).toEqual(["first", "second"]);
  });

  it("is what was set last, in the constructor or later, also from within a callback", async () => {
    await using talk = await connected({ userdata: "first" });
    const { client, link, packets } = talk;
    const seen: unknown[] = [];
    client.on_message = (_client, userdata) => {
      seen.push(userdata);
      client.user_data_set(`${userdata}+`);
    };
    client.on("message", (_client, userdata) => void seen.push(userdata));
    for (const topic of ["a", "b"]) link.send(packets.publish({ topic }));
    await talk.nothing_more();
    expect(seen).toEqual(["first", "first", "first+", "first+"]);
    expect(client.user_data_get()).toBe("first++");
    const object = { plain: true };
    client.user_data_set(object);
    expect(client.user_data_get()).toBe(object);
  });

  it("is null when none was given", () => {
    expect(new Client().user_data_get()).toBe(null);
  });
});

describe("callbacks as methods", () => {
  class Logger extends Client<2> {
    readonly heard: unknown[] = [];
    override on_connect(
      ...[client, , , reason_code]: Parameters<NonNullable<Client<2>["on_connect"]>>
    ): void {
      this.heard.push(["connect", client === this, reason_code.value]);
    }
    override on_message(...[client, , message]: Parameters<NonNullable<Client<2>["on_message"]>>): void {
      this.heard.push(["message", client === this, message.topic]);
    }
  }

  it("of a subclass are called, with the client as this and as first argument", async () => {
    await using talk = await strangers();
    const { packets, broker } = talk;
    const client = broker.lead(new Logger(2));
    client.loop_start();
    const dialled = client.connect(broker.host, broker.port);
    const link = await broker.accept();
    await dialled;
    link.send(packets.connack());
    link.send(packets.publish({ topic: "t" }));
    await eventually(() =>
      expect(client.heard).toEqual([
        ["connect", true, 0],
        ["message", true, "t"],
      ]),
    );
    client.disconnect();
  });

  it("of another object keep their own this when they are bound", async () => {
    await using talk = await connected();
    class Sensor {
      readonly topics: string[] = [];
      on_message(_client: unknown, _userdata: unknown, message: { topic: string }): void {
        this.topics.push(message.topic);
      }
    }
    const sensor = new Sensor();
    talk.client.on_message = sensor.on_message.bind(sensor);
    talk.link.send(talk.packets.publish({ topic: "t" }));
    await talk.nothing_more();
    expect(sensor.topics).toEqual(["t"]);
  });

  it.each([null, undefined, "no function"])("are off when the property is %s", async (value) => {
    await using talk = await connected();
    talk.client.on_message = () => {
      throw new Error("must not be called");
    };
    (talk.client as unknown as Record<string, unknown>).on_message = value;
    const errors: unknown[] = [];
    talk.client.on("callback_error", (error) => void errors.push(error));
    talk.link.send(talk.packets.publish({ topic: "t", qos: 1, mid: 1 }));
    await talk.link.expect(talk.packets.puback(1));
    expect(errors).toEqual([]);
  });
});

describe("a callback that has the parameters of the other API version", () => {
  const other = {
    1: (_a: unknown, _b: unknown, _c: unknown, _d: unknown, _e: unknown) => {},
    2: (_a: unknown, _b: unknown, _c: unknown) => {},
  };

  it.each([
    [1, 4, "on_disconnect", /on_disconnect has 5 parameters.*VERSION2/],
    [1, 4, "on_connect", /on_connect has 5 parameters.*VERSION2/],
    [1, 4, "on_publish", /on_publish has 5 parameters.*VERSION2/],
    [1, 4, "on_subscribe", /on_subscribe has 5 parameters.*VERSION2/],
    [1, 4, "on_unsubscribe", /on_unsubscribe has 5 parameters.*VERSION2/],
    [2, 4, "on_disconnect", /on_disconnect has 3 parameters.*VERSION1/],
    [2, 5, "on_disconnect", /on_disconnect has 3 parameters.*VERSION1/],
  ] as const)(
    "is warned of once, with the remedy (VERSION%i on protocol %i: %s)",
    async (api, protocol, name, text) => {
      await using talk = await strangers<ApiVersion>({ api, protocol });
      const warned: unknown[] = [];
      talk.client.on("log", (_client, _userdata, level, line) => void (level === 4 && warned.push(line)));
      (talk.client as unknown as Record<string, unknown>)[name] = other[api];
      await talk.dial();
      talk.welcome();
      await talk.nothing_more();
      talk.link.reset();
      await talk.next_link();
      talk.welcome();
      await talk.nothing_more();
      expect(warned).toEqual([expect.stringMatching(text)]);
    },
  );

  it.each([
    [1, 5, "on_disconnect", 5],
    [1, 4, "on_disconnect", 3],
    [2, 4, "on_disconnect", 5],
    [2, 4, "on_disconnect", 0],
    [2, 4, "on_disconnect", 4],
    [1, 5, "on_connect", 5],
    [1, 4, "on_connect", 4],
    [2, 4, "on_publish", 3],
  ] as const)(
    "is not seen where the positions agree (VERSION%i, protocol %i, %s with %i parameters)",
    async (api, protocol, name, count) => {
      await using talk = await strangers<ApiVersion>({ api, protocol });
      const warned: unknown[] = [];
      talk.client.on("log", (_client, _userdata, level, line) => void (level === 4 && warned.push(line)));
      const callback = () => {};
      Object.defineProperty(callback, "length", { value: count });
      (talk.client as unknown as Record<string, unknown>)[name] = callback;
      await talk.dial();
      talk.welcome();
      await talk.nothing_more();
      expect(warned).toEqual([]);
    },
  );
});
