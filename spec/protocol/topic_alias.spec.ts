import { describe, expect, it } from "@jest/globals";
import { ProtocolError } from "../../lib/model/errors.ts";
import { InboundAliases, OutboundAliases, UserAliases } from "../../lib/protocol/topic_alias.ts";
import { props, publish } from "../support/core_packets.ts";
import { Wire } from "../support/session_wire.ts";

describe("aliases of the broker", () => {
  const allowing = (TopicAliasMaximum: number) =>
    new Wire({ version: 5, connect_properties: props(1, { TopicAliasMaximum }) }).connected();
  const topics = (wire: Wire) => wire.told("message").map(({ packet }) => packet.topic);

  it("stand for the topic that came with them, until another does", () => {
    const wire = allowing(2);
    wire.send(publish("a", "", {}, { TopicAlias: 1 }), publish("", "", {}, { TopicAlias: 1 }));
    wire.send(publish("b", "", {}, { TopicAlias: 2 }), publish("c", "", {}, { TopicAlias: 1 }));
    wire.send(publish("", "", {}, { TopicAlias: 1 }), publish("", "", {}, { TopicAlias: 2 }));
    expect(topics(wire)).toEqual(["a", "a", "b", "c", "c", "b"]);
  });

  it("end the link with 0x94 above the maximum that we have named [MQTT-3.3.2-10]", () => {
    const wire = allowing(2).send(publish("a", "", {}, { TopicAlias: 3 }));
    expect(wire.received()).toMatchObject([{ reason_code: 0x94 }]);
    expect(wire.closed()).toMatchObject({ rc: 2, error: { reason_code: 0x94 } });
    expect(topics(wire)).toEqual([]);
  });

  it("end the link with 0x94 when we have named no maximum", () => {
    const wire = new Wire({ version: 5 }).connected().send(publish("a", "", {}, { TopicAlias: 1 }));
    expect(wire.closed()).toMatchObject({ error: { reason_code: 0x94 } });
  });

  it("end the link with 0x94 when they are 0 [MQTT-3.3.2-8]", () => {
    const wire = allowing(2).send_bytes("30 07 0001 61 03 23 0000");
    expect(wire.received()).toMatchObject([{ reason_code: 0x94 }]);
    expect(wire.closed()).toMatchObject({ error: { reason_code: 0x94 } });
  });

  it("of 0 are refused here too, whoever has read them", () => {
    expect(new InboundAliases(2).resolve("a", 0)).toMatchObject({ reason_code: 0x94 });
  });

  it("end the link with 0x82 when they stand for nothing yet", () => {
    const wire = allowing(2).send(publish("", "", {}, { TopicAlias: 1 }));
    expect(wire.received()).toMatchObject([{ reason_code: 0x82 }]);
    expect(wire.closed().error).toBeInstanceOf(ProtocolError);
  });

  it("are forgotten with the link [MQTT-3.3.2-7]", () => {
    const wire = allowing(2).send(publish("a", "", {}, { TopicAlias: 1 }));
    wire.reconnected(false).send(publish("", "", {}, { TopicAlias: 1 }));
    expect(wire.closed()).toMatchObject({ error: { reason_code: 0x82 } });
  });
});

describe("aliases of the user", () => {
  const allowed = (TopicAliasMaximum = 2) => new Wire({ version: 5 }).connected(false, { TopicAliasMaximum });

  it("are announced once with the topic, and then stand for it", () => {
    const wire = allowed();
    wire.publish_with({ TopicAlias: 1 }, "1", 0);
    wire.publish_with({ TopicAlias: 1 }, "2", 0);
    wire.publish_with({ TopicAlias: 1 }, "3", 0, { topic: "" });
    wire.expect(
      publish("t", "1", {}, { TopicAlias: 1 }),
      publish("", "2", {}, { TopicAlias: 1 }),
      publish("", "3", {}, { TopicAlias: 1 }),
    );
  });

  it("may get another topic", () => {
    const wire = allowed();
    wire.publish_with({ TopicAlias: 1 }, "1", 0, { topic: "a" });
    wire.publish_with({ TopicAlias: 1 }, "2", 0, { topic: "b" });
    wire.publish_with({ TopicAlias: 1 }, "3", 0, { topic: "" });
    wire.expect(
      publish("a", "1", {}, { TopicAlias: 1 }),
      publish("b", "2", {}, { TopicAlias: 1 }),
      publish("", "3", {}, { TopicAlias: 1 }),
    );
  });

  it("are announced again on the next link [MQTT-3.3.2-7]", () => {
    const wire = allowed();
    wire.publish_with({ TopicAlias: 1 }, "1", 1);
    wire.publish_with({ TopicAlias: 1 }, "2", 1, { topic: "" });
    wire.received();
    wire.reconnected(true, { TopicAliasMaximum: 1 });
    wire.expect(
      publish("t", "1", { qos: 1, mid: 1, dup: true }, { TopicAlias: 1 }),
      publish("", "2", { qos: 1, mid: 2, dup: true }, { TopicAlias: 1 }),
    );
  });

  it.each([0, 1])(
    "above the broker's maximum of %i are left out, and the topic is sent [MQTT-3.3.2-9]",
    (max) => {
      const wire = allowed(max);
      wire.publish_with({ TopicAlias: 2, ContentType: "x" }, "1", 0);
      wire.publish_with({ TopicAlias: 2 }, "2", 0, { topic: "" });
      wire.expect(publish("t", "1", {}, { ContentType: "x" }), publish("t", "2"));
    },
  );

  it("are not announced by a message that is refused", () => {
    const wire = new Wire({ version: 5 }).connected(false, { TopicAliasMaximum: 1, MaximumPacketSize: 40 });
    wire.publish_with({ TopicAlias: 1 }, "x".repeat(50), 0);
    wire.publish_with({ TopicAlias: 1 }, "2", 0);
    wire.expect(publish("t", "2", {}, { TopicAlias: 1 }));
    expect(wire.told("abandoned")).toHaveLength(1);
  });

  it("that stand for nothing yet are refused in the call", () => {
    const wire = allowed();
    const publish_nothing = () => wire.publish_with({ TopicAlias: 1 }, "1", 1, { topic: "" });
    expect(publish_nothing).toThrow("topic alias 1 stands for no topic yet: publish once with both");
    expect(wire.session.counts.queued).toBe(0);
  });

  it("are resolved when the message is taken, not when it leaves", () => {
    const aliases = new UserAliases();
    expect(aliases.resolve("a", 1)).toBe("a");
    expect(aliases.resolve("", 1)).toBe("a");
    expect(aliases.resolve("b", 0)).toBe("b");
    expect(aliases.resolve("", 1)).toBe("a");
  });

  it("count as known only with the very topic", () => {
    const aliases = new OutboundAliases(5);
    aliases.announced(1, "a");
    expect(aliases.knows(1, "a")).toBe(true);
    expect(aliases.knows(1, "b")).toBe(false);
    expect(aliases.knows(2, "a")).toBe(false);
    expect([aliases.allows(5), aliases.allows(6)]).toEqual([true, false]);
  });
});
