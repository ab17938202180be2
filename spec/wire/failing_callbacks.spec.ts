import { afterEach, describe, expect, it, jest } from "@jest/globals";
import type { Logger } from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { connected, next_call, record, strangers } from "./talk.ts";

const boom = new Error("boom");

afterEach(() => {
  jest.restoreAllMocks();
});

/** What is written to the console, instead of writing it. */
function silent_console(): unknown[][] {
  const written: unknown[][] = [];
  jest.spyOn(console, "error").mockImplementation((...args) => void written.push(args));
  return written;
}

describe("a callback that throws", () => {
  it("may throw what has no text", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const logged: string[] = [];
    const thrown: unknown = Object.create(null);
    const heard = new Promise((resolve) => client.on("callback_error", resolve));
    client.on_log = (_client, _userdata, _level, text) => void logged.push(text);
    client.on_message = () => {
      throw thrown;
    };
    link.send(packets.publish({ topic: "t" }));
    expect(await heard).toBe(thrown);
    expect(logged).toContainEqual("on_message failed: a plain object");
  });

  it("is told to callback_error, and its message is acknowledged", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const failures: unknown[] = [];
    client.on("callback_error", (error, name) => void failures.push([error, name]));
    client.on_message = () => {
      throw boom;
    };
    link.send(packets.publish({ topic: "t", qos: 1, mid: 1 }));
    link.send(packets.publish({ topic: "t", qos: 2, mid: 2 }));
    await link.expect("4002 0001  5002 0002");
    expect(failures).toEqual([
      [boom, "on_message"],
      [boom, "on_message"],
    ]);
    expect(client.is_connected()).toBe(true);
  });

  it("is told the same way when it rejects", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const failed = new Promise<unknown[]>((resolve) => {
      client.on("callback_error", (error, name) => resolve([error, name]));
    });
    client.on_message = async () => {
      await new Promise(setImmediate);
      throw boom;
    };
    link.send(packets.publish({ topic: "t", qos: 1, mid: 1 }));
    expect(await failed).toEqual([boom, "on_message"]);
    await link.expect("4002 0001");
  });

  it("is written in the log at the level of errors, with its name", async () => {
    await using talk = await connected();
    const lines: unknown[][] = [];
    talk.client.on_log = (_client, _userdata, level, text) => void lines.push([level, text]);
    talk.client.on_message = () => {
      throw boom;
    };
    talk.link.send(talk.packets.publish({ topic: "t" }));
    await talk.nothing_more();
    expect(lines).toContainEqual([8, expect.stringMatching(/^on_message failed: Error: boom\n +at /)]);
  });

  it("does not keep the others from being called: listeners, and further filters", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const called: string[] = [];
    client.on("callback_error", () => {});
    client.on_message = () => {
      throw boom;
    };
    client.on("message", () => void called.push("listener"));
    link.send(packets.publish({ topic: "other" }));
    client.message_callback_add("t", () => {
      throw boom;
    });
    client.message_callback_add("+", () => void called.push("+"));
    await talk.nothing_more();
    link.send(packets.publish({ topic: "t" }));
    await talk.nothing_more();
    expect(called).toEqual(["+", "+"]);
  });

  it("is named in the error by its filter's function, or as what it is", async () => {
    await using talk = await connected();
    const names: string[] = [];
    talk.client.on("callback_error", (_error, name) => void names.push(name));
    talk.client.message_callback_add("a", function on_a() {
      throw boom;
    });
    talk.client.message_callback_add(
      "b",
      (() => () => {
        throw boom;
      })(),
    );
    for (const topic of ["a", "b"]) talk.link.send(talk.packets.publish({ topic }));
    await talk.nothing_more();
    expect(names).toEqual(["on_a", "message callback"]);
  });

  it("on_publish: the message is settled all the same", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    client.on("callback_error", () => {});
    client.on_publish = () => {
      throw boom;
    };
    const info = client.publish("t", "p", 1);
    link.send(packets.puback(1));
    expect(await info.wait_for_publish()).toBe(true);
    expect(client.stats().in_flight).toBe(0);
  });

  it("goes to console.error when nobody else would hear of it", async () => {
    const written = silent_console();
    await using talk = await connected({ warnings: true });
    talk.client.on_message = () => {
      throw boom;
    };
    talk.link.send(talk.packets.publish({ topic: "t" }));
    await talk.nothing_more();
    expect(written).toEqual([["on_message failed:", boom]]);
  });

  it("goes to console.error also when on_log hears of it, which may look at some levels only", async () => {
    const written = silent_console();
    await using talk = await connected({ warnings: true });
    talk.client.on_log = () => {};
    talk.client.on_message = () => {
      throw boom;
    };
    talk.link.send(talk.packets.publish({ topic: "t" }));
    await talk.nothing_more();
    expect(written).toEqual([["on_message failed:", boom]]);
  });

  it.each(["callback_error", "a logger"])("does not go to console.error when %s hears of it", async (who) => {
    const written = silent_console();
    await using talk = await connected({ warnings: true });
    const { client } = talk;
    if (who === "callback_error") client.on("callback_error", () => {});
    if (who === "a logger") client.enable_logger(no_logger);
    client.on_message = () => {
      throw boom;
    };
    talk.link.send(talk.packets.publish({ topic: "t" }));
    await talk.nothing_more();
    expect(written).toEqual([]);
  });

  it("is only logged with suppress_exceptions", async () => {
    const written = silent_console();
    await using talk = await connected({ warnings: true });
    const { client } = talk;
    const failures = record(client, "callback_error");
    const errors = next_error_line(client);
    client.suppress_exceptions = true;
    client.on_message = () => {
      throw boom;
    };
    talk.link.send(talk.packets.publish({ topic: "t", qos: 1, mid: 1 }));
    await talk.link.expect("4002 0001");
    expect(await errors).toContain("on_message failed");
    expect([failures, written]).toEqual([[], []]);
  });
});

const no_logger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function next_error_line(client: Parameters<typeof record>[0]): Promise<string> {
  return new Promise((resolve) => {
    client.on("log", (_client, _userdata, level, text) => {
      if (level === 8) resolve(text);
    });
  });
}

describe("what else may fail", () => {
  it.each(["throws", "rejects"])("is a callback_error listener that %s: it is silent", async (how) => {
    await using talk = await connected();
    let calls = 0;
    talk.client.on("callback_error", () => {
      calls += 1;
      if (how === "throws") throw boom;
      return Promise.reject(boom);
    });
    talk.client.on_message = () => {
      throw boom;
    };
    talk.link.send(talk.packets.publish({ topic: "t", qos: 1, mid: 1 }));
    await talk.link.expect("4002 0001");
    expect(calls).toBe(1);
  });

  it.each(["throws", "rejects"])("is an on_log that %s: it is silent", async (how) => {
    const written = silent_console();
    await using talk = await connected({ warnings: true });
    let calls = 0;
    talk.client.on_log = () => {
      calls += 1;
      if (how === "throws") throw boom;
      return Promise.reject(boom);
    };
    talk.client.publish("t", "p", 1);
    await talk.link.expect_packet("PUBLISH");
    await talk.nothing_more();
    expect(calls).toBeGreaterThan(0);
    expect(written).toEqual([]);
  });

  it("is a logger that throws: the client goes on", async () => {
    await using talk = await connected();
    const fail = () => {
      throw boom;
    };
    talk.client.enable_logger({ debug: fail, info: fail, warn: fail, error: fail });
    const info = talk.client.publish("t", "p", 1);
    await talk.link.expect_packet("PUBLISH");
    talk.link.send(talk.packets.puback(1));
    expect(await info.wait_for_publish()).toBe(true);
    expect(talk.client.is_connected()).toBe(true);
  });

  it("is an on_connect: subscriptions of a lost session are restored all the same", async () => {
    await using talk = await connected({ client_id: "k", clean_session: false });
    const { client, packets } = talk;
    client.on("callback_error", () => {});
    client.subscribe("s", 1);
    await talk.link.expect(packets.subscribe(1, [["s", 1]]));
    talk.link.send(packets.suback(1, [1]));
    await talk.nothing_more();
    client.on_connect = async () => {
      throw boom;
    };
    talk.link.reset();
    await talk.next_link();
    talk.welcome({ session_present: false });
    await talk.link.expect(packets.subscribe(2, [["s", 1]]));
  });

  it("is an on_pre_connect: it fails the attempt, and connect() rejects with its error", async () => {
    await using talk = await strangers({ loop: false });
    const { client, broker } = talk;
    client.on("callback_error", () => {});
    client.on_pre_connect = () => {
      throw boom;
    };
    await expect(client.connect(broker.host, broker.port)).rejects.toBe(boom);
    expect(broker.connections).toBe(0);
    client.suppress_exceptions = true;
    await Promise.all([client.connect(broker.host, broker.port), broker.accept()]);
  });
});

describe("loop_forever({ stop_on_error: true })", () => {
  it.each(["throws", "rejects"])("rejects with what a callback %s with", async (how) => {
    await using talk = await connected({ loop: false });
    const { client, link, packets } = talk;
    client.on("callback_error", () => {});
    client.on_message = () => {
      if (how === "throws") throw boom;
      return Promise.reject(boom);
    };
    const running = client.loop_forever({ stop_on_error: true });
    const ended = expect(running).rejects.toBe(boom);
    link.send(packets.publish({ topic: "t", qos: 1, mid: 1 }));
    await ended;
    await link.expect("4002 0001");
    expect(client.is_connected()).toBe(true);
  });

  it("goes on without it", async () => {
    await using talk = await connected({ loop: false });
    const { client, link, packets } = talk;
    client.on("callback_error", () => {});
    client.on_message = () => {
      throw boom;
    };
    const running = client.loop_forever();
    for (const mid of [1, 2]) {
      link.send(packets.publish({ topic: "t", qos: 1, mid }));
      await link.expect(packets.puback(mid));
    }
    const gone = next_call(client, "disconnect");
    client.disconnect();
    await link.expect("e000");
    link.close();
    await gone;
    expect(await running).toBe(0);
    await eventually(() => client.socket() === null);
  });
});
