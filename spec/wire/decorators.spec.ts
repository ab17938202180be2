import { describe, expect, it } from "@jest/globals";
import { Client } from "../../lib/client/index.ts";
import { connected } from "./talk.ts";

const registrars = [
  "connect_callback",
  "connect_fail_callback",
  "pre_connect_callback",
  "disconnect_callback",
  "subscribe_callback",
  "unsubscribe_callback",
  "message_callback",
  "publish_callback",
  "log_callback",
  "socket_open_callback",
  "socket_close_callback",
  "socket_register_write_callback",
  "socket_unregister_write_callback",
] as const;

describe("the registrars, Python's decorators", () => {
  it.each(registrars)("%s() sets its property and returns the function unchanged", (name) => {
    const client = new Client(2);
    const callback = () => {};
    expect(client[name]()(callback)).toBe(callback);
    const property = `on_${name.replace(/_callback$/, "")}` as "on_connect";
    expect(client[property]).toBe(callback);
  });

  it("lead through a whole conversation", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const called: string[] = [];
    client.subscribe_callback()((client) => {
      called.push("subscribe");
      client.publish("decorators", "message", 1);
    });
    client.publish_callback()((client) => {
      called.push("publish");
      client.unsubscribe("t");
    });
    client.unsubscribe_callback()(() => void called.push("unsubscribe"));
    client.message_callback()(() => void called.push("message"));
    const own = client.topic_callback("t/+")(() => void called.push("topic"));
    expect(typeof own).toBe("function");
    client.topic_callback({ sub: "named" })(() => void called.push("named"));
    client.subscribe("t");
    await link.expect_packet("SUBSCRIBE");
    link.send(packets.suback(1, [0]));
    await link.expect(packets.publish({ topic: "decorators", payload: "message", qos: 1, mid: 2 }));
    link.send(packets.puback(2));
    await link.expect(packets.unsubscribe(3, ["t"]));
    link.send(packets.unsuback(3));
    for (const topic of ["other", "t/1", "named"]) link.send(packets.publish({ topic }));
    await talk.nothing_more();
    expect(called).toEqual(["subscribe", "publish", "unsubscribe", "message", "topic", "named"]);
  });
});
