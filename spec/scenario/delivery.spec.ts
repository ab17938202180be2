import { describe, expect, it } from "@jest/globals";
import { in_time } from "../support/eventually.ts";
import { describe_brokers } from "./brokers.ts";
import { connected, subscribed, versions } from "./scene.ts";

const count = 10_000;
const numbers = Array.from({ length: count }, (_, index) => String(index));

describe_brokers("ten thousand messages through", (start) => {
  describe.each(versions)("on %s", (_name, protocol) => {
    it.each([0, 1, 2] as const)(
      "go there and back with QoS %i, each once and in order",
      async (qos) => {
        await using broker = await start({ busy: true });
        await using here = await connected(broker.port, { protocol });
        await using there = await connected(broker.port, { protocol });
        await subscribed(there, "there", qos);
        await subscribed(here, "back", qos);

        const arrived: string[] = [];
        const returned: string[] = [];
        const all_returned = new Promise<void>((resolve) => {
          here.on_message = (_client, _userdata, message) => {
            if (returned.push(message.text()) === count) {
              resolve();
            }
          };
        });
        there.on_message = (client, _userdata, message) => {
          arrived.push(message.text());
          client.publish("back", message.payload, qos);
        };
        const infos = numbers.map((text) => here.publish("there", text, qos));
        await in_time(all_returned, "all messages to come back", { within: 30_000 });
        expect(arrived).toEqual(numbers);
        expect(returned).toEqual(numbers);

        // Acknowledgements of the last ones may still be on their way.
        await Promise.all(infos.map((info) => info.wait_for_publish(10)));
        await there.close();
        expect([here.stats(), there.stats()]).toMatchObject([
          { queued: 0, in_flight: 0, bytes: 0, dropped: 0, reconnects: 0 },
          { queued: 0, in_flight: 0, bytes: 0, dropped: 0, reconnects: 0 },
        ]);
      },
      60_000,
    );
  });
});
