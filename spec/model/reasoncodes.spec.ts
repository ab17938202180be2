import { inspect } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { KeyError, MalformedPacket, ValueError } from "../../lib/model/errors.ts";
import { type PacketType, PacketTypes } from "../../lib/model/packettypes.ts";
import * as entry from "../../lib/model/reasoncodes.ts";
import { ReasonCode, ReasonCodes } from "../../lib/model/reasoncodes.ts";
import { caught } from "./caught.ts";
import { class_members, module_members } from "./facts/member_facts.ts";
import { standard_reason_codes } from "./facts/reasoncode_facts.ts";

const { CONNECT, CONNACK, PUBLISH, PUBACK, SUBACK, DISCONNECT } = PacketTypes;
const all_packets: PacketType[] = [...PacketTypes.indexes, PacketTypes.WILLMESSAGE];

describe("the module", () => {
  it("has paho's members", () => {
    const members: Record<string, unknown> = { ...entry };
    for (const name of module_members.reasoncodes)
      expect([name, typeof members[name]]).not.toEqual([name, "undefined"]);
    for (const name of class_members.ReasonCode) {
      expect([name, name in new ReasonCode(CONNACK)]).toEqual([name, true]);
    }
  });
});

describe.each(standard_reason_codes)("reason code %i %s", (value, name, packets, is_failure) => {
  it("is made by name and by value for its packets, and for no other", () => {
    for (const packet of all_packets) {
      if (packets.includes(packet)) {
        expect(new ReasonCode(packet, name).value).toBe(value);
        expect(new ReasonCode(packet, "", value).getName()).toBe(name);
        expect(ReasonCode.is_valid(packet, value)).toBe(true);
      } else if (!(packet === DISCONNECT && name === "Success")) {
        expect(() => new ReasonCode(packet, name)).toThrow(KeyError);
      }
    }
  });

  it(`is ${is_failure ? "a failure" : "no failure"}`, () => {
    expect(new ReasonCode(packets[0] as PacketType, name).is_failure).toBe(is_failure);
  });
});

describe("new ReasonCode()", () => {
  it("is Success by default, and Normal disconnection in a DISCONNECT", () => {
    expect(new ReasonCode(CONNACK).getName()).toBe("Success");
    expect(new ReasonCode(DISCONNECT).getName()).toBe("Normal disconnection");
    expect(new ReasonCode(DISCONNECT, "Success").value).toBe(0);
  });

  it.each([SUBACK, PUBLISH, CONNECT])("has no default for packet type %i", (packet) => {
    expect(() => new ReasonCode(packet)).toThrow(KeyError);
  });

  it("ignores the name when a value is given", () => {
    expect(new ReasonCode(CONNACK, "Banned", 135).getName()).toBe("Not authorized");
  });

  it("takes its arguments by name too", () => {
    expect(new ReasonCode({ packetType: CONNACK, identifier: 138 }).getName()).toBe("Banned");
    expect(new ReasonCode(CONNACK, { identifier: 138 }).getName()).toBe("Banned");
    expect(new ReasonCode(CONNACK, { aName: "Banned" }).value).toBe(138);
    expect(() => new ReasonCode(CONNACK, { aname: "Banned" } as never)).toThrow('did you mean "aName"');
  });

  it("refuses an unknown name with the nearest", () => {
    const error = caught(() => new ReasonCode(CONNACK, "Not authorised"));
    expect(error).toBeInstanceOf(KeyError);
    expect(error).toMatchObject({
      code: "ERR_MQTT_REASON_CODE",
      message: 'Connack has no reason code "Not authorised": did you mean "Not authorized"?',
    });
    expect(() => new ReasonCode(CONNACK, "Nonsense and more")).toThrow(
      'Connack has no reason code "Nonsense and more".',
    );
  });

  it.each([3, 256, 1.5, Number.NaN])("refuses the value %p, which does not exist", (value) => {
    const error = caught(() => new ReasonCode(CONNACK, "", value));
    expect(error).toBeInstanceOf(KeyError);
    expect(error).toMatchObject({ code: "ERR_MQTT_REASON_CODE" });
  });

  it("refuses the value of another packet, and names the packets", () => {
    const error = caught(() => new ReasonCode(CONNACK, "", 146));
    expect(error).toBeInstanceOf(ValueError);
    expect(error).toMatchObject({
      code: "ERR_MQTT_REASON_CODE",
      message: "Reason code 146 is not for Connack: only Pubrel, Pubcomp may carry it.",
    });
  });

  it("calls a will by its number, having no label for it", () => {
    expect(() => new ReasonCode(PacketTypes.WILLMESSAGE, "", 0)).toThrow("Reason code 0 is not for 99");
  });
});

describe("is_valid()", () => {
  it("has no value for packets without reason codes and none beyond a byte", () => {
    for (let value = 0; value < 256; value++) expect(ReasonCode.is_valid(PUBLISH, value)).toBe(false);
    expect(ReasonCode.is_valid(CONNACK, 256)).toBe(false);
    expect(ReasonCode.is_valid(CONNACK, -1)).toBe(false);
  });
});

describe("a ReasonCode", () => {
  const banned = new ReasonCode(CONNACK, "Banned");

  it("reads as its name and counts as its value", () => {
    expect(`${banned}`).toBe("Banned");
    expect(banned.json()).toBe("Banned");
    expect(Number(banned)).toBe(138);
    expect((banned as unknown as number) > 137).toBe(true);
    // biome-ignore lint/suspicious/noDoubleEquals: whether == works is what is asked here.
    expect((banned as unknown as number) == 138).toBe(true);
  });

  it("prints in Node as in Python", () => {
    expect(inspect(new ReasonCode(CONNACK))).toBe("ReasonCode(Connack, 'Success')");
  });

  it.each<[number | string | ReasonCode, boolean]>([
    [138, true],
    [137, false],
    ["Banned", true],
    ["banned", false],
    [new ReasonCode(CONNACK, "Banned"), true],
    [new ReasonCode(CONNACK, "Server busy"), false],
  ])("equals(%s) is %s", (other, is_equal) => {
    expect(banned.equals(other)).toBe(is_equal);
  });

  it("equals one of another packet with the same value", () => {
    expect(new ReasonCode(CONNACK).equals(new ReasonCode(SUBACK, "Granted QoS 0"))).toBe(true);
  });

  it.each<[number | ReasonCode, number]>([
    [100, 1],
    [138, 0],
    [200, -1],
    [new ReasonCode(CONNACK), 1],
    [new ReasonCode(PUBACK, "Payload format invalid"), -1],
  ])("compare(%s) has the sign %i", (other, sign) => {
    expect(Math.sign(banned.compare(other))).toBe(sign);
  });

  it("is not compared with a name", () => {
    expect(() => banned.compare("Banned" as never)).toThrow(TypeError);
  });

  it("takes another value by name", () => {
    const code = new ReasonCode(CONNACK);
    code.set("Banned");
    expect(code.value).toBe(138);
    expect(() => code.set("Granted QoS 1")).toThrow(KeyError);
    expect(code.value).toBe(138);
  });

  it("packs and unpacks one byte", () => {
    expect([...banned.pack()]).toEqual([138]);
    const code = new ReasonCode(CONNACK);
    expect(code.unpack(new Uint8Array([137, 1]))).toBe(1);
    expect(code.getName()).toBe("Server busy");
  });

  it.each([
    ["no byte", [], MalformedPacket],
    ["a value that does not exist", [3], KeyError],
    ["a value of another packet", [146], ValueError],
  ] as const)("does not unpack %s, and stays as it was", (_name, bytes, kind) => {
    const code = new ReasonCode(CONNACK, "Banned");
    expect(() => code.unpack(new Uint8Array(bytes))).toThrow(kind);
    expect(code.value).toBe(138);
  });

  it("shares one table of names with all others", () => {
    expect(banned.names).toBe(new ReasonCode(PUBACK).names);
    expect(banned.names.Banned).toEqual({ 138: [CONNACK] });
  });
});

describe("ReasonCodes, the former name", () => {
  it("is a ReasonCode, and instanceof accepts either", () => {
    const old = new ReasonCodes(CONNACK, "Banned");
    expect(old).toBeInstanceOf(ReasonCode);
    expect(old).toBeInstanceOf(ReasonCodes);
    expect(new ReasonCode(CONNACK)).toBeInstanceOf(ReasonCodes);
    expect({} instanceof ReasonCodes).toBe(false);
    expect(old.value).toBe(138);
  });
});
