import type { Socket } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import { stage } from "./stage.ts";

describe("a loop of the application's own over a stream", () => {
  it("may read by the event `readable`", async () => {
    await using on = await stage();
    const { client } = on;
    const topics: string[] = [];
    client.on_message = (_client, _userdata, message) => void topics.push(message.topic);
    client.on_socket_open = (_client, _userdata, socket) => {
      (socket as Socket).on("readable", () => client.loop_read());
    };
    on.connect();
    const link = await on.welcomed();
    link.send(on.packets.publish({ topic: "a" }));
    await eventually(() => expect(topics).toEqual(["a"]));
    link.send(on.packets.publish({ topic: "b", qos: 1, mid: 3 }));
    await link.expect(on.packets.puback(3));
    expect(topics).toEqual(["a", "b"]);
  });
});
