// Checked by tsc: each `@ts-expect-error` fails the type check when the line below it compiles.

import { describe, expect, it } from "@jest/globals";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { Properties, type PropertyName } from "../../lib/model/properties.ts";
import type { PropertyValues } from "../../lib/model/property_attributes.ts";
import type { property_table } from "../../lib/model/property_table.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function takes_publish(properties: Properties<typeof PacketTypes.PUBLISH>): number {
  return properties.packetType;
}

function takes_any(properties: Properties): string {
  return String(properties);
}

describe("the type Properties<P>", () => {
  it("has exactly the attributes of the table", () => {
    const all: Same<keyof PropertyValues, (typeof property_table)[number]["name"]> = true;
    const of_unsubscribe: Same<PropertyName<10>, "UserProperty"> = true;
    const of_ping: Same<PropertyName<12>, never> = true;
    expect([all, of_unsubscribe, of_ping]).toEqual([true, true, true]);
  });

  it("refuses a property of another packet", () => {
    const properties = new Properties(PacketTypes.PUBLISH);
    expect(() => {
      // @ts-expect-error a PUBLISH carries no SessionExpiryInterval
      properties.SessionExpiryInterval = 1;
    }).toThrow("SessionExpiryInterval");
  });

  it("refuses a misspelt name", () => {
    const properties = new Properties(PacketTypes.PUBLISH);
    expect(() => {
      // @ts-expect-error the name is TopicAlias
      properties.TopicAlais = 1;
    }).toThrow('did you mean "TopicAlias"');
  });

  it("refuses a value of another type", () => {
    const properties = new Properties(PacketTypes.PUBLISH);
    expect(() => {
      // @ts-expect-error a number
      properties.TopicAlias = "1";
    }).toThrow(TypeError);
    expect(() => {
      // @ts-expect-error pairs of strings
      properties.UserProperty = ["a", 1];
    }).toThrow(TypeError);
  });

  it("refuses another packet's property in the constructor", () => {
    // @ts-expect-error a SUBSCRIBE carries no TopicAlias
    expect(() => new Properties(PacketTypes.SUBSCRIBE, { TopicAlias: 1 })).toThrow("TopicAlias");
    // @ts-expect-error there is no packet type 16
    expect(() => new Properties(16)).toThrow("PacketTypes.CONNECT");
  });

  it("lets the packet type be read only", () => {
    const properties = new Properties(PacketTypes.PUBLISH);
    const packet_type: 3 = properties.packetType;
    expect(packet_type).toBe(3);
    expect(() => {
      // @ts-expect-error readonly
      properties.packetType = 3;
    }).toThrow("packetType cannot be changed");
  });

  it("reads lists and takes single items for the two properties that accumulate", () => {
    const properties = new Properties(PacketTypes.PUBLISH);
    properties.UserProperty = ["a", "b"];
    properties.UserProperty = [["c", "d"]];
    properties.SubscriptionIdentifier = 1;
    properties.SubscriptionIdentifier = [2, 3];
    const pairs: [string, string][] | undefined = properties.UserProperty;
    const ids: number[] | undefined = properties.SubscriptionIdentifier;
    expect([pairs?.length, ids?.length]).toEqual([2, 3]);
  });

  it("allows undefined and delete", () => {
    const properties = new Properties(PacketTypes.PUBLISH, { TopicAlias: undefined, ContentType: "a" });
    properties.ContentType = undefined;
    delete properties.TopicAlias;
    expect(properties.isEmpty()).toBe(true);
  });

  it("tells the packets apart, and each is a Properties of any packet", () => {
    const publish = new Properties(PacketTypes.PUBLISH);
    const connect = new Properties(PacketTypes.CONNECT);
    const named: Properties<3> = publish;
    expect(takes_publish(named)).toBe(3);
    // @ts-expect-error these are for a CONNECT
    expect(takes_publish(connect)).toBe(1);
    // @ts-expect-error these may be for any packet
    const narrowed: Properties<3> = publish as Properties;
    expect(takes_any(narrowed)).toBe("[]");
    expect(takes_any(connect)).toBe("[]");
  });

  it("narrows an unknown value by instanceof, with the properties of all packets", () => {
    const value: unknown = new Properties(PacketTypes.WILLMESSAGE, { WillDelayInterval: 5 });
    expect(value instanceof Properties && value.WillDelayInterval).toBe(5);
    expect(value instanceof Properties && value.TopicAlias).toBe(undefined);
    expect(value instanceof Properties && value.SubscriptionIdentifier).toBe(undefined);
    expect(value instanceof Properties && value.UserProperty).toBe(undefined);
  });
});
