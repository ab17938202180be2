import { describe, expect, it } from "@jest/globals";
import { ValueError } from "../../lib/model/errors.ts";
import { first_of_service, in_order, type SrvRecord } from "../../lib/transport/srv.ts";
import type { OpenTransport } from "../../lib/transport/transport.ts";
import { eventually } from "../support/eventually.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";

const server = (name: string, priority = 0, weight = 0, port = 1883): SrvRecord => ({
  name,
  port,
  priority,
  weight,
});
const names = (records: readonly SrvRecord[]) => records.map(({ name }) => name).join(" ");

describe("the order of servers (RFC 2782)", () => {
  it("is that of priority first", () => {
    const records = [server("c", 30), server("a", 10), server("b", 20, 100)];
    expect(names(in_order(records, () => 0))).toBe("a b c");
    expect(names(in_order(records, () => 0.999))).toBe("a b c");
    expect(names(records)).toBe("c a b");
  });

  it.each([
    [0, "zero light heavy"],
    [0.2, "light heavy zero"],
    [0.9, "heavy light zero"],
  ])("is drawn by weight within one: %d", (random, wanted) => {
    const records = [server("light", 1, 25), server("heavy", 1, 75), server("zero", 1, 0)];
    expect(names(in_order(records, () => random))).toBe(wanted);
  });

  it("gives each server its share", () => {
    const records = [server("light", 1, 25), server("heavy", 1, 75)];
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    let first = 0;
    for (let time = 0; time < 4000; time++) first += in_order(records, random)[0]?.name === "heavy" ? 1 : 0;
    expect(first / 4000).toBeGreaterThan(0.7);
    expect(first / 4000).toBeLessThan(0.8);
  });
});

describe("a search for a service", () => {
  function begin(
    resolve: (service: string) => Promise<readonly SrvRecord[]>,
    { timeout_ms = 10_000 }: { timeout_ms?: number } = {},
  ) {
    const tried: string[] = [];
    const found: string[] = [];
    const told: string[] = [];
    const network = new MemoryNetwork();
    let error: Error | null = null;
    const open: OpenTransport = first_of_service({
      service: "_mqtt._tcp.example.org",
      resolve,
      timeout_ms,
      random: () => 0,
      way_to: ({ host, port }) => {
        tried.push(`${host}:${port}`);
        return network.open;
      },
      found: ({ host, port }) => found.push(`${host}:${port}`),
    });
    const transport = open({
      opened: () => told.push("opened"),
      data: (bytes) => told.push(`data ${Buffer.from(bytes)}`),
      drained: () => told.push("drained"),
      closed: (cause) => {
        told.push("closed");
        error = cause;
      },
    });
    const dialled = async (count: number) => {
      await eventually(() => expect(network.dialled.length).toBe(count));
      return network.latest;
    };
    return { transport, tried, found, told, dialled, network, error: () => error as Error | null };
  }

  const two = async () => [server("first.example.org.", 1), server("second.example.org", 2, 0, 1884)];

  it("asks for the service, and tells which server it was", async () => {
    const asked: string[] = [];
    const search = begin(async (service) => {
      asked.push(service);
      return two();
    });
    (await search.dialled(1)).open();
    expect(asked).toEqual(["_mqtt._tcp.example.org"]);
    expect(search.tried).toEqual(["first.example.org:1883"]);
    expect(search.found).toEqual(search.tried);
    expect(search.told).toEqual(["opened"]);
    expect(search.transport.socket).toEqual({ name: "memory" });
  });

  it("is then the pipe to that server", async () => {
    const search = begin(two);
    const pipe = await search.dialled(1);
    pipe.open();
    pipe.congested = true;
    expect(search.transport.write(Buffer.from("x"))).toBe(false);
    expect(pipe.take_writes()).toEqual(["78"]);
    pipe.drain();
    pipe.receive("61 62");
    search.transport.pause();
    expect(pipe.is_paused).toBe(true);
    search.transport.resume();
    expect(pipe.is_paused).toBe(false);
    search.transport.end();
    expect(pipe.ended).toBe("end");
    pipe.close();
    expect(search.told).toEqual(["opened", "drained", "data ab", "closed"]);
    expect(search.error()).toBeNull();
  });

  it("goes on to the next server when one cannot be reached", async () => {
    const search = begin(two);
    (await search.dialled(1)).close(new Error("refused"));
    const second = await search.dialled(2);
    expect(search.told).toEqual([]);
    second.open();
    expect(search.found).toEqual(["second.example.org:1884"]);
  });

  it("goes on to the next server when one does not answer", async () => {
    const search = begin(two, { timeout_ms: 20 });
    const first = await search.dialled(1);
    const second = await search.dialled(2);
    second.open();
    expect(first.ended).toBe("destroy");
    expect(search.told).toEqual(["opened"]);
  });

  it("tells the end of an open pipe as it is, and tries no other server", async () => {
    const search = begin(two);
    const pipe = await search.dialled(1);
    pipe.open();
    const broken = new Error("broken");
    pipe.close(broken);
    expect(search.told).toEqual(["opened", "closed"]);
    expect(search.error()).toBe(broken);
    expect(search.tried.length).toBe(1);
  });

  it("fails with ValueError and all causes when no server can be reached", async () => {
    const search = begin(two);
    (await search.dialled(1)).close(new Error("the first is down"));
    (await search.dialled(2)).close(null);
    const error = search.error();
    expect(error).toBeInstanceOf(ValueError);
    expect(error?.message).toBe(
      "no broker of _mqtt._tcp.example.org can be reached: the first is down; second.example.org:1884 closed the connection",
    );
    expect(error?.cause).toHaveProperty("errors.length", 2);
    expect(search.found).toEqual([]);
  });

  it.each<[string, () => Promise<readonly SrvRecord[]>, RegExp]>([
    ["names none", async () => [], /^no broker is known by DNS as _mqtt\._tcp\.example\.org$/],
    ["says that there is no such service", async () => [server("."), server("")], /^no broker is known/],
    ["fails", () => Promise.reject(new Error("ENOTFOUND")), /example\.org: ENOTFOUND$/],
    [
      "throws",
      () => {
        throw new Error("oops");
      },
      /example\.org: oops$/,
    ],
    ["does not answer", () => new Promise(() => {}), /no answer within 0\.02 s$/],
  ])("fails with ValueError when DNS %s", async (_how, resolve, wanted) => {
    const search = begin(resolve, { timeout_ms: 20 });
    await eventually(() => expect(search.told).toEqual(["closed"]));
    expect(search.error()).toBeInstanceOf(ValueError);
    expect(search.error()?.message).toMatch(wanted);
  });

  it("can be given up while DNS is asked, and while a server is tried", async () => {
    let answer: (records: readonly SrvRecord[]) => void = () => {};
    const early = begin(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    early.transport.destroy();
    answer(await two());
    const late = begin(two);
    const pipe = await late.dialled(1);
    late.transport.destroy();
    expect(pipe.ended).toBe("destroy");
    pipe.close(new Error("too late"));
    expect([early.tried, early.told, late.told, late.tried.length]).toEqual([[], [], [], 1]);
  });

  it("ends without an error when it is ended before there is a server", async () => {
    const search = begin(() => new Promise(() => {}));
    search.transport.end();
    expect(search.told).toEqual([]);
    await eventually(() => expect(search.told).toEqual(["closed"]));
    expect(search.error()).toBeNull();
  });
});
