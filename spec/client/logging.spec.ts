import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { Client } from "../../lib/client/index.ts";
import { type Logger, warn_on_console, write_log } from "../../lib/client/logging.ts";
import { LogLevel } from "../../lib/model/enums.ts";

afterEach(() => {
  jest.restoreAllMocks();
});

describe("write_log()", () => {
  it.each([
    [LogLevel.MQTT_LOG_DEBUG, "debug"],
    [LogLevel.MQTT_LOG_INFO, "info"],
    [LogLevel.MQTT_LOG_NOTICE, "info"],
    [LogLevel.MQTT_LOG_WARNING, "warn"],
    [LogLevel.MQTT_LOG_ERR, "error"],
    [99 as LogLevel, "debug"],
  ] as const)("writes level %i by %s()", (level, method) => {
    const called: [string, string, unknown][] = [];
    const keep = (name: string) =>
      function (this: unknown, text: string) {
        called.push([name, text, this]);
      };
    const logger: Logger = {
      debug: keep("debug"),
      info: keep("info"),
      warn: keep("warn"),
      error: keep("error"),
    };
    write_log(logger, level, "line");
    expect(called).toEqual([[method, "line", logger]]);
  });

  it("survives a logger that throws or lacks the method", () => {
    const logger = {
      debug: () => {
        throw new Error("full");
      },
    } as unknown as Logger;
    write_log(logger, LogLevel.MQTT_LOG_DEBUG, "line");
    write_log(logger, LogLevel.MQTT_LOG_ERR, "line");
    expect(Object.keys(logger)).toEqual(["debug"]);
  });
});

describe("warn_on_console()", () => {
  it("is a warning of the process in Node", () => {
    const warned = jest.spyOn(process, "emitWarning").mockImplementation(() => {});
    warn_on_console("careful");
    expect(warned.mock.calls).toEqual([["careful", "MQTTWarning"]]);
  });

  it("is a console.warn elsewhere", () => {
    const warned = jest.spyOn(console, "warn").mockImplementation(() => {});
    const { process: node_process } = globalThis;
    try {
      Reflect.deleteProperty(globalThis, "process");
      warn_on_console("careful");
    } finally {
      globalThis.process = node_process;
    }
    expect(warned).toHaveBeenCalledWith("careful");
  });
});

describe("a logger", () => {
  it.each([{}, "console", 5, { debug() {}, info() {}, warn() {} }])(
    "is refused that lacks a method: %j",
    (logger) => {
      expect(() => new Client().enable_logger(logger as never)).toThrow(
        /a logger needs the method (debug|error)/,
      );
      expect(() => Object.assign(new Client(), { logger })).toThrow(TypeError);
    },
  );
});
