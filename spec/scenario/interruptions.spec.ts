import { describe, expect, it } from "@jest/globals";
import { disturber } from "../../lib/testing/disturber.ts";
import { eventually, in_time } from "../support/eventually.ts";
import { describe_brokers } from "./brokers.ts";
import { connect, connected, new_client, subscribed, versions } from "./scene.ts";

const count = 10_000;
const numbers = Array.from({ length: count }, (_, index) => String(index));

const cut_by = (number: number) => (number % 2 === 0 ? "FIN" : "RST");

/** Publishes all numbers from one client with a persistent session to another, and interrupts both in between. */
async function send_all(
  port: number,
  protocol: 3 | 4 | 5,
  qos: 1 | 2,
  interruptions: number,
  interrupt: (number: number) => Promise<void> | void,
): Promise<string[]> {
  const session = { protocol, persistent: true };
  await using subscriber = new_client({ ...session, client_id: "subscriber" });
  const arrived: string[] = [];
  const different = new Set<string>();
  subscriber.on_message = (_client, _userdata, message) => {
    const text = message.text();
    arrived.push(text);
    different.add(text);
  };
  await connect(subscriber, port, session);
  await subscribed(subscriber, "numbers", qos);

  await using publisher = await connected(port, { ...session, client_id: "publisher" });
  const infos = numbers.map((text) => publisher.publish("numbers", text, qos));
  for (let number = 1; number <= interruptions; number++) {
    const so_many = (count * number) / (interruptions + 1);
    await eventually(() => different.size >= so_many, { within: 20_000 });
    await interrupt(number);
  }
  const acknowledged = Promise.all(infos.map((info) => info.wait_for_publish()));
  await in_time(acknowledged, "all acknowledgements", { within: 20_000 });
  await eventually(() => different.size === count, { within: 20_000 });
  // Not each: some may come before the client has noticed that before them, on a machine that is busy.
  expect(publisher.stats().reconnects).toBeGreaterThan(interruptions / 4);
  expect(subscriber.stats().reconnects).toBeGreaterThan(interruptions / 4);
  expect(publisher.stats()).toMatchObject({ queued: 0, in_flight: 0, dropped: 0 });
  return arrived;
}

describe_brokers(
  "ten thousand messages while the way to the subscriber breaks again and again, with",
  (start) => {
    describe.each(versions)("on %s", (_name, protocol) => {
      it("with QoS 1, over ten restarts of the broker: none is lost, and none comes out of turn", async () => {
        await using broker = await start({ busy: true });
        const arrived = await send_all(broker.port, protocol, 1, 10, async () => {
          await broker.stop();
          await broker.start();
        });
        expect([...new Set(arrived)]).toEqual(numbers);
      }, 60_000);

      // Mosquitto sometimes takes up an exchange again that was complete, even after a restart in good order: seen in one
      // of some forty runs, a PUBLISH with DUP for an id that its own PUBREL had released. Exactly once is shown below,
      // where only the wire breaks.
      it("with QoS 2, over three restarts of the broker: none is lost, and none comes out of turn", async () => {
        await using broker = await start({ busy: true });
        const arrived = await send_all(broker.port, protocol, 2, 3, async () => {
          await broker.stop();
          await broker.start();
        });
        expect([...new Set(arrived)]).toEqual(numbers);
      }, 60_000);

      it("with QoS 1, over ten cuts of the wire: none is lost, and none comes out of turn", async () => {
        await using broker = await start({ busy: true });
        await using wire = await disturber(broker.port);
        const arrived = await send_all(wire.port, protocol, 1, 10, (number) => wire.cut(cut_by(number)));
        expect([...new Set(arrived)]).toEqual(numbers);
      }, 60_000);

      it("with QoS 2, over ten cuts of the wire: each comes once, in order", async () => {
        await using broker = await start({ busy: true });
        await using wire = await disturber(broker.port);
        const arrived = await send_all(wire.port, protocol, 2, 10, (number) => wire.cut(cut_by(number)));
        expect(arrived).toEqual(numbers);
      }, 60_000);
    });
  },
);
