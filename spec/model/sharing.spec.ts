import { describe, expect, it } from "@jest/globals";
import { sharing } from "../../lib/model/sharing.ts";

describe("what shares", () => {
  const fresh = (host: string, port: number) => ({ host, port });

  it("gives the object that came before for one that is alike", () => {
    const shared = sharing<ReturnType<typeof fresh>>();
    const first = shared(fresh("a", 1));
    expect(first).toEqual({ host: "a", port: 1 });
    expect(shared(fresh("a", 1))).toBe(first);
  });

  it("gives back what differs in one value, and goes by the last four from then on", () => {
    const shared = sharing<ReturnType<typeof fresh>>();
    const given = Array.from({ length: 5 }, (_, index) => fresh("a", index));
    for (const one of given) expect(shared(one)).toBe(one);
    const again = [4, 3, 2, 1].map((port) => shared(fresh("a", port)));
    expect(again).toEqual([...given].reverse().slice(0, 4));
    for (const [index, one] of again.entries()) expect(one).toBe(given[4 - index]);
    expect(shared(fresh("a", 0))).not.toBe(given[0]);
  });
});
