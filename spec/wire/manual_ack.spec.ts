import { describe, expect, it } from "@jest/globals";
import { Client } from "../../lib/client/index.ts";
import { connected, next_call } from "./talk.ts";

describe("manual_ack", () => {
  it("leaves PUBACK and PUBREC to the application", async () => {
    await using talk = await connected({ manual_ack: true });
    const { client, link, packets } = talk;
    link.send(packets.publish({ topic: "t", qos: 1, mid: 5 }));
    link.send(packets.publish({ topic: "t", qos: 2, mid: 6 }));
    await talk.nothing_more();
    expect(client.ack(6, 2)).toBe(0);
    await link.expect(packets.pubrec(6));
    expect(client.ack(5, 1)).toBe(0);
    await link.expect(packets.puback(5));
    link.send(packets.pubrel(6));
    await link.expect(packets.pubcomp(6));
  });

  it("takes the arguments of ack() by name too", async () => {
    await using talk = await connected({ manual_ack: true });
    talk.link.send(talk.packets.publish({ topic: "t", qos: 1, mid: 5 }));
    await talk.nothing_more();
    talk.client.ack({ mid: 5, qos: 1 });
    await talk.link.expect(talk.packets.puback(5));
  });

  it("may acknowledge within on_message, and in any order [MQTT-4.6.0-2 is the sender's]", async () => {
    await using talk = await connected({ manual_ack: true });
    const { client, link, packets } = talk;
    client.on_message = (_client, _userdata, { mid, qos }) => void (mid !== 2 && client.ack(mid, qos));
    for (const mid of [1, 2, 3]) link.send(packets.publish({ topic: "t", qos: 1, mid }));
    await link.expect(packets.puback(1));
    await link.expect(packets.puback(3));
    client.ack(2, 1);
    await link.expect(packets.puback(2));
  });

  it("acknowledges once: a second ack(), or one for an id that did not come, sends nothing", async () => {
    await using talk = await connected({ manual_ack: true });
    const { client, link, packets } = talk;
    link.send(packets.publish({ topic: "t", qos: 1, mid: 5 }));
    await talk.nothing_more();
    client.ack(5, 1);
    client.ack(5, 1);
    client.ack(99, 2);
    await link.expect(packets.puback(5));
    await talk.nothing_more();
  });

  it("does not deliver the repetition of a QoS 2 message that waits for ack()", async () => {
    await using talk = await connected({ manual_ack: true });
    const { client, link, packets } = talk;
    let count = 0;
    client.on_message = () => {
      count += 1;
    };
    link.send(packets.publish({ topic: "t", qos: 2, mid: 5 }));
    link.send(packets.publish({ topic: "t", qos: 2, mid: 5, dup: true }));
    await talk.nothing_more();
    client.ack(5, 2);
    await link.expect(packets.pubrec(5));
    expect(count).toBe(1);
  });

  it("leaves unacknowledged QoS 1 to the broker, which sends it again over a new link", async () => {
    await using talk = await connected({ manual_ack: true, client_id: "k", clean_session: false });
    const { client, packets } = talk;
    talk.link.send(packets.publish({ topic: "t", payload: "1", qos: 1, mid: 5 }));
    await talk.nothing_more();
    talk.link.reset();
    await talk.next_link();
    talk.welcome({ session_present: true });
    await talk.nothing_more();
    const again = next_call(client, "message");
    talk.link.send(packets.publish({ topic: "t", payload: "1", qos: 1, mid: 5, dup: true }));
    expect(await again).toMatchObject([{ mid: 5, dup: true }]);
    client.ack(5, 1);
    await talk.link.expect(packets.puback(5));
  });

  it("is off by default: then ack() sends nothing", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    client.on_message = (_client, _userdata, { mid, qos }) => void client.ack(mid, qos);
    link.send(packets.publish({ topic: "t", qos: 1, mid: 5 }));
    await link.expect(packets.puback(5));
    await talk.nothing_more();
  });

  it("is switched by nothing but true and false", () => {
    expect(() => new Client().manual_ack_set("no" as never)).toThrow('true or false, not "no"');
  });

  it("is switched by manual_ack_set()", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    client.manual_ack_set(true);
    link.send(packets.publish({ topic: "t", qos: 1, mid: 1 }));
    await talk.nothing_more();
    client.manual_ack_set({ on: false });
    link.send(packets.publish({ topic: "t", qos: 1, mid: 2 }));
    await link.expect(packets.puback(2));
  });

  it.each([-1, 65_536, 1.5])("refuses %d as a packet id", async (mid) => {
    await using talk = await connected({ manual_ack: true });
    expect(() => talk.client.ack(mid, 1)).toThrow("mid");
  });
});
