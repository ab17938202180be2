import { describe, expect, it } from "@jest/globals";
import { MQTTException } from "../../lib/model/errors.ts";
import { interrupt_of, KeyboardInterrupt, SystemExit } from "../../lib/model/interrupts.ts";

describe("what ends a script from outside", () => {
  it.each([
    ["SIGINT", KeyboardInterrupt, "KeyboardInterrupt", undefined],
    ["SIGTERM", SystemExit, "SystemExit", 143],
  ] as const)("is by %s an error of its own, and no failure of MQTT", (signal, kind, name, code) => {
    const interrupt = interrupt_of(signal);
    expect(interrupt).toBeInstanceOf(kind);
    expect(interrupt).not.toBeInstanceOf(MQTTException);
    expect(interrupt).toMatchObject({ name, ...(code === undefined ? {} : { code }) });
    expect(String(interrupt)).toBe(name);
  });

  it("is thrown by scripts, too, with what they have to say", () => {
    expect(new SystemExit(3, "enough")).toMatchObject({ code: 3, message: "enough" });
    expect(new KeyboardInterrupt("stop").message).toBe("stop");
  });
});
