import type { Socket } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { Client } from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { nothing_more, type Stage, stage } from "./stage.ts";

/** Writes down the hooks, and gives the application's part in writing to `on_register`. */
function hooks(on: Stage<2>, on_register: (socket: Socket) => void = () => {}): string[] {
  const told: string[] = [];
  const { client } = on;
  client.on_socket_open = () => void told.push("open");
  client.on_socket_close = () => void told.push("close");
  client.on_socket_register_write = (_client, _userdata, socket) => {
    told.push("register");
    on_register(socket as Socket);
  };
  client.on_socket_unregister_write = () => void told.push("unregister");
  return told;
}

/** Whether the hooks came as a select loop needs them: open, (register, unregister)*, close. */
const in_order = (told: readonly string[]) =>
  /^(open (register unregister )*close )*$/.test(`${told.join(" ")} `);

describe("writing by hand", () => {
  it("begins with CONNECT: nothing leaves until loop_write()", async () => {
    await using on = await stage();
    const told = hooks(on);
    on.connect();
    const link = await on.broker.accept();
    await eventually(() => expect(told).toEqual(["open", "register"]));
    await link.expect_silence(30);
    expect(on.client.want_write()).toBe(true);
    expect(on.client.loop_write()).toBe(0);
    expect(on.client.want_write()).toBe(false);
    await link.expect(on.packets.connect());
    expect(told).toEqual(["open", "register", "unregister"]);
  });

  it("is asked for once, however much is published", async () => {
    await using on = await stage();
    const told = hooks(on);
    on.connect();
    const link = await on.broker.accept();
    await eventually(() => expect(told).toContain("register"));
    on.client.loop_write();
    link.send(on.packets.connack());
    await link.expect_packet("CONNECT");
    told.length = 0;
    for (const count of [1, 2, 3]) on.client.publish("t", count);
    await eventually(() => expect(told).toEqual(["register"]));
    await link.expect_silence(20);
    on.client.loop_write();
    for (const count of ["1", "2", "3"])
      await link.expect(on.packets.publish({ topic: "t", payload: count }));
    expect(told).toEqual(["register", "unregister"]);
  });

  it("goes for disconnect() too", async () => {
    await using on = await stage();
    const told = hooks(on, () => setImmediate(() => on.client.loop_write()));
    on.connect();
    const link = await on.welcomed();
    await nothing_more(link);
    expect(on.client.disconnect()).toBe(0);
    await link.expect(on.packets.disconnect());
    await eventually(() => expect(on.diary).toContain("disconnect 0"));
    expect(told.at(-1)).toBe("close");
    expect(in_order(told)).toBe(true);
  });

  it("is not needed when the hook is not set: then want_write() is soon false by itself", async () => {
    await using on = await stage();
    on.connect();
    const link = await on.welcomed();
    await nothing_more(link);
    on.client.publish("t", "p");
    expect(on.client.want_write()).toBe(true);
    await link.expect(on.packets.publish({ topic: "t", payload: "p" }));
    expect(on.client.want_write()).toBe(false);
  });

  it("takes the wish back before a socket that breaks is closed", async () => {
    await using on = await stage({ reconnect_on_failure: false });
    const told = hooks(on);
    on.connect();
    const link = await on.broker.accept();
    await eventually(() => expect(told).toEqual(["open", "register"]));
    link.reset();
    await eventually(() => expect(told).toEqual(["open", "register", "unregister", "close"]));
  });
});

describe("loop_read(), loop_write() and loop_misc()", () => {
  it("answer NO_CONN without a connection", () => {
    const client = new Client();
    expect([client.loop_read(), client.loop_write(), client.loop_misc()]).toEqual([4, 4, 4]);
    expect(client.want_write()).toBe(false);
    expect(client.socket()).toBeNull();
  });

  it("are the gate to the callbacks: what has come is told in loop_read()", async () => {
    await using on = await stage();
    const topics: string[] = [];
    on.client.on_message = (_client, _userdata, message) => void topics.push(message.topic);
    on.connect();
    const link = await on.welcomed();
    link.send(on.packets.publish({ topic: "a" }));
    await nothing_more(link);
    expect(on.diary).toEqual(["pre_connect", "socket_open"]);
    on.client.publish("t", "p");
    expect(on.client.loop_write()).toBe(0);
    expect(topics).toEqual([]);
    expect(on.client.loop_read()).toBe(0);
    expect(topics).toEqual(["a"]);
    expect(on.diary.at(-1)).toBe("connect 0 (connected)");
    expect(on.client.loop_read()).toBe(0);
    expect(on.client.loop_misc()).toBe(0);
  });

  it("tell of a loss, with its code, then NO_CONN", async () => {
    await using on = await stage();
    on.connect();
    const link = await on.welcomed();
    await nothing_more(link);
    on.client.loop_read();
    link.close();
    await eventually(() => expect(on.client.loop_read()).toBe(7));
    expect(on.diary.slice(-2)).toEqual(["socket_close", "disconnect 128"]);
    expect([on.client.loop_read(), on.client.loop_misc()]).toEqual([4, 4]);
  });

  it("leave reconnecting to the application", async () => {
    await using on = await stage();
    on.connect();
    const link = await on.welcomed();
    await nothing_more(link);
    link.close();
    await eventually(() => expect(on.client.loop_misc()).toBe(7));
    await on.client.reconnect();
    await on.welcomed();
    await eventually(() => on.client.loop_read() === 0 && on.client.is_connected());
  });

  it("may be called in a callback without harm", async () => {
    await using on = await stage();
    const codes: number[] = [];
    on.client.on_message = (client) => {
      codes.push(client.loop_read(), client.loop_write(), client.loop_misc());
    };
    on.connect();
    const link = await on.welcomed();
    for (const topic of ["1", "2", "3"]) link.send(on.packets.publish({ topic }));
    await nothing_more(link);
    on.client.loop_read();
    expect(codes).toEqual(Array(9).fill(0));
  });
});

describe("a loop of the application's own", () => {
  /** As paho's loop_asyncio example: events of the socket, and a tick once a while. */
  function drive(on: Stage<2>): string[] {
    const { client } = on;
    const told = hooks(on, () => setImmediate(() => client.loop_write()));
    let ticking: NodeJS.Timeout | undefined;
    const opened = client.on_socket_open;
    client.on_socket_open = (_client, userdata, socket) => {
      opened?.(client, userdata, socket);
      (socket as Socket).on("data", () => client.loop_read());
      (socket as Socket).on("close", () => client.loop_read());
      ticking = setInterval(() => client.loop_misc(), 20);
    };
    const closed = client.on_socket_close;
    client.on_socket_close = (_client, userdata, socket) => {
      closed?.(client, userdata, socket);
      clearInterval(ticking);
    };
    return told;
  }

  it("plays paho's exchange: subscribe, message, unsubscribe, publish, disconnect", async () => {
    await using on = await stage({ client_id: "asyncio-test" });
    const { client, packets } = on;
    const told = drive(on);
    client.on_connect = () => void client.subscribe("sub-test", 1);
    client.on_subscribe = () => void client.unsubscribe("unsub-test");
    client.on_message = () => void client.publish("asyncio", "message", 1);
    client.on_publish = () => void client.disconnect();
    on.connect();
    const link = await on.welcomed();
    await link.expect('820d 0001 0008 "sub-test" 01');
    link.send(packets.suback(1, [1]));
    await link.expect('a20e 0002 000a "unsub-test"');
    link.send(packets.unsuback(2));
    link.send(packets.publish({ topic: "b2c", payload: "msg" }));
    await link.expect('3212 0007 "asyncio" 0003 "message"');
    link.send("40020003");
    await link.expect("e000");
    await eventually(() => expect(on.diary.at(-1)).toBe("disconnect 0"));
    expect(in_order(told)).toBe(true);
  });

  it("sends 2 MB through a broker that reads slowly, registering and unregistering in turn", async () => {
    await using on = await stage();
    const told = drive(on);
    const payload = new Uint8Array(2_000_000).fill(1);
    on.connect();
    const link = await on.welcomed();
    await nothing_more(link);
    on.client.publish("big", payload);
    on.client.publish("small", "x");
    await link.expect(on.packets.publish({ topic: "big", payload }));
    await link.expect(on.packets.publish({ topic: "small", payload: "x" }));
    on.client.disconnect();
    await link.expect("e000");
    await eventually(() => expect(told.at(-1)).toBe("close"));
    expect(in_order(told)).toBe(true);
  });

  it("may poll, as paho's loop_select: socket(), want_write(), then the three", async () => {
    await using on = await stage();
    const { client } = on;
    const topics: string[] = [];
    client.on_connect = () => void client.subscribe("s");
    client.on_message = (_client, _userdata, message) => {
      topics.push(message.topic);
      client.disconnect();
    };
    await on.connect();
    const looping = (async () => {
      while (client.socket() !== null) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        client.loop_read();
        if (client.want_write()) client.loop_write();
        client.loop_misc();
      }
    })();
    const link = await on.welcomed();
    await link.expect(on.packets.subscribe(1, [["s", 0]]));
    link.send(on.packets.suback(1, [0]));
    link.send(on.packets.publish({ topic: "s" }));
    await link.expect("e000");
    await looping;
    expect(topics).toEqual(["s"]);
    expect(on.diary.at(-1)).toBe("disconnect 0");
  });

  it("may reconnect in on_disconnect: each socket is opened and closed in turn", async () => {
    await using on = await stage();
    const told = drive(on);
    let rounds = 0;
    on.client.on_disconnect = (client) => {
      rounds += 1;
      if (rounds < 3) void client.reconnect();
    };
    on.connect();
    for (let round = 0; round < 3; round += 1) {
      const link = await on.welcomed();
      await nothing_more(link);
      link.close();
    }
    await eventually(() => expect(rounds).toBe(3));
    expect(told.filter((word) => word === "open")).toHaveLength(3);
    expect(in_order(told)).toBe(true);
  });
});
