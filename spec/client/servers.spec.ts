import { beforeEach, describe, expect, it } from "@jest/globals";
import { type HostFunction, Servers } from "../../lib/client/servers.ts";
import { service } from "../../lib/client/service.ts";
import { TransportError, ValueError } from "../../lib/model/errors.ts";
import { asking } from "./asking.ts";

let servers: Servers;

beforeEach(() => {
  servers = new Servers();
});

const place = async (attempt = 1) => {
  const { host, port } = await servers.next(asking(attempt));
  return `${host}:${port}`;
};
const fails = (text = "down") => servers.failed(new Error(text));

describe("one server", () => {
  it("is tried again and again, each time in a round of its own", async () => {
    servers.name("a", 1884, "tcp");
    for (let round = 0; round < 3; round += 1) {
      expect(await place()).toBe("a:1884");
      fails();
      expect(servers.goes_on).toBe(false);
    }
    const last = new Error("down");
    expect(servers.failure(last)).toBe(last);
  });

  it("is not there before it is named", () => {
    expect([servers.are_named, servers.host, servers.port]).toEqual([false, "", 1883]);
    servers.port = 1884;
    expect(servers.port).toBe(1884);
    servers.name("a", null, "tcp");
    expect([servers.are_named, servers.host, servers.port]).toEqual([true, "a", 1883]);
    servers.port = 1885;
    expect([servers.host, servers.port]).toEqual(["a", 1885]);
  });
});

describe("several servers", () => {
  const three = ["a", "b:1884", "mqtts://c"];

  it("are tried in turn, and a round is over when each was", async () => {
    servers.name(three, null, "tcp");
    const tried: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      do {
        tried.push(await place());
        fails();
      } while (servers.goes_on);
      tried.push("|");
    }
    expect(tried.join(" ")).toBe("a:1883 b:1884 c:8883 | a:1883 b:1884 c:8883 |");
  });

  it("begin the next round with the one that has accepted the client", async () => {
    servers.name(three, null, "tcp");
    await place();
    fails();
    expect(servers.goes_on).toBe(true);
    expect(await place()).toBe("b:1884");
    servers.accepted();
    expect(servers.goes_on).toBe(false);
    expect([await place(), servers.host, servers.port]).toEqual(["b:1884", "b", 1884]);
    fails();
    expect(await place()).toBe("c:8883");
    fails();
    expect(await place()).toBe("a:1883");
    fails();
    expect(servers.goes_on).toBe(false);
  });

  it("say of a round in which none could be reached what each of them said", async () => {
    servers.name(["a", "b"], null, "tcp");
    await place();
    fails("a is down");
    await place();
    fails("b is down, too");
    const error = servers.failure(new Error("b is down, too"));
    expect(error).toBeInstanceOf(TransportError);
    expect(error.message).toBe("none of the servers can be reached: a is down; b is down, too");
    expect(error.cause).toHaveProperty("errors.length", 2);
  });

  it.each([
    [[], "the list of hosts is empty"],
    [["a", ""], 'not ""'],
    [["a:1", 5 as never], "not 5"],
  ])("%j is refused, and changes nothing", (list, wanted) => {
    servers.name("before", null, "tcp");
    expect(() => servers.name(list as string[], null, "tcp")).toThrow(wanted);
    expect(servers.host).toBe("before");
  });
});

describe("a function for the host", () => {
  const ask = (make: HostFunction) => servers.ask(make, null, "tcp");

  it("is called before each attempt, with its number", async () => {
    ask(async (attempt) => `host-${attempt}`);
    expect([servers.are_named, servers.host]).toEqual([true, ""]);
    expect(await place(1)).toBe("host-1:1883");
    fails();
    expect(await place(2)).toBe("host-2:1883");
    servers.accepted();
    expect(await place(3)).toBe("host-3:1883");
  });

  it("is called before each round, where it gives a list", async () => {
    let calls = 0;
    ask(() => {
      calls += 1;
      return ["a", "b"];
    });
    const tried: string[] = [];
    for (const attempt of [1, 2, 3]) {
      tried.push(await place(attempt));
      fails();
    }
    expect([calls, tried]).toEqual([2, ["a:1883", "b:1883", "a:1883"]]);
  });

  it.each<[string, HostFunction, RegExp]>([
    [
      "throws",
      () => {
        throw new Error("no token");
      },
      /^the function for the host failed: no token$/,
    ],
    ["rejects", () => Promise.reject(new Error("no token")), /failed: no token/],
    ["rejects with no error", () => Promise.reject("no token"), /failed: no token/],
    ["gives nothing", () => undefined as never, /host must be a name, an address or a URL/],
    ["gives no host", () => "http://a", /no URL of a broker/],
  ])("fails the attempt when it %s, which ends the round", async (_how, make, wanted) => {
    ask(make);
    const error = await place().catch((reason) => reason);
    expect(error.message).toMatch(wanted);
    servers.failed(error);
    expect([servers.goes_on, servers.failure(error)]).toEqual([false, error]);
  });

  it("fails the attempt when it takes longer than connecting may", async () => {
    ask(() => new Promise(() => {}));
    const late = asking();
    const failure = expect(servers.next(late)).rejects.toThrow(
      "the function for the host gave no answer within 5 s",
    );
    await late.clock.advance(5000);
    await failure;
  });

  it("is not waited for once the attempt is called off", async () => {
    let calls = 0;
    ask(async () => {
      calls += 1;
      return "a";
    });
    const early = asking();
    void servers.next(early);
    early.call_off();
    expect(await early.clock.advance(10_000)).toBeUndefined();
    expect(calls).toBe(1);
  });

  it("gives way to what is named while it is asked", async () => {
    let answer = (_host: string) => {};
    ask(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const searching = servers.next(asking());
    servers.name("b", null, "tcp");
    answer("a");
    await searching;
    expect(servers.host).toBe("b");
  });
});

describe("a service that DNS knows", () => {
  const name = "_mqtt._tcp.example.org";
  type Found = readonly { host: string; port: number }[];
  const record = ({ host, port }: { host: string; port: number }) => ({
    name: host,
    port,
    priority: 0,
    weight: 0,
  });
  const look_up = (...answers: (Found | Error)[]) => {
    const resolve = async () => {
      const answer = answers.shift() ?? [];
      if (answer instanceof Error) throw answer;
      return answer.map((server, index) => ({ ...record(server), priority: index }));
    };
    servers.search(service(name, resolve));
  };
  const a = { host: "a", port: 1 };
  const b = { host: "b", port: 2 };

  it("is looked up for each round", async () => {
    look_up([a, b], [b]);
    const tried = [await place()];
    fails();
    tried.push(await place());
    fails();
    expect(servers.goes_on).toBe(false);
    tried.push(await place());
    expect(tried).toEqual(["a:1", "b:2", "b:2"]);
  });

  it("may be what it was when DNS cannot be asked later", async () => {
    look_up([a], new Error("no network"));
    await place();
    servers.accepted();
    expect(await place()).toBe("a:1");
  });

  it.each<[string, Found | Error, string]>([
    ["names none", [], `no broker is known by DNS as ${name}`],
    ["fails", new Error("ENOTFOUND"), `no broker is known by DNS as ${name}: ENOTFOUND`],
  ])("fails with ValueError when it %s", async (_how, answer, wanted) => {
    look_up(answer);
    const error = await place().catch((reason) => reason);
    expect(error).toBeInstanceOf(ValueError);
    expect(error.message).toBe(wanted);
    servers.failed(error);
    expect(servers.failure(error)).toBe(error);
  });

  it("fails with ValueError when DNS does not answer", async () => {
    servers.search(service(name, () => new Promise(() => {})));
    const late = asking();
    const failure = expect(servers.next(late)).rejects.toThrow(
      /example\.org: DNS gave no answer within 5 s$/,
    );
    await late.clock.advance(5000);
    await failure;
  });

  it("tells with ValueError and all causes that no server can be reached, also of a single one", async () => {
    look_up([a]);
    await place();
    fails("a is down");
    const error = servers.failure(new Error("a is down"));
    expect(error).toBeInstanceOf(ValueError);
    expect(error.message).toBe(`no broker of ${name} can be reached: a is down`);
    expect(error.cause).toHaveProperty("errors.length", 1);
  });
});
