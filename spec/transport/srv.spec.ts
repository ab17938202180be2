import { describe, expect, it } from "@jest/globals";
import { in_order, type SrvRecord, servers_of_service } from "../../lib/transport/srv.ts";

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

describe("the servers of a service", () => {
  const found = (records: readonly SrvRecord[]) => {
    const asked: string[] = [];
    const resolve = async (service: string) => {
      asked.push(service);
      return records;
    };
    const { signal } = new AbortController();
    const servers = servers_of_service("_mqtt._tcp.example.org", resolve, () => 0, signal);
    return servers.then((list) => ({ asked, list }));
  };

  it("are asked for by its name, and come in their order, without the dot at the end", async () => {
    const records = [server("second.example.org", 2, 0, 1884), server("first.example.org.", 1)];
    expect(await found(records)).toEqual({
      asked: ["_mqtt._tcp.example.org"],
      list: [
        { host: "first.example.org", port: 1883 },
        { host: "second.example.org", port: 1884 },
      ],
    });
  });

  it("are none when the domain says that there is no such service", async () => {
    expect((await found([server("."), server("")])).list).toEqual([]);
  });

  it("are looked up by this machine's DNS, which can be called off", async () => {
    const asking = new AbortController();
    const look_up = servers_of_service("_mqtt._tcp.invalid", null, () => 0, asking.signal);
    asking.abort();
    await expect(look_up).rejects.toThrow(/ECANCELLED|ENOTFOUND|ECONNREFUSED/);
  });
});
