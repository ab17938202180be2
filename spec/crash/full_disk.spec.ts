// A client whose disk is full refuses what it cannot keep, says so, loses nothing of the rest, and goes on when there is
// room again.

import { expect, it } from "@jest/globals";
import type { Client, MQTTMessage, StoreError } from "../../lib/client/index.ts";
import { busy_mosquitto, connect, connected, inbox, new_client, subscribed } from "../scenario/scene.ts";
import { eventually } from "../support/eventually.ts";
import { describe_mosquitto } from "../support/mosquitto.ts";
import { played_disk, type SmallDisk, small_disk } from "./small_disk.ts";

const session = { client_id: "publisher", persistent: true };
const long = "x".repeat(200);

function publish(client: Client<2>, number: number) {
  return client.publish("full", `${number} ${long}`, 1 + (number % 2));
}

/** Publishes until one is refused: gives how many were accepted, and the refusal. */
function fill(client: Client<2>): { accepted: number; refusal: StoreError } {
  for (let accepted = 0; ; accepted++) {
    try {
      publish(client, accepted);
    } catch (refusal) {
      return { accepted, refusal: refusal as StoreError };
    }
  }
}

/** In the order of their numbers: those of QoS 1 and 2 overtake each other. */
function numbers_of(messages: readonly MQTTMessage[]): number[] {
  return messages.map((message) => Number.parseInt(message.text(), 10)).sort((a, b) => a - b);
}

describe_mosquitto("a full disk", () => {
  it.each<[string, () => SmallDisk]>([
    ["one of its own, where the system gives us one", small_disk],
    ["one that is played", played_disk],
  ])("refuses what has no room, and costs nothing else: %s", async (_name, make) => {
    using disk = make();
    await using broker = await busy_mosquitto();
    await using subscriber = await connected(broker.port, { client_id: "subscriber" });
    const came = inbox(subscriber);
    await subscribed(subscriber, "full", 2);

    await using publisher = new_client({ ...session, store: disk.open() });
    const { accepted, refusal } = fill(publisher);
    expect(refusal).toMatchObject({
      name: "StoreError",
      code: "ERR_MQTT_STORE_FULL",
      hint: "the disk is full",
    });
    expect(accepted).toBeGreaterThan(100);

    // What relies on the store is held back: the window is sent, and nothing that would have to be written down after it.
    await connect(publisher, broker.port, session);
    await eventually(() => expect(came.length).toBeGreaterThan(0));
    expect(publisher.is_connected()).toBe(true);

    disk.make_room();
    await publish(publisher, accepted).wait_for_publish(10);
    const all = Array.from({ length: accepted + 1 }, (_, number) => number);
    await eventually(() => expect(numbers_of(came)).toEqual(all), { within: 10_000 });
    await publisher.close();

    await using next = new_client({ ...session, store: disk.open() });
    await connect(next, broker.port, session);
    expect(next.restored()).toEqual([]);
    expect(numbers_of(came)).toEqual(all);
  });
});
