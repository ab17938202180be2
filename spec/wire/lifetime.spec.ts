import { describe, expect, it } from "@jest/globals";
import { Client } from "../../lib/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { connected, record, strangers } from "./talk.ts";

describe("stats()", () => {
  it("counts what is queued, in flight, its bytes, what was dropped, and reconnects", async () => {
    await using talk = await strangers();
    const { client, packets } = talk;
    client.max_inflight_messages_set(2);
    expect(client.stats()).toEqual({ queued: 0, in_flight: 0, bytes: 0, dropped: 0, reconnects: 0 });
    for (const payload of ["1", "22", "333"]) client.publish("t", payload, 1);
    expect(client.stats()).toEqual({ queued: 3, in_flight: 0, bytes: 9, dropped: 0, reconnects: 0 });
    await talk.dial();
    talk.welcome();
    await talk.link.expect_packet("PUBLISH");
    await talk.link.expect_packet("PUBLISH");
    expect(client.stats()).toEqual({ queued: 1, in_flight: 2, bytes: 9, dropped: 0, reconnects: 0 });
    talk.link.send(packets.puback(1));
    await talk.link.expect_packet("PUBLISH");
    expect(client.stats()).toEqual({ queued: 0, in_flight: 2, bytes: 7, dropped: 0, reconnects: 0 });
    talk.link.reset();
    await talk.next_link();
    expect(client.stats()).toMatchObject({ reconnects: 1 });
  });
});

describe("close()", () => {
  it("waits for what is in flight, then says goodbye and waits for the end", async () => {
    await using talk = await connected();
    const { client, link, packets } = talk;
    const info = client.publish("t", "p", 2);
    const closing = client.close();
    await link.expect_packet("PUBLISH");
    link.send(packets.pubrec(1));
    await link.expect(packets.pubrel(1));
    await talk.nothing_more();
    link.send(packets.pubcomp(1));
    await link.expect("e000");
    link.close();
    await closing;
    expect([info.is_published(), client.is_connected(), client.socket()]).toEqual([true, false, null]);
  });

  it("waits no longer than its timeout; what is not acknowledged stays queued", async () => {
    await using talk = await connected();
    const { client, link } = talk;
    const info = client.publish("t", "p", 1);
    const waiting = info.wait_for_publish();
    const closing = client.close({ timeout: 0.02 });
    await link.expect_packet("PUBLISH");
    await link.expect("e000");
    link.close();
    await closing;
    await expect(waiting).rejects.toMatchObject({ code: "ERR_MQTT_CLOSED" });
    const { queued, in_flight } = client.stats();
    expect(queued + in_flight).toBe(1);
  });

  it("waits no longer for a broker that does not answer CONNECT", async () => {
    await using talk = await strangers();
    const { client } = talk;
    client.publish("t", "p", 1);
    await talk.dial();
    const closing = client.close({ timeout: 0 });
    await talk.link.expect("e000");
    talk.link.close();
    await closing;
    expect(client.stats().queued).toBe(1);
  });

  it("needs no loop", async () => {
    await using talk = await connected({ loop: false });
    const closing = talk.client.close();
    await talk.link.expect("e000");
    talk.link.close();
    await closing;
  });

  it("is over at once without a connection, and may be called again", async () => {
    const client = new Client();
    await client.close();
    client.publish("t", "p", 1);
    await client.close();
    await Promise.all([client.close(), client.close({ timeout: 0 })]);
  });

  it("refuses what is no number of seconds, and unknown names", async () => {
    const client = new Client();
    await expect(client.close({ timeout: -1 })).rejects.toThrow("at least 0");
    await expect(client.close({ timeout: "1" as never })).rejects.toThrow("seconds");
    await expect(client.close({ timeot: 1 } as never)).rejects.toThrow('did you mean "timeout"?');
  });

  it("is what `await using` does at the end of the block", async () => {
    await using talk = await strangers();
    const { broker, packets } = talk;
    const told: unknown[] = [];
    const served = (async () => {
      const link = await broker.accept();
      await link.expect_packet("CONNECT");
      link.send(packets.connack());
      await link.expect_packet("PUBLISH");
      link.send(packets.puback(1));
      await link.expect("e000");
      link.close();
    })();
    {
      await using client = broker.lead(new Client(2));
      client.on_disconnect = (_client, _userdata, _flags, reason_code) => void told.push(reason_code.value);
      client.loop_start();
      client.connect(broker.host, broker.port);
      client.publish("t", "p", 1);
    }
    await served;
    expect(told).toEqual([0]);
  });
});

describe("reinitialise()", () => {
  it("drops the connection without a word and forgets what is queued", async () => {
    await using talk = await connected();
    const { client, link } = talk;
    const calls = record(client, "disconnect");
    const info = client.publish("t", "p", 1);
    const waiting = info.wait_for_publish();
    await link.expect_packet("PUBLISH");
    client.reinitialise();
    await expect(waiting).rejects.toMatchObject({ code: "ERR_MQTT_CLOSED" });
    await link.expect_close();
    expect(client.stats()).toMatchObject({ queued: 0, in_flight: 0, bytes: 0 });
    expect([client.is_connected(), client.socket()]).toEqual([false, null]);
    expect(calls).toEqual([]);
  });

  it("tells on_socket_close of the socket that it drops", async () => {
    await using talk = await connected();
    const calls = record(talk.client, "socket_close");
    talk.client.reinitialise();
    await eventually(() => expect(calls).toHaveLength(1));
  });

  it("begins with another client id, session flag and userdata, and keeps all else", async () => {
    await using talk = await strangers({ protocol: 3, userdata: "old" });
    const { client, broker, packets } = talk;
    const seen: unknown[] = [];
    client.on_connect = (_client, userdata) => void seen.push(userdata);
    client.username_pw_set("u", "p");
    client.will_set("w", "x");
    client.reinitialise("fresh", false, "new");
    expect([client.protocol, client.callback_api_version, client.username, client.will_topic]).toEqual([
      3,
      2,
      "u",
      "w",
    ]);
    client.loop_start();
    const dialled = client.connect(broker.host, broker.port);
    const link = await broker.accept();
    await link.expect(
      packets.connect({
        client_id: "fresh",
        clean: false,
        username: "u",
        password: "p",
        will: { topic: "w", payload: "x" },
      }),
    );
    await dialled;
    link.send(packets.connack());
    await eventually(() => expect(seen).toEqual(["new"]));
  });

  it("keeps the delays of reconnect_delay_set()", async () => {
    await using talk = await strangers();
    const { client, broker } = talk;
    client.reconnect_delay_set(0, 0);
    client.reinitialise();
    client.loop_start();
    const first = client.connect(broker.host, broker.port);
    const link = await broker.accept();
    await first;
    link.reset();
    await broker.accept({ within: 700 });
  });

  it("takes its arguments by name", () => {
    const client = new Client();
    client.reinitialise({ client_id: "a", clean_session: false, userdata: { plain: 1 } });
    expect(client.user_data_get()).toEqual({ plain: 1 });
    client.reinitialise("a", { clean_session: false, userdata: 5 });
    expect(client.user_data_get()).toBe(5);
    client.reinitialise("a", true, { plain: 2 });
    expect(client.user_data_get()).toEqual({ plain: 2 });
    expect(() => client.reinitialise({ client: "a" } as never)).toThrow('did you mean "client_id"?');
    expect(() => client.reinitialise("", false)).toThrow("client_id");
  });

  it("leaves a client that refused its arguments as it was", async () => {
    await using talk = await connected();
    expect(() => talk.client.reinitialise("", false)).toThrow("client_id");
    const info = talk.client.publish("t", "p", 1);
    await talk.link.expect_packet("PUBLISH");
    talk.link.send(talk.packets.puback(1));
    expect(await info.wait_for_publish()).toBe(true);
  });
});
