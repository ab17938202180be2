// The conversations that paho's own wire tests hold, byte for byte.

import { describe, expect, it } from "@jest/globals";
import type { MQTTMessage } from "../../lib/client/index.ts";
import { in_time } from "../support/eventually.ts";
import { bytes } from "../support/packet_bytes.ts";
import { strangers, type Talk } from "./talk.ts";

/** Connects under a client id and welcomes the client. */
async function begun(client_id: string, script: (talk: Talk<2>) => void, more = {}): Promise<Talk<2>> {
  const talk = await strangers({ client_id, ...more });
  script(talk);
  await talk.dial();
  talk.link.send("20020000");
  return talk;
}

async function farewell(talk: Talk<2>): Promise<void> {
  await talk.link.expect("e000");
  talk.link.close();
}

describe("a client that works through its callbacks", () => {
  it("subscribes, unsubscribes, receives, publishes and leaves", async () => {
    const events: string[] = [];
    await using talk = await begun("asyncio-test", ({ client }) => {
      client.on_connect = () => void client.subscribe("sub-test", 1);
      client.on_subscribe = () => void client.unsubscribe("unsub-test");
      client.on_message = (_client, _userdata, message) => {
        events.push(message.text());
        client.publish("asyncio", "message", 1);
      };
      client.on_publish = () => void client.disconnect();
    });
    await talk.link.expect('820d 0001 0008 "sub-test" 01');
    talk.link.send("9003 0001 01");
    await talk.link.expect('a20e 0002 000a "unsub-test"');
    talk.link.send('b002 0002  3008 0003 "b2cmsg"');
    await talk.link.expect('3212 0007 "asyncio" 0003 "message"');
    talk.link.send("4002 0003");
    await farewell(talk);
    expect(events).toEqual(["msg"]);
  });

  it.each([0, 1, 2] as const)("subscribes with QoS %i in on_connect", async (qos) => {
    await using talk = await begun(`subscribe-qos${qos}-test`, ({ client }) => {
      client.on_connect = () => void client.subscribe(`qos${qos}/test`, qos);
      client.on_subscribe = () => void client.disconnect();
    });
    await talk.link.expect(`820e 0001 0009 "qos${qos}/test" 0${qos}`);
    talk.link.send(`9003 0001 0${qos}`);
    await farewell(talk);
  });

  it("unsubscribes in on_connect", async () => {
    await using talk = await begun("unsubscribe-test", ({ client }) => {
      client.on_connect = () => void client.unsubscribe("unsubscribe/test");
      client.on_unsubscribe = () => void client.disconnect();
    });
    await talk.link.expect('a214 0001 0010 "unsubscribe/test"');
    talk.link.send("b002 0001");
    await farewell(talk);
  });
});

describe("a client that receives", () => {
  async function received(sent: string, answer: string): Promise<MQTTMessage> {
    let got: (message: MQTTMessage) => void = () => {};
    const message = new Promise<MQTTMessage>((resolve) => {
      got = resolve;
    });
    await using talk = await begun("publish-test", ({ client }) => {
      client.on_message = (_client, _userdata, each) => got(each);
    });
    talk.link.send(sent);
    await talk.link.expect(answer);
    return in_time(message, "the message");
  }

  it("QoS 1, id 123", async () => {
    const message = await received('3217 000c "pub/qos1/rec" 007b "message"', "4002 007b");
    const { mid, topic, qos, retain } = message;
    expect([mid, topic, qos, retain, message.text()]).toEqual([123, "pub/qos1/rec", 1, false, "message"]);
  });

  it("QoS 2, id 13423", async () => {
    const message = await received('3421 0016 "pub/qos2/receive/topic" 346f "message"', "5002 346f");
    expect([message.mid, message.qos]).toEqual([13423, 2]);
  });
});

describe("a client that publishes in on_connect", () => {
  it.each([
    ["QoS 0", "message", 0, false, '3016 000d "pub/qos0/test" "message"'],
    ["QoS 0 without a payload", null, 0, false, '300f 000d "pub/qos0/test"'],
    ["QoS 0 retained", "message", 0, true, '3116 000d "pub/qos0/test" "message"'],
    ["QoS 1", "message", 1, false, '3218 000d "pub/qos0/test" 0001 "message"'],
    ["QoS 2", "message", 2, false, '3418 000d "pub/qos0/test" 0001 "message"'],
  ] as const)("%s", async (_name, payload, qos, retain, sent) => {
    await using talk = await begun("publish-test", ({ client }) => {
      client.on_connect = () => void client.publish("pub/qos0/test", payload, qos, retain);
      client.on_publish = () => void client.disconnect();
    });
    await talk.link.expect(sent);
    if (qos === 1) talk.link.send("4002 0001");
    if (qos === 2) {
      talk.link.send("5002 0001");
      await talk.link.expect("6202 0001");
      talk.link.send("7002 0001");
    }
    await farewell(talk);
  });

  it("and ends with the first message when reconnect_on_failure is false", async () => {
    await using talk = await strangers({ client_id: "r", reconnect_on_failure: false, loop: false });
    talk.client.on_connect = (_client, _userdata, _flags, reason_code) => {
      if (!reason_code.is_failure) talk.client.publish("reconnect/test", "message");
    };
    await talk.dial();
    const running = talk.client.loop_forever();
    talk.link.send("20020000");
    await talk.link.expect('3017 000e "reconnect/test" "message"');
    talk.link.close();
    expect(await running).toBe(7);
  });
});

describe("a client that calls reconnect() in on_disconnect", () => {
  const options = { clean_session: false, loop: false };

  it("sends its QoS 1 message again, with DUP", async () => {
    const connect = bytes('1016 0004 "MQTT" 04 00 003c 000a "pub-qos1-x"');
    await using talk = await strangers({ client_id: "pub-qos1-x", ...options });
    const { client, broker } = talk;
    client.on_connect = () => {
      if (client.stats().in_flight + client.stats().queued === 0)
        client.publish("pub/qos1/test", "message", 1);
    };
    client.on_publish = () => void client.disconnect();
    client.on_disconnect = (_client, _userdata, _flags, reason_code) => {
      if (reason_code.value !== 0) client.reconnect();
    };
    client.loop_start();
    const dialled = client.connect(broker.host, broker.port);
    talk.link = await broker.accept();
    await talk.link.expect(connect);
    await dialled;
    talk.link.send("20020000");
    await talk.link.expect('3218 000d "pub/qos1/test" 0001 "message"');
    talk.link.close();
    talk.link = await broker.accept();
    await talk.link.expect(connect);
    talk.link.send("20020000");
    await talk.link.expect('3a18 000d "pub/qos1/test" 0001 "message"');
    talk.link.send("4002 0001");
    await farewell(talk);
  });

  it("goes on with its QoS 2 message where it was: PUBLISH with DUP, then PUBREL alone", async () => {
    await using talk = await strangers({ client_id: "pub-qos2-x", ...options });
    const { client } = talk;
    client.on_connect = (_client, _userdata, flags) => {
      if (!flags.session_present) client.publish("pub/qos2/test", "message", 2);
    };
    client.on_publish = () => void client.disconnect();
    client.on_disconnect = (_client, _userdata, _flags, reason_code) => {
      if (reason_code.value !== 0) client.reconnect();
    };
    client.loop_start();
    await talk.dial();
    talk.link.send("20020000");
    await talk.link.expect('3418 000d "pub/qos2/test" 0001 "message"');
    talk.link.close();
    await talk.next_link();
    talk.link.send("20020100");
    await talk.link.expect('3c18 000d "pub/qos2/test" 0001 "message"');
    talk.link.send("5002 0001");
    await talk.link.expect("6202 0001");
    talk.link.close();
    await talk.next_link();
    talk.link.send("20020100");
    await talk.link.expect("6202 0001");
    talk.link.send("7002 0001");
    await farewell(talk);
  });
});
