import { describe, expect, it } from "@jest/globals";
import { MalformedPacket, MQTTException, ValueError } from "../../lib/model/errors.ts";
import * as entry from "../../lib/model/subscribeoptions.ts";
import { SubscribeOptions } from "../../lib/model/subscribeoptions.ts";
import { caught } from "./caught.ts";
import { class_members, module_members } from "./facts/member_facts.ts";

function assign(options: object, name: string, value: unknown): void {
  (options as Record<string, unknown>)[name] = value;
}

describe("the module", () => {
  it("has paho's members", () => {
    const members: Record<string, unknown> = { ...entry };
    for (const name of module_members.subscribeoptions)
      expect([name, typeof members[name]]).not.toEqual([name, "undefined"]);
    const options = new SubscribeOptions();
    for (const name of class_members.SubscribeOptions) {
      expect([name, name in options || name in SubscribeOptions]).toEqual([name, true]);
    }
  });

  it("has paho's constants", () => {
    const { RETAIN_SEND_ON_SUBSCRIBE, RETAIN_SEND_IF_NEW_SUB, RETAIN_DO_NOT_SEND } = SubscribeOptions;
    expect([RETAIN_SEND_ON_SUBSCRIBE, RETAIN_SEND_IF_NEW_SUB, RETAIN_DO_NOT_SEND]).toEqual([0, 1, 2]);
  });
});

describe("new SubscribeOptions()", () => {
  const defaults = { QoS: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 };

  it("has paho's defaults", () => {
    expect(new SubscribeOptions().json()).toEqual(defaults);
    expect(new SubscribeOptions(undefined, undefined).json()).toEqual(defaults);
  });

  it("takes its arguments in paho's order", () => {
    expect(new SubscribeOptions(1, true, true, 2).json()).toEqual({
      QoS: 1,
      noLocal: true,
      retainAsPublished: true,
      retainHandling: 2,
    });
  });

  it("takes its arguments by paho's names", () => {
    expect(new SubscribeOptions({ qos: 2, retainHandling: 1 }).json()).toEqual({
      ...defaults,
      QoS: 2,
      retainHandling: 1,
    });
    expect(new SubscribeOptions(1, { noLocal: true }).json()).toEqual({ ...defaults, QoS: 1, noLocal: true });
    expect(() => new SubscribeOptions({ QoS: 1 } as never)).toThrow('did you mean "qos"');
  });

  it("makes an instance of SubscribeOptions with four keys", () => {
    const options = new SubscribeOptions();
    expect(options).toBeInstanceOf(SubscribeOptions);
    expect(Object.keys(options)).toEqual(options.names);
  });

  it.each([
    [3, 0],
    [-1, 0],
    [0, 3],
    [0.5, 0],
  ])("refuses qos %p with retainHandling %p", (qos, retainHandling) => {
    expect(() => new SubscribeOptions({ qos, retainHandling })).toThrow(ValueError);
  });

  it("refuses a qos that is no number", () => {
    expect(() => new SubscribeOptions("1" as never)).toThrow(TypeError);
  });
});

describe("an attribute", () => {
  it("can be assigned, within its range", () => {
    const options = new SubscribeOptions();
    options.QoS = 2;
    options.retainHandling = 1;
    options.noLocal = true;
    options.retainAsPublished = true;
    expect([...options.pack()]).toEqual([0b00011110]);
    expect(() => {
      options.QoS = 3;
    }).toThrow(ValueError);
    expect(() => {
      options.retainHandling = -1;
    }).toThrow(ValueError);
    expect(options.QoS).toBe(2);
  });

  it("takes booleans by truth, as in Python", () => {
    const options = new SubscribeOptions();
    assign(options, "noLocal", 1);
    expect(options.noLocal).toBe(true);
  });

  it("of another name is refused with the nearest", () => {
    const error = caught(() => assign(new SubscribeOptions(), "retainhandling", 1));
    expect(error).toBeInstanceOf(MQTTException);
    expect(error.message).toBe(
      'SubscribeOptions has no attribute "retainhandling": did you mean "retainHandling"?',
    );
  });
});

describe("the options byte (3.8.3.1)", () => {
  it("is packed and unpacked for every combination", () => {
    for (let byte = 0; byte < 256; byte++) {
      const options = new SubscribeOptions();
      const is_legal = (byte & 3) < 3 && ((byte >> 4) & 3) < 3 && byte < 0x40;
      if (is_legal) {
        expect(options.unpack(Uint8Array.of(byte, 7))).toBe(1);
        expect([...options.pack()]).toEqual([byte]);
      } else {
        expect(() => options.unpack(Uint8Array.of(byte))).toThrow(MalformedPacket);
        expect([...options.pack()]).toEqual([0]);
      }
    }
  });

  it("is malformed when it is missing", () => {
    expect(() => new SubscribeOptions().unpack(new Uint8Array())).toThrow(MalformedPacket);
  });
});

it("the string form of SubscribeOptions lists the four", () => {
  expect(`${new SubscribeOptions(1, true)}`).toBe(
    "{QoS=1, noLocal=true, retainAsPublished=false, retainHandling=0}",
  );
});
