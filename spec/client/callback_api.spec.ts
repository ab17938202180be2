import { describe, expect, it } from "@jest/globals";
import {
  connect_arguments,
  disconnect_arguments,
  publish_arguments,
  subscribe_arguments,
  unsubscribe_arguments,
} from "../../lib/client/callback_api.ts";
import { PacketTypes } from "../../lib/model/packettypes.ts";
import { Properties } from "../../lib/model/properties.ts";
import { close_cause } from "../../lib/protocol/outputs.ts";

// What each callback gets in each of its shapes is spelt out in spec/wire/callbacks.spec.ts. Here: what a broker's
// packet may or may not carry.

const v1 = { api: 1, version: 4 } as const;
const v1_of_5 = { api: 1, version: 5 } as const;
const v2 = { api: 2, version: 4 } as const;
const v2_of_5 = { api: 2, version: 5 } as const;

describe("the arguments of on_connect", () => {
  const packet = {
    type: PacketTypes.CONNACK,
    session_present: true,
    reason_code: 0,
    properties: null,
  } as const;

  it("say whether the session is there, as the core sees it", () => {
    expect(connect_arguments(v1, packet, true)).toEqual([{ "session present": 1 }, 0]);
    expect(connect_arguments(v1, packet, false)).toEqual([{ "session present": 0 }, 0]);
    expect(connect_arguments(v2, packet, true)[0]).toMatchObject({ session_present: true });
  });

  it("hand over the broker's properties as they came", () => {
    const properties = new Properties(PacketTypes.CONNACK, { ReceiveMaximum: 5 });
    expect(connect_arguments(v2_of_5, { ...packet, properties }, false)[2]).toBe(properties);
    expect(connect_arguments(v1_of_5, { ...packet, properties }, false)[2]).toBe(properties);
    expect(connect_arguments(v2, packet, false)[2]).toMatchObject({ packetType: PacketTypes.CONNACK });
  });

  it("survive return codes of 3.x that nobody knows", () => {
    expect(connect_arguments(v1, { ...packet, reason_code: 200 }, false)[1]).toBe(200);
    expect(connect_arguments(v2, { ...packet, reason_code: 200 }, false)[1]).toMatchObject({ value: 128 });
  });
});

describe("the arguments of on_disconnect", () => {
  it.each([
    [0, 0],
    [16, 141],
    [7, 128],
    [5, 128],
    [2, 128],
  ] as const)("for the code %i: VERSION2 has the reason %i", (rc, reason) => {
    expect(disconnect_arguments(v1, close_cause(rc))).toEqual([rc]);
    expect(disconnect_arguments(v1_of_5, close_cause(rc))).toEqual([rc, null]);
    expect(disconnect_arguments(v2, close_cause(rc))[1]).toMatchObject({ value: reason });
  });

  it("say what broke, where something did", () => {
    const error = new Error("cut");
    expect(disconnect_arguments(v2, close_cause(7, { error }))[0]).toMatchObject({
      is_disconnect_packet_from_server: false,
      error,
    });
  });

  it("are the broker's own where it has sent DISCONNECT", () => {
    const properties = new Properties(PacketTypes.DISCONNECT, { ReasonString: "bye" });
    const packet = { type: PacketTypes.DISCONNECT, reason_code: 0x89, properties } as const;
    const [flags, reason_code, given] = disconnect_arguments(v2_of_5, close_cause(7, { packet }));
    expect(flags).toMatchObject({ is_disconnect_packet_from_server: true });
    expect([String(reason_code), given]).toEqual(["Server busy", properties]);
  });
});

describe("the arguments of on_subscribe and on_unsubscribe", () => {
  const suback = {
    type: PacketTypes.SUBACK,
    mid: 7,
    reason_codes: [0, 1, 2, 128],
    properties: null,
  } as const;
  const unsuback = { type: PacketTypes.UNSUBACK, mid: 7, reason_codes: [0], properties: null } as const;

  it("are numbers for VERSION1 on 3.x and ReasonCodes else", () => {
    expect(subscribe_arguments(v1, { ...suback, reason_codes: [...suback.reason_codes] })).toEqual([
      7,
      [0, 1, 2, 128],
    ]);
    const [, codes] = subscribe_arguments(v2, { ...suback, reason_codes: [...suback.reason_codes] });
    expect(String(codes)).toBe("Granted QoS 0,Granted QoS 1,Granted QoS 2,Unspecified error");
  });

  it("have VERSION1's one code or list of codes, behind the properties", () => {
    const one = unsubscribe_arguments(v1_of_5, { ...unsuback, reason_codes: [0] });
    const two = unsubscribe_arguments(v1_of_5, { ...unsuback, reason_codes: [0, 0x87] });
    expect([one[2], two[2]]).toMatchObject([{ value: 0 }, [{ value: 0 }, { value: 0x87 }]]);
    expect(unsubscribe_arguments(v1, { ...unsuback, reason_codes: [] })).toEqual([7]);
  });
});

describe("the arguments of on_publish", () => {
  const before = ["client", "userdata", 7] as const;

  it("are success where there is no packet to say more", () => {
    expect(publish_arguments(1, ...before, null)).toEqual([...before]);
    expect(publish_arguments(2, ...before, null)).toMatchObject([
      ...before,
      { packetType: PacketTypes.PUBACK, value: 0 },
      { packetType: PacketTypes.PUBACK },
    ]);
  });

  it.each([PacketTypes.PUBACK, PacketTypes.PUBREC, PacketTypes.PUBCOMP])(
    "are those of the packet (type %i)",
    (type) => {
      const packet = {
        type,
        mid: 7,
        reason_code: type === PacketTypes.PUBCOMP ? 0x92 : 0x97,
        properties: null,
      };
      expect(publish_arguments(2, ...before, packet as never)).toMatchObject([
        ...before,
        { packetType: type, value: packet.reason_code },
        { packetType: type },
      ]);
    },
  );
});
