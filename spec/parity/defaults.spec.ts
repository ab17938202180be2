// A default of paho shows in that leaving the argument out and giving paho's default come to the same; that it shows
// at all, in that another value comes to something else.

import os from "node:os";
import { describe, expect, it, jest } from "@jest/globals";
import * as mqtt from "../../lib/client/index.ts";
import { resolve_options } from "../../lib/client/options.ts";
import { TlsSettings } from "../../lib/client/tls_settings.ts";
import { WsSettings } from "../../lib/client/ws_settings.ts";
import * as publish from "../../lib/helpers/publish.ts";
import * as subscribe from "../../lib/helpers/subscribe.ts";
import * as ssl from "../../lib/model/ssl.ts";
import { caught } from "../model/caught.ts";
import { free_port } from "../support/mosquitto.ts";
import { facts, type ParameterFact } from "./facts.ts";
import { recorded } from "./recording.ts";

// Connections take their time on a busy machine.
jest.setTimeout(60_000);

type Args = unknown[];

interface Subject {
  parameters: readonly ParameterFact[];
  /** Arguments for the parameters without a default. */
  required?: Args;
  /** Another value for each parameter that has a default. */
  others: Record<string, unknown>;
  /** What a call with these arguments comes to. */
  outcome(args: Args): unknown;
}

const { client, publish: publish_facts, subscribe: subscribe_facts, ...rest } = facts.modules;
const methods = client?.classes?.Client?.methods ?? {};
const of = (method: string) => methods[method] ?? [];
const { CONNECT, PUBLISH, SUBSCRIBE, UNSUBSCRIBE, DISCONNECT, WILLMESSAGE, PUBACK } = mqtt.PacketTypes;
const with_user_property = (type: typeof CONNECT) =>
  new mqtt.Properties(type, { UserProperty: [["a", "b"]] });
const properties_for = (type: number) => with_user_property(type as typeof CONNECT);

/** Everything that a client which is set up by `arrange` dials and sends, until it has said goodbye. */
async function conversation(
  arrange: (client: mqtt.Client) => unknown,
  options: mqtt.ClientOptions = { protocol: mqtt.MQTTv5 },
): Promise<unknown> {
  return recorded(async () => {
    const client = new mqtt.Client({ ...options, warnings: false }) as mqtt.Client;
    const result = await arrange(client);
    if (client.host === "") await client.connect("broker");
    await client.close();
    return result;
  });
}

/** The same, with one more call on a client that is connected. */
function call_of(method: string, result_of: (result: unknown) => unknown = () => null) {
  return (args: Args) =>
    conversation(async (client) => {
      await client.connect("broker");
      const callable = client as unknown as Record<string, (...args: Args) => unknown>;
      return result_of(callable[method]?.(...args));
    });
}

const helper_others = {
  hostname: "other",
  port: 1884,
  client_id: "x",
  keepalive: 61,
  will: { topic: "w" },
  auth: { username: "u" },
  tls: { cert_reqs: 9 },
  protocol: mqtt.MQTTv5,
  transport: "unix",
  proxy_args: { proxy_type: 9 },
};

const subjects: Record<string, Subject> = {
  Client: {
    parameters: client?.classes?.Client?.constructor ?? [],
    others: {
      callback_api_version: 2,
      client_id: "x",
      clean_session: false,
      userdata: 1,
      protocol: 5,
      transport: "other",
      reconnect_on_failure: false,
      manual_ack: true,
    },
    outcome: (args) => resolve_options(args),
  },
  "Client.connect": {
    parameters: of("connect"),
    required: ["broker"],
    others: {
      port: 1884,
      keepalive: 61,
      bind_address: "127.0.0.2",
      bind_port: 1,
      clean_start: false,
      properties: properties_for(CONNECT),
    },
    outcome: (args) => conversation((client) => client.connect(...(args as [string]))),
  },
  "Client.connect_async": {
    parameters: of("connect_async"),
    required: ["broker"],
    others: {
      port: 1884,
      keepalive: 61,
      bind_address: "127.0.0.2",
      bind_port: 1,
      clean_start: false,
      properties: properties_for(CONNECT),
    },
    outcome: (args) =>
      conversation((client) => {
        client.connect_async(...(args as [string]));
        return client.reconnect();
      }),
  },
  "Client.reinitialise": {
    parameters: of("reinitialise"),
    others: { client_id: "x", clean_session: false, userdata: 1 },
    outcome: (args) =>
      conversation(
        (client) => {
          client.reinitialise(...(args as []));
          return client.user_data_get();
        },
        { client_id: "before", userdata: "before" },
      ),
  },
  "Client.will_set": {
    parameters: of("will_set"),
    required: ["w"],
    others: { payload: "p", qos: 1, retain: true, properties: properties_for(WILLMESSAGE) },
    outcome: (args) => conversation((client) => client.will_set(...(args as [string]))),
  },
  "Client.username_pw_set": {
    parameters: of("username_pw_set"),
    required: ["u"],
    others: { password: "p" },
    outcome: (args) => conversation((client) => client.username_pw_set(...(args as [string]))),
  },
  "Client.tls_set": {
    parameters: of("tls_set"),
    others: {
      ca_certs: "no such file",
      certfile: "no such file",
      // Without a certificate there is no use for a key: so this must be wrong to be noticed.
      keyfile: 5,
      cert_reqs: ssl.CERT_NONE,
      // Refused.
      tls_version: ssl.PROTOCOL_TLSv1,
      ciphers: "no such cipher",
      keyfile_password: 5,
      alpn_protocols: ["mqtt"],
    },
    outcome: (args) => {
      const settings = new TlsSettings();
      settings.set(args);
      const { context, ...rest } = settings.security ?? {};
      return { ...rest, is_set: context !== undefined };
    },
  },
  "Client.tls_set_context": {
    parameters: of("tls_set_context"),
    others: { context: { rejectUnauthorized: false } },
    outcome: (args) => {
      const settings = new TlsSettings();
      settings.set_context(args);
      const { context, ...rest } = settings.security ?? {};
      return { ...rest, is_set: context !== undefined };
    },
  },
  "Client.ws_set_options": {
    parameters: of("ws_set_options"),
    others: { path: "/other", headers: { A: "b" } },
    outcome: (args) => {
      const settings = new WsSettings();
      settings.set(args);
      return { ...settings };
    },
  },
  "Client.connect_srv": {
    parameters: of("connect_srv"),
    // The default, the domain of this machine, is looked at below.
    required: ["house.example"],
    others: {
      keepalive: 61,
      bind_address: "127.0.0.2",
      bind_port: 1,
      clean_start: false,
      properties: properties_for(CONNECT),
    },
    outcome: (args) => {
      const resolve_srv: mqtt.ResolveSrv = async () => [
        { name: "broker", port: 1883, priority: 0, weight: 0 },
      ];
      const call = (client: mqtt.Client) => client.connect_srv(...(args as [string]), { resolve_srv });
      return conversation(call);
    },
  },
  "Client.enable_logger": {
    parameters: of("enable_logger"),
    others: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
    outcome: (args) => {
      const client = new mqtt.Client();
      client.enable_logger(...(args as []));
      return client.logger === console;
    },
  },
  "Client.publish": {
    parameters: of("publish"),
    required: ["t"],
    others: { payload: "p", qos: 1, retain: true, properties: properties_for(PUBLISH) },
    outcome: call_of("publish"),
  },
  "Client.subscribe": {
    parameters: of("subscribe"),
    required: ["t"],
    others: { qos: 1, options: new mqtt.SubscribeOptions(1), properties: properties_for(SUBSCRIBE) },
    outcome: call_of("subscribe"),
  },
  "Client.unsubscribe": {
    parameters: of("unsubscribe"),
    required: ["t"],
    others: { properties: properties_for(UNSUBSCRIBE) },
    outcome: call_of("unsubscribe"),
  },
  "Client.disconnect": {
    parameters: of("disconnect"),
    others: {
      reasoncode: new mqtt.ReasonCode(DISCONNECT, "Disconnect with will message"),
      properties: properties_for(DISCONNECT),
    },
    outcome: call_of("disconnect"),
  },
  MQTTMessage: {
    parameters: client?.classes?.MQTTMessage?.constructor ?? [],
    others: { mid: 1, topic: "t" },
    outcome: (args) => ({ ...new mqtt.MQTTMessage(...(args as [])) }),
  },
  ReasonCode: {
    parameters: rest.reasoncodes?.classes?.ReasonCode?.constructor ?? [],
    required: [PUBACK],
    others: { aName: "Not authorized", identifier: 128 },
    outcome: (args) => new mqtt.ReasonCode(...(args as [typeof PUBACK])).value,
  },
  SubscribeOptions: {
    parameters: rest.subscribeoptions?.classes?.SubscribeOptions?.constructor ?? [],
    others: { qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 1 },
    outcome: (args) => new mqtt.SubscribeOptions(...(args as [])).json(),
  },
  "publish.single": {
    parameters: publish_facts?.functions?.single ?? [],
    required: ["t"],
    others: { payload: "p", qos: 1, retain: true, ...helper_others },
    outcome: (args) => recorded(() => publish.single(...(args as [string]))),
  },
  "publish.multiple": {
    parameters: publish_facts?.functions?.multiple ?? [],
    required: [[["t"]]],
    others: helper_others,
    outcome: (args) => recorded(() => publish.multiple(...(args as [[["t"]]]))),
  },
  "subscribe.simple": {
    parameters: subscribe_facts?.functions?.simple ?? [],
    required: ["t"],
    others: { qos: 1, msg_count: 2, retained: false, ...helper_others, clean_session: false },
    outcome: (args) =>
      recorded(async () => {
        const got = await subscribe.simple(...(args as [string]));
        return [got].flat().map((message) => message.text());
      }),
  },
  "subscribe.callback": {
    parameters: subscribe_facts?.functions?.callback ?? [],
    required: [
      (client: mqtt.Client, userdata: unknown) => {
        heard = userdata;
        client.disconnect();
      },
      "t",
    ],
    others: { qos: 1, userdata: 1, ...helper_others, clean_session: false },
    outcome: (args) =>
      recorded(async () => {
        heard = "nothing";
        await subscribe.callback(...(args as [() => void, string]));
        return heard;
      }),
  },
};

let heard: unknown;

/** Defaults that are looked at below in a way of their own, or that cannot be seen, with the reason. */
const apart: Record<string, string> = {
  "Client.reconnect_delay_set": "below",
  "Client.loop": "below",
  "Client.loop_forever": "below; its timeout has no meaning, as the loop wakes when something happens",
  "Client.loop_read": "max_packets is ignored, as in paho",
  "MQTTMessageInfo.wait_for_publish": "without a timeout it waits as long as it takes",
  ReasonCodes: "has the constructor of ReasonCode",
};

async function seen(subject: Subject, args: Args): Promise<unknown> {
  try {
    return await subject.outcome(args);
  } catch (error) {
    return String(error);
  }
}

describe("paho's defaults", () => {
  it.each(Object.entries(subjects))("are those of %s", async (_name, subject) => {
    const required = subject.required ?? [];
    const optional = subject.parameters.slice(required.length);
    const defaults = optional.map(([name, value]) => (name === "topic" ? "" : value));
    const left_out = await seen(subject, required);
    expect(String(left_out)).not.toMatch(/Error/);
    expect(await seen(subject, [...required, ...defaults])).toEqual(left_out);
    for (const [at, [name]] of optional.entries()) {
      expect(Object.keys(subject.others)).toContain(name);
      const args = [...required, ...defaults];
      args[required.length + at] = subject.others[name];
      expect({ [name]: await seen(subject, args) }).not.toEqual({ [name]: left_out });
    }
  });

  it("are all looked at", () => {
    const of_classes = Object.values(facts.modules).flatMap(({ classes = {} }) =>
      Object.entries(classes).flatMap(([name, fact]) => [
        [name, fact.constructor] as const,
        ...Object.entries(fact.methods ?? {}).map(([method, list]) => [`${name}.${method}`, list] as const),
      ]),
    );
    const of_modules = Object.entries(facts.modules).flatMap(([module, { functions = {} }]) =>
      Object.entries(functions).map(([name, list]) => [`${module}.${name}`, list] as const),
    );
    const with_defaults = [...of_classes, ...of_modules]
      .filter(([, list]) => list.some((parameter) => parameter.length > 1))
      .map(([name]) => name);
    expect([...Object.keys(subjects), ...Object.keys(apart)].sort()).toEqual(with_defaults.sort());
  });

  it("are 1 and 120 seconds of reconnect_delay_set()", () => {
    const client = new mqtt.Client();
    const said = (...args: Args) => caught(() => client.reconnect_delay_set(...(args as []))).message;
    expect(said({ max_delay: 0.5 })).toContain("at least min_delay (1)");
    expect(said(121)).toContain("not 120");
    expect(said({ min_delay: 121 })).toContain("not 120");
  });

  it("are the domain of this machine in connect_srv()", async () => {
    jest.spyOn(os, "hostname").mockReturnValue("kitchen.house.example");
    const asked: string[] = [];
    const resolve_srv = async (service: string) => {
      asked.push(service);
      return [];
    };
    const client = new mqtt.Client();
    await expect(client.connect_srv({ resolve_srv })).rejects.toThrow(mqtt.ValueError);
    await expect(client.connect_srv(null, { resolve_srv })).rejects.toThrow(mqtt.ValueError);
    expect(asked).toEqual(["_mqtt._tcp.house.example", "_mqtt._tcp.house.example"]);
    jest.restoreAllMocks();
  });

  it("are one second of loop()", async () => {
    const started = performance.now();
    await conversation(async (client) => {
      await client.connect("broker");
      // The first steps have something to tell; the one that has not takes its whole time.
      for (;;) {
        const began = performance.now();
        await client.loop();
        if (performance.now() - began > 900) return;
        expect(performance.now() - started).toBeLessThan(5_000);
      }
    });
    expect(performance.now() - started).toBeGreaterThan(950);
  });

  it("let loop_forever() give up when the first connection fails", async () => {
    const client = new mqtt.Client();
    client.connect_async("127.0.0.1", await free_port());
    await expect(client.loop_forever()).rejects.toThrow(mqtt.TransportError);
  });
});
