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

  it("gives back what differs in one value, and goes by that from then on", () => {
    const shared = sharing<ReturnType<typeof fresh>>();
    const first = shared(fresh("a", 1));
    const second = fresh("a", 2);
    expect(shared(second)).toBe(second);
    expect(shared(fresh("a", 2))).toBe(second);
    expect(shared(fresh("a", 1))).not.toBe(first);
  });
});
