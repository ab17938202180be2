import { describe, expect, it } from "@jest/globals";
import { resolve_options } from "../../lib/client/options.ts";
import { caught } from "../model/caught.ts";

const defaults = {
  callback_api_version: 1,
  client_id: "",
  clean_session: true,
  userdata: null,
  protocol: 4,
  transport: "tcp",
  reconnect_on_failure: true,
  manual_ack: false,
  queue_policy: "reject",
  max_queued_bytes: 67_108_864,
  max_queued_age: 0,
  max_packet_size: 268_435_460,
  resubscribe: true,
  queue_qos0: false,
  warnings: true,
  store: null,
};

describe("the arguments of Client()", () => {
  it.each<[string, unknown[], Partial<Record<keyof typeof defaults, unknown>>]>([
    ["none", [], {}],
    ["an empty object", [{}], {}],
    ["undefined and null", [undefined, null, null, null], {}],
    ["the API version", [2], { callback_api_version: 2 }],
    ["the client id of paho 1.x", ["id"], { client_id: "id" }],
    [
      "the positions of paho 1.x",
      ["id", false, "data", 3],
      { client_id: "id", clean_session: false, userdata: "data", protocol: 3 },
    ],
    ["null and a flag, as paho 1.x", [null, true], { clean_session: true }],
    [
      "the client id of paho 1.x and names",
      ["id", { protocol: 5 }],
      { client_id: "id", protocol: 5, clean_session: null },
    ],
    [
      "all of paho's positions",
      [2, "id", false, "data", 4, "tcp", false, true],
      {
        callback_api_version: 2,
        client_id: "id",
        clean_session: false,
        userdata: "data",
        reconnect_on_failure: false,
        manual_ack: true,
      },
    ],
    [
      "positions and names",
      [2, "id", { clean_session: false }],
      { callback_api_version: 2, client_id: "id", clean_session: false },
    ],
    [
      "names alone",
      [{ callback_api_version: 2, manual_ack: true }],
      { callback_api_version: 2, manual_ack: true },
    ],
    [
      "an object for userdata in its place",
      [2, "", true, { plain: 1 }],
      { callback_api_version: 2, userdata: { plain: 1 } },
    ],
    ["an object for userdata by name", [{ userdata: { plain: 1 } }], { userdata: { plain: 1 } }],
    ["MQTT 5", [{ protocol: 5 }], { protocol: 5, clean_session: null }],
    ["a transport in capitals", [{ transport: "TCP" }], {}],
    [
      "what paho does not have",
      [
        {
          queue_policy: "drop_oldest",
          max_queued_bytes: 0,
          max_packet_size: 2,
          resubscribe: false,
          queue_qos0: true,
          warnings: false,
        },
      ],
      {
        queue_policy: "drop_oldest",
        max_queued_bytes: 0,
        max_packet_size: 2,
        resubscribe: false,
        queue_qos0: true,
        warnings: false,
      },
    ],
  ])("may be %s", (_name, args, changed) => {
    expect(resolve_options(args)).toEqual({ ...defaults, ...changed });
  });

  it.each<[string, unknown[], string, string]>([
    ["an API version that does not exist", [3], "ValueError", "not 3"],
    ["a flag for the API version", [true], "ValueError", "callback_api_version"],
    ["a bigint for the API version", [2n], "ValueError", "callback_api_version"],
    ["text for the API version", [{ callback_api_version: "2" }], "ValueError", 'not "2"'],
    ["a client id that is no text", [2, 5], "TypeError", "client id"],
    ["too long a client id", [2, "x".repeat(65_536)], "ValueError", "65535"],
    ["NUL in a client id", [2, "a\0"], "ValueError", "U+0000"],
    ["clean_session on MQTT 5", [{ protocol: 5, clean_session: true }], "ValueError", "clean_start"],
    ["clean_session false on MQTT 5", [{ protocol: 5, clean_session: false }], "ValueError", "clean_start"],
    ["a kept session without a client id", [{ clean_session: false }], "ValueError", "client_id"],
    ["clean_session that is no flag", [{ clean_session: "yes" }], "TypeError", "true or false"],
    ["a protocol that does not exist", [{ protocol: 6 }], "ValueError", "not 6"],
    ["a transport that does not exist", [{ transport: "pigeon" }], "ValueError", "pigeon"],
    ["a transport that is no text", [{ transport: 5 }], "ValueError", "not 5"],
    ["a policy that does not exist", [{ queue_policy: "drop" }], "ValueError", "drop_oldest"],
    ["a negative limit", [{ max_queued_bytes: -1 }], "ValueError", "not -1"],
    ["a limit that is no number", [{ max_queued_bytes: "1" }], "TypeError", "number"],
    ["a packet size that nothing fits in", [{ max_packet_size: 1 }], "ValueError", "not 1"],
    ["a flag that is none", [{ resubscribe: 2 }], "TypeError", "resubscribe must be true or false, not 2"],
    ["an unknown name", [{ client: "a" }], "TypeError", 'did you mean "client_id"?'],
    [
      "a camel in the desert",
      [{ reconnectOnFailure: true }],
      "TypeError",
      'did you mean "reconnect_on_failure"?',
    ],
    ["a name twice", [2, { callback_api_version: 1 }], "TypeError", "twice"],
  ])("must not be %s", (_name, args, name, text) => {
    const error = caught(() => resolve_options(args));
    expect(error.name).toBe(name);
    expect(error.message).toContain(text);
  });

  it("are not changed, and what comes of them cannot be", () => {
    const given = Object.freeze({ client_id: "a" });
    const options = resolve_options([given]);
    expect(Object.isFrozen(options)).toBe(true);
  });
});
