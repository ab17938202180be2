import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type ApiVersion, Client, type Logger } from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { free_port } from "../support/mosquitto.ts";
import { nothing_more, type Stage, type StageOptions, stage } from "./stage.ts";

/** What was sent to stderr. */
let printed: string[] = [];
const { emitWarning } = process;

beforeEach(() => {
  printed = [];
  process.emitWarning = (text) => void printed.push(String(text));
});

afterEach(() => {
  process.emitWarning = emitWarning;
});

const noting = (): Logger & { warnings: string[] } => {
  const warnings: string[] = [];
  return { debug() {}, info() {}, error() {}, warn: (text) => void warnings.push(text), warnings };
};

/** Connected, its CONNACK not told: nothing drives it. */
async function idle<V extends ApiVersion = 2>(options: StageOptions<V> = {}): Promise<Stage<V>> {
  const on = await stage({ warnings: true, ...options });
  on.connect();
  await nothing_more(await on.welcomed());
  return on;
}

describe("a client without a loop", () => {
  it("says once, after two seconds, that no callback will come: if anybody waits for one", async () => {
    await using waiting = await idle();
    waiting.client.on_connect = () => {};
    await using listening = await idle();
    listening.client.on("message", () => {});
    await using sending = await idle();
    sending.client.removeAllListeners();
    sending.client.publish("t", "p");
    await using looping = await idle();
    looping.client.on_connect = () => {};
    await looping.client.loop(0);
    await using by_hand = await idle();
    by_hand.client.on_connect = () => {};
    by_hand.client.loop_read();
    await using gone = await idle();
    gone.client.on_connect = () => {};
    gone.client.disconnect();
    await using silent = await idle({ warnings: false });
    silent.client.on_connect = () => {};
    await using logging = await idle();
    logging.client.on_connect = () => {};
    const logger = noting();
    logging.client.enable_logger(logger);
    await using topical = await idle();
    topical.client.removeAllListeners();
    topical.client.message_callback_add("a", () => {});
    await using again = await idle();
    again.client.on_connect = () => {};
    again.client.loop_start();
    await eventually(() => again.client.is_connected());
    again.client.disconnect();
    await eventually(() => expect(again.diary).toContain("disconnect 0"));
    again.connect();
    await again.welcomed();

    expect(printed).toEqual([]);
    await eventually(() => expect(printed).toHaveLength(4), { within: 5000 });
    expect(new Set(printed)).toEqual(
      new Set([
        "no loop runs, so no callback is ever called: call loop_start() or loop_forever() after connect()",
      ]),
    );
    await eventually(() => expect(logger.warnings).toEqual(printed.slice(0, 1)));
  }, 10_000);
});

describe("a client that the broker does not accept", () => {
  const refused = "the broker refused the connection: Not authorized";

  it("says so once, where no on_connect hears of it", async () => {
    await using on = await stage({ warnings: true });
    on.client.removeAllListeners();
    on.client.loop_start();
    on.connect();
    for (let attempt = 1; attempt <= 3; attempt += 1) await on.welcomed({ code: 5 });
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(printed).toEqual([refused]);
  });

  it("says so without a loop, too, for then no callback is called", async () => {
    await using on = await stage({ warnings: true });
    on.client.on_connect = () => {};
    on.connect();
    await on.welcomed({ code: 5 });
    await eventually(() => expect(printed).toEqual([refused]));
  });

  it("leaves it to on_connect to say", async () => {
    await using on = await stage({ warnings: true });
    on.client.on_connect = () => {};
    on.client.loop_start();
    on.connect();
    await on.welcomed({ code: 5 });
    await on.greeted();
    expect(printed).toEqual([]);
  });

  it("tells who waits for a message what the broker said", async () => {
    await using on = await stage();
    on.connect();
    const info = on.client.publish("t", "p", 1);
    const waiting = expect(info.wait_for_publish()).rejects.toThrow(refused);
    await on.welcomed({ code: 5 });
    await waiting;
  });

  it("says that a port may be one for TLS where the other side only hangs up", async () => {
    await using on = await stage({ warnings: true });
    on.client.loop_start();
    on.connect();
    (await on.greeted()).reset();
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(printed).toEqual([expect.stringContaining("does it want TLS")]);
  });
});

describe("a client that cannot reach the broker", () => {
  it("says once that it goes on trying, unless on_connect_fail hears of it", async () => {
    const port = await free_port();
    await using silent = await stage({ warnings: true });
    let failures = 0;
    silent.client.on_connect_fail = () => {
      failures += 1;
    };
    silent.client.connect_async("127.0.0.1", port);
    silent.client.loop_start();
    await eventually(() => expect(failures).toBeGreaterThan(2));
    silent.client.disconnect();
    expect(printed).toEqual([]);

    await using on = await stage({ warnings: true });
    on.client.removeAllListeners();
    const lines: string[] = [];
    on.client.on_log = (_client, _userdata, _level, text) => void lines.push(text);
    on.client.connect_async("127.0.0.1", port);
    on.client.loop_start();
    await eventually(() =>
      expect(lines.filter((line) => line.includes("again in")).length).toBeGreaterThan(2),
    );
    on.client.disconnect();
    expect(printed).toEqual([expect.stringMatching(/nothing listens on .*; trying again$/)]);
  });
});

describe("a client that is dropped", () => {
  it("says, without a loop, that nobody opens the connection again", async () => {
    await using on = await idle();
    on.client.removeAllListeners();
    await on.broker.close();
    await eventually(() =>
      expect(printed).toEqual([expect.stringContaining("no loop runs that would open it")]),
    );
  });

  it("again and again, soon after each CONNACK, asks whether another client has its id", async () => {
    await using on = await stage({ warnings: true, client_id: "twin" });
    on.client.loop_start();
    on.connect();
    for (let time = 1; time <= 3; time += 1) (await on.welcomed()).close();
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(printed).toEqual([expect.stringContaining('does another client use the client id "twin"?')]);
  });
});

describe("a callback that is no function", () => {
  it("is told of", async () => {
    await using on = await stage({ warnings: true });
    on.client.on_message = "oops" as never;
    on.client.loop_start();
    on.connect();
    await on.welcomed();
    await eventually(() => on.client.is_connected());
    expect(printed).toEqual(["on_message is never called: it must be a function, not a string"]);
  });
});

describe("a callback of the other API version", () => {
  async function told(options: StageOptions<ApiVersion>, on_disconnect: (...args: never[]) => void) {
    await using on = await stage({ warnings: true, ...options });
    on.client.on_disconnect = on_disconnect as never;
    on.client.loop_start();
    for (const _round of [1, 2]) {
      on.connect();
      await on.welcomed();
      await eventually(() => on.client.is_connected());
    }
    return printed;
  }

  it("is told of once: on_disconnect with three parameters under VERSION2", async () => {
    expect(await told({ api: 2 }, (_client, _userdata, _rc) => {})).toEqual([
      expect.stringContaining("shape of VERSION1"),
    ]);
  });

  it("is told of once: on_disconnect with five under VERSION1", async () => {
    expect(await told({ api: 1 }, (_client, _userdata, _flags, _code, _properties) => {})).toEqual([
      expect.stringContaining("CallbackAPIVersion.VERSION2"),
    ]);
  });

  it.each<[name: string, api: ApiVersion, protocol: 4 | 5, on_disconnect: (...args: never[]) => void]>([
    ["five under VERSION2", 2, 4, (_client, _userdata, _flags, _code, _properties) => {}],
    ["fewer under VERSION2: a shorter function is no mistake", 2, 4, (_client, _userdata) => {}],
    ["three under VERSION1", 1, 4, (_client, _userdata, _rc) => {}],
    ["four under VERSION1 on 5", 1, 5, (_client, _userdata, _rc, _properties) => {}],
    ["any number", 2, 4, (..._args) => {}],
  ])("is not suspected: %s", async (_name, api, protocol, on_disconnect) => {
    expect(await told({ api, protocol }, on_disconnect)).toEqual([]);
  });
});

describe("a warning", () => {
  it("goes to on_log and to stderr", async () => {
    await using on = await stage({ warnings: true, protocol: 5, client_id: "twin" });
    const logged: string[] = [];
    on.client.on_log = (_client, _userdata, level, text) => void (level === 4 && logged.push(text));
    on.client.loop_start();
    on.connect();
    (await on.welcomed()).send(on.packets.disconnect(0x8e));
    await eventually(() => expect(logged).toHaveLength(1));
    expect(printed).toEqual(logged);
  });

  it("is not given for using VERSION1, nor for anything a working script does", async () => {
    await using on = await stage({ api: 1, warnings: true });
    on.client.on_connect = (client) => void client.subscribe("s");
    on.client.loop_start();
    on.connect();
    const link = await on.welcomed();
    await link.expect(on.packets.subscribe(1, [["s", 0]]));
    link.send(on.packets.suback(1, [0]));
    link.send(on.packets.publish({ topic: "s" }));
    await nothing_more(link);
    on.client.disconnect();
    await eventually(() => expect(on.diary).toContain("disconnect 0"));
    new Client();
    expect(printed).toEqual([]);
  });
});
