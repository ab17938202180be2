import { describe, expect, it } from "@jest/globals";
import { check_password, check_username } from "../../lib/client/credentials.ts";
import { check_seconds, resolve_options } from "../../lib/client/options.ts";
import { check_port } from "../../lib/client/server_address.ts";
import {
  ClientSettings,
  check_clean_start,
  check_keepalive,
  check_properties,
  make_will,
} from "../../lib/client/settings.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { Properties } from "../../lib/model/properties.ts";
import { caught } from "../model/caught.ts";

const settings = (...args: unknown[]) => new ClientSettings(resolve_options(args));

describe("what the core gets of the settings", () => {
  it("is complete from the beginning", () => {
    expect(settings().for_session()).toEqual({
      version: 4,
      client_id: "",
      random_client_id: expect.any(Function),
      clean: true,
      keepalive: 60,
      username: null,
      password: null,
      will: null,
      bridge: false,
      connect_properties: null,
      retry_refused: true,
      resubscribe: true,
      max_inflight: 20,
      max_queued_messages: 0,
      max_queued_bytes: 67_108_864,
      max_queued_age_ms: 0,
      queue_policy: "reject",
      queue_qos0: false,
      max_packet_size: 268_435_460,
    });
  });

  it.each<[unknown, unknown, boolean | "first"]>([
    [{ clean_session: true }, 3, true],
    [{ clean_session: false, client_id: "a" }, 3, false],
    [{ protocol: 5 }, 3, "first"],
    [{ protocol: 5 }, true, true],
    [{ protocol: 5 }, false, false],
  ])("asks with %j and clean_start %j for clean: %j", (options, clean_start, clean) => {
    const given = settings(options);
    given.clean_start = clean_start as never;
    expect(given.for_session().clean).toBe(clean);
  });

  it("has no password without a user name, as paho", () => {
    const given = settings();
    given.own_access.login.password = Uint8Array.of(1);
    expect(given.for_session().password).toBe(null);
    given.own_access.login.username = "";
    expect(given.for_session()).toMatchObject({ username: "", password: Uint8Array.of(1) });
  });

  it("announces max_packet_size on MQTT 5, unless the properties do", () => {
    const given = settings({ protocol: 5, max_packet_size: 100 });
    expect(String(given.for_session().connect_properties)).toBe("[MaximumPacketSize : 100]");
    const mine = new Properties(PacketTypes.CONNECT, { ReceiveMaximum: 3 });
    given.connect_properties = mine;
    expect(String(given.for_session().connect_properties)).toBe(
      "[ReceiveMaximum : 3, MaximumPacketSize : 100]",
    );
    expect(String(mine)).toBe("[ReceiveMaximum : 3]");
    given.connect_properties = new Properties(PacketTypes.CONNECT, { MaximumPacketSize: 50 });
    expect(String(given.for_session().connect_properties)).toBe("[MaximumPacketSize : 50]");
    expect(settings({ max_packet_size: 100 }).for_session().connect_properties).toBe(null);
  });

  it("has a random id of 22 letters and digits for brokers that want one", () => {
    const ids = Array.from({ length: 100 }, () => settings().for_session().random_client_id());
    for (const id of ids) expect(id).toMatch(/^[0-9A-Za-z]{22}$/);
    expect(new Set(ids).size).toBe(100);
    expect(new Set(ids.join("")).size).toBe(62);
  });
});

describe("what is refused", () => {
  it.each<[string, () => unknown, string, string]>([
    ["port 0", () => check_port(0), "ValueError", "1 to 65535"],
    ["port 65536", () => check_port(65_536), "ValueError", "65536"],
    ["port as text", () => check_port("1883"), "TypeError", "port must be a number"],
    ["a negative keepalive", () => check_keepalive(-1), "ValueError", "-1"],
    ["keepalive 65536", () => check_keepalive(65_536), "ValueError", "65535"],
    ["half a second of keepalive", () => check_keepalive(0.5), "ValueError", "whole"],
    ["too few seconds", () => check_seconds("x", 1, 2), "ValueError", "at least 2 seconds"],
    ["NaN seconds", () => check_seconds("x", Number.NaN, 0), "ValueError", "NaN"],
    ["seconds as text", () => check_seconds("x", "1", 0), "TypeError", "number of seconds"],
    ["clean_start on 3.1.1", () => check_clean_start(true, 4), "ValueError", "clean_session"],
    ["clean_start 2", () => check_clean_start(2, 5), "ValueError", "FIRST_ONLY"],
    ["a user name that is no text", () => check_username(5), "TypeError", "user name"],
    ["too long a user name", () => check_username("é".repeat(32_768)), "ValueError", "65535"],
    ["a password that is no text", () => check_password(5), "TypeError", "text or bytes"],
    ["too long a password", () => check_password("x".repeat(65_536)), "ValueError", "65536 bytes"],
    [
      "properties that are an object",
      () => check_properties({}, PacketTypes.CONNECT, 5),
      "ValueError",
      "Properties object",
    ],
    [
      "properties of another packet",
      () => check_properties(new Properties(PacketTypes.PUBLISH), PacketTypes.CONNECT, 5),
      "ValueError",
      "new Properties(PacketTypes.CONNECT)",
    ],
    ["a will without a topic", () => make_will("", "", 0, false, null, 4), "ValueError", "empty"],
    ["a will with a wildcard", () => make_will("a/#", "", 0, false, null, 4), "ValueError", "wildcard"],
    ["a will with QoS 3", () => make_will("a", "", 3, false, null, 4), "ValueError", "not 3"],
    ["a will with an object", () => make_will("a", {}, 0, false, null, 4), "TypeError", "JSON.stringify"],
    [
      "too large a will",
      () => make_will("a", new Uint8Array(65_536), 0, false, null, 4),
      "ValueError",
      "65535",
    ],
  ])("%s", (_name, call, name, text) => {
    const error = caught(call);
    expect(error.name).toBe(name);
    expect(error.message).toContain(text);
  });
});

describe("what is taken", () => {
  it("is copied where the caller could change it", () => {
    const password = Uint8Array.of(1);
    const kept = check_password(password);
    password[0] = 2;
    expect([...(kept ?? [])]).toEqual([1]);
    const properties = new Properties(PacketTypes.CONNECT, { ReceiveMaximum: 3 });
    const copy = check_properties(properties, PacketTypes.CONNECT, 5);
    properties.ReceiveMaximum = 4;
    expect(copy?.ReceiveMaximum).toBe(3);
  });

  it("is null for properties that are empty, and on 3.x", () => {
    expect(check_properties(new Properties(PacketTypes.CONNECT), PacketTypes.CONNECT, 5)).toBe(null);
    const some = new Properties(PacketTypes.CONNECT, { ReceiveMaximum: 3 });
    expect(check_properties(some, PacketTypes.CONNECT, 4)).toBe(null);
    expect(check_properties(undefined, PacketTypes.CONNECT, 5)).toBe(null);
  });

  it("is a will with everything", () => {
    const properties = new Properties(PacketTypes.WILLMESSAGE, { WillDelayInterval: 3 });
    expect(make_will("w", 5, 2, true, properties, 5)).toMatchObject({
      topic: "w",
      payload: Buffer.from("5"),
      qos: 2,
      retain: true,
      properties: { WillDelayInterval: 3 },
    });
  });

  it("is any number of seconds, also Infinity and a part of one", () => {
    expect([check_seconds("x", 0.1, 0), check_seconds("x", Number.POSITIVE_INFINITY, 0)]).toEqual([
      0.1,
      Number.POSITIVE_INFINITY,
    ]);
  });
});
