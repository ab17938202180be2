import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type Disturber, disturber } from "../../lib/testing/disturber.ts";
import { eventually, in_time, once_event } from "../support/eventually.ts";

let server: Server;
let wire: Disturber;
const sockets = new Set<Socket>();

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  wire = await disturber((server.address() as AddressInfo).port);
});

afterEach(async () => {
  for (const socket of sockets) {
    socket.destroy();
  }
  sockets.clear();
  await wire.close();
  server.close();
});

/** A connection through the proxy: the ends of the client and of the server. */
async function pair(): Promise<[Socket, Socket]> {
  const accepted = once_event(server, "connection");
  const near = connect(wire.port, "127.0.0.1");
  const [far] = (await accepted) as [Socket];
  for (const end of [near, far]) {
    end.on("error", () => {});
    sockets.add(end);
  }
  return [near, far];
}

/** Collects what a socket says and how it ends. */
function watch(socket: Socket): { text: string; chunks: number; end: string } {
  const seen = { text: "", chunks: 0, end: "" };
  socket.on("data", (chunk) => {
    seen.text += chunk;
    seen.chunks += 1;
  });
  socket.on("end", () => {
    seen.end ||= "FIN";
  });
  socket.on("error", () => {
    seen.end ||= "RST";
  });
  return seen;
}

describe("the disturber", () => {
  it("hands bytes and ends on, both ways", async () => {
    const [near, far] = await pair();
    const seen = [watch(near), watch(far)];
    near.end("to the broker");
    await eventually(() => expect(seen[1]).toMatchObject({ text: "to the broker", end: "FIN" }));
    far.end("to the client");
    await eventually(() => expect(seen[0]).toMatchObject({ text: "to the client", end: "FIN" }));
    await eventually(() => expect([wire.connections, wire.open]).toEqual([1, 0]));
  });

  it("splits", async () => {
    const [near, far] = await pair();
    const seen = watch(far);
    wire.split(1);
    near.write("abcdefgh");
    await eventually(() => expect(seen.text).toBe("abcdefgh"));
    expect(seen.chunks).toBeGreaterThan(1);
  });

  it("lags, without changing the order", async () => {
    const [near, far] = await pair();
    const seen = watch(far);
    wire.lag(100);
    const began = performance.now();
    near.write("late ");
    await once(far, "data");
    expect(performance.now() - began).toBeGreaterThan(95);
    near.write("still late ");
    wire.lag(0);
    near.write("soon");
    await eventually(() => expect(seen.text).toBe("late still late soon"));
  });

  it.each(["FIN", "RST"] as const)("cuts by %s on both sides", async (how) => {
    const [near, far] = await pair();
    const seen = [watch(near), watch(far)];
    near.write("x");
    await eventually(() => expect(seen[1]?.text).toBe("x"));
    wire.cut(how);
    await eventually(() => expect(seen.map(({ end }) => end)).toEqual([how, how]));
    const [again, behind] = await pair();
    const whole = watch(behind);
    again.write("a new connection is whole");
    await eventually(() => expect(whole.text).toBe("a new connection is whole"));
  });

  it.each([
    ["FIN", "RST"],
    ["RST", "FIN"],
    ["FIN", "FIN"],
  ] as const)(
    "is done with a connection that is cut by %s and again by %s at once",
    async (first, second) => {
      const [near, far] = await pair();
      const seen = [watch(near), watch(far)];
      near.write("x");
      await eventually(() => expect(seen[1]?.text).toBe("x"));
      wire.cut(first);
      wire.cut(second);
      await eventually(() => expect(wire.open).toBe(0));
    },
  );

  it("freezes what lives, not what comes after, and thaws", async () => {
    const [near, far] = await pair();
    const seen = watch(far);
    wire.freeze();
    near.write("held");
    const [other, other_far] = await pair();
    other.write("free");
    await in_time(once(other_far, "data"), "the newer connection");
    expect([seen.text, seen.end]).toEqual(["", ""]);
    wire.thaw();
    await eventually(() => expect(seen.text).toBe("held"));
  });

  it("does not tell either side of the end of the other while frozen", async () => {
    const [near, far] = await pair();
    const seen = watch(far);
    wire.freeze();
    near.end("goodbye");
    await once(near, "finish");
    expect(seen).toEqual({ text: "", chunks: 0, end: "" });
    wire.thaw();
    await eventually(() => expect(seen).toMatchObject({ text: "goodbye", end: "FIN" }));
  });

  it("does not tell either side that the other has broken the connection while frozen", async () => {
    const [near, far] = await pair();
    const seen = watch(near);
    wire.freeze();
    far.resetAndDestroy();
    await once(far, "close");
    // Whatever passes has passed when a newer connection has come and gone.
    const [other, other_far] = await pair();
    const newer = watch(other);
    other_far.resetAndDestroy();
    await eventually(() => expect(newer.end).toBe("RST"));
    expect(seen.end).toBe("");
    wire.thaw();
    await eventually(() => expect(seen.end).toBe("RST"));
  });
});
