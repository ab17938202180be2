import { describe, expect, it } from "@jest/globals";
import { nearest_name, unknown_name } from "../../lib/model/nearest.ts";

const names = ["qos", "retain", "keepalive", "client_id", "clean_session", "UserProperty", "TopicAlias"];

describe("the nearest name", () => {
  it.each([
    ["qso", "qos"],
    ["QoS", "qos"],
    ["retian", "retain"],
    ["retained", "retain"],
    ["keep_alive", "keepalive"],
    ["keepAlive", "keepalive"],
    ["clientId", "client_id"],
    ["client-id", "client_id"],
    ["User Property", "UserProperty"],
    ["UserProperties", "UserProperty"],
    ["TopicAlais", "TopicAlias"],
    ["keep", "keepalive"],
    ["client", "client_id"],
    ["client_identifier", "client_id"],
    ["topic", "TopicAlias"],
  ])("of %p is %p", (wrong, right) => {
    expect(nearest_name(wrong, names)).toBe(right);
  });

  it.each(["banana", "", "x", "x".repeat(100_000)])("of something quite different is null", (wrong) => {
    expect(nearest_name(wrong, names)).toBeNull();
  });

  it("is the first of two that are equally near", () => {
    expect(nearest_name("cat", ["bat", "hat"])).toBe("bat");
  });

  it("is the one that begins alike before one that only looks alike", () => {
    expect(nearest_name("host", ["qos", "hostname"])).toBe("hostname");
  });

  it("takes any iterable", () => {
    expect(nearest_name("qso", new Set(names))).toBe("qos");
  });
});

describe("the sentence for an unknown name", () => {
  it("suggests the nearest name", () => {
    expect(unknown_name("publish()", "retian", names)).toBe(
      'publish() has no option "retian": did you mean "retain"?',
    );
  });

  it("suggests nothing when nothing is near", () => {
    expect(unknown_name("MQTT 5", "banana", names, "property")).toBe('MQTT 5 has no property "banana".');
  });
});
