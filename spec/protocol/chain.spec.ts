import { describe, expect, it } from "@jest/globals";
import { Chain, type Linked } from "../../lib/protocol/chain.ts";

interface Item extends Linked<Item> {
  readonly name: string;
}

function item(name: string): Item {
  return { name, previous: null, next: null };
}

function chain_of(...names: string[]): { chain: Chain<Item>; items: Item[] } {
  const chain = new Chain<Item>();
  const items = names.map(item);
  for (const one of items) chain.push(one);
  return { chain, items };
}

/** Read from both ends, so that a broken link in either direction shows. */
function names_in(chain: Chain<Item>): string {
  let backwards = "";
  for (let one = chain.last; one !== null; one = one.previous) backwards = one.name + backwards;
  const forwards = [...chain].map(({ name }) => name).join("");
  expect(backwards).toBe(forwards);
  expect(chain).toHaveLength(forwards.length);
  return forwards;
}

describe("a chain", () => {
  it("keeps the order in which items came", () => {
    expect(names_in(chain_of("a", "b", "c").chain)).toBe("abc");
    expect(names_in(new Chain<Item>())).toBe("");
  });

  it.each([
    [0, "bcd"],
    [1, "acd"],
    [3, "abc"],
  ])("lets item %i go from its place", (index, left) => {
    const { chain, items } = chain_of("a", "b", "c", "d");
    const gone = items[index] as Item;
    chain.remove(gone);
    expect(names_in(chain)).toBe(left);
    expect([gone.previous, gone.next]).toEqual([null, null]);
  });

  it("is empty again when the last item has gone", () => {
    const { chain, items } = chain_of("a");
    chain.remove(items[0] as Item);
    expect(names_in(chain)).toBe("");
    chain.push(item("b"));
    expect(names_in(chain)).toBe("b");
  });

  it.each([
    [null, "Xabc"],
    [0, "aXbc"],
    [2, "abcX"],
  ])("takes an item in behind place %p", (index, all) => {
    const { chain, items } = chain_of("a", "b", "c");
    chain.insert_after(index === null ? null : (items[index] as Item), item("X"));
    expect(names_in(chain)).toBe(all);
  });

  it("can lose the item at hand while it is read", () => {
    const { chain } = chain_of("a", "b", "c");
    for (const one of chain) chain.remove(one);
    expect(names_in(chain)).toBe("");
  });
});
