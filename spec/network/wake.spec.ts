import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { TransportError } from "../../lib/model/errors.ts";
import { on_wake } from "../../lib/network/wake.ts";
import { Rig } from "./rig.ts";

/** The window of a page, as far as it matters here. */
class Page extends EventTarget {
  readonly document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  #listeners = 0;

  constructor() {
    super();
    for (const target of [this, this.document]) {
      const { addEventListener, removeEventListener } = target;
      target.addEventListener = (...args: Parameters<EventTarget["addEventListener"]>) => {
        this.#listeners += 1;
        addEventListener.apply(target, args);
      };
      target.removeEventListener = (...args: Parameters<EventTarget["removeEventListener"]>) => {
        this.#listeners -= 1;
        removeEventListener.apply(target, args);
      };
    }
  }

  get listeners(): number {
    return this.#listeners;
  }

  get globals() {
    return {
      document: this.document,
      addEventListener: this.addEventListener,
      removeEventListener: this.removeEventListener,
    };
  }

  online(): void {
    this.dispatchEvent(new Event("online"));
  }

  show(visibilityState: "visible" | "hidden"): void {
    this.document.visibilityState = visibilityState;
    this.document.dispatchEvent(new Event("visibilitychange"));
  }
}

let page: Page;

beforeEach(() => {
  page = new Page();
  Object.assign(globalThis, page.globals);
});

afterEach(() => {
  for (const name of Object.keys(page.globals)) Reflect.deleteProperty(globalThis, name);
});

describe("a page", () => {
  it("wakes when it is online again and when it is shown, not when it is hidden", () => {
    let wakes = 0;
    const leave = on_wake(() => {
      wakes += 1;
    });
    page.online();
    page.show("hidden");
    page.show("visible");
    expect(wakes).toBe(2);
    leave();
    page.online();
    page.show("visible");
    expect([wakes, page.listeners]).toEqual([2, 0]);
  });

  it("is no page in Node, where nobody is ever told", () => {
    for (const name of Object.keys(page.globals)) Reflect.deleteProperty(globalThis, name);
    on_wake(() => expect(true).toBe(false))();
  });
});

describe("a client in a page that wakes", () => {
  const settings = { keepalive: 60 };

  it("asks the broker at once, and stays when it answers", async () => {
    using rig = new Rig({ settings });
    await rig.connected();
    await rig.clock.advance(10_000);
    page.online();
    await rig.clock.advance(0);
    expect(rig.transport.take_writes()).toEqual(["c0 00"]);
    rig.transport.receive("d0 00");
    await rig.clock.advance(59_000);
    expect(rig.heard()).toEqual([]);
  });

  it.each([60, 0])("gives the broker five seconds to answer, with a keepalive of %d", async (keepalive) => {
    using rig = new Rig({ settings: { keepalive } });
    await rig.connected();
    page.show("visible");
    await rig.clock.advance(4999);
    expect(rig.heard()).toEqual([]);
    await rig.clock.advance(1);
    expect(rig.heard()).toEqual(["socket_close", "closed 16"]);
  });

  it("does not wait for the next attempt", async () => {
    using rig = new Rig({ settings });
    rig.engine.backoff.configure(60_000, 60_000);
    await rig.connected();
    rig.transport.close(new TransportError("the link broke"));
    await rig.clock.advance(0);
    expect(rig.network.dialled.length).toBe(1);
    page.online();
    await rig.clock.advance(0);
    expect(rig.network.dialled.length).toBe(2);
    rig.transport.open();
    await rig.welcome();
    expect(rig.heard().at(-1)).toBe("connack 0");
    await rig.clock.advance(59_000);
    expect(rig.network.dialled.length).toBe(2);
  });

  it("does nothing while an attempt is under way", async () => {
    using rig = new Rig({ settings });
    rig.engine.loops.start(true);
    void rig.engine.connect();
    await rig.clock.advance(0);
    page.online();
    await rig.clock.advance(0);
    expect(rig.network.dialled.length).toBe(1);
  });

  it("listens only as long as there is something to look at", async () => {
    const rig = new Rig({ settings });
    expect(page.listeners).toBe(0);
    await rig.connected();
    expect(page.listeners).toBe(2);
    rig.engine.disconnect(0, null, true);
    await rig.clock.advance(0);
    rig.transport.close();
    await rig.clock.advance(0);
    expect(page.listeners).toBe(0);
  });
});
