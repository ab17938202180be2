import { describe, expect, it } from "@jest/globals";
import type { Client } from "../../lib/client/index.ts";
import { disturber } from "../../lib/testing/disturber.ts";
import { eventually } from "../support/eventually.ts";
import { describe_mosquitto } from "../support/mosquitto.ts";
import { busy_mosquitto, connected, inbox, subscribed, texts, versions } from "./scene.ts";

const numbers = Array.from({ length: 2_000 }, (_, index) => String(index));

/** What comes to one client on `out/...` goes on through the other to `in/...`. */
function bridge(from: Client<2>, to: Client<2>): void {
  from.on_message = (_client, _userdata, { topic, payload, qos }) => {
    to.publish(topic.replace("out", "in"), payload, qos);
  };
}

describe_mosquitto("two clients in one process that are a bridge between two mosquittos", () => {
  describe.each(versions)("on %s", (_name, protocol) => {
    it.each([
      [1, "whole"],
      [2, "whole"],
      [2, "cut in between"],
    ] as const)(
      "hand on everything in order, both ways, with QoS %i over a wire that is %s",
      async (qos, wire) => {
        await using west = await busy_mosquitto();
        await using east = await busy_mosquitto();
        await using to_east = await disturber(east.port);
        const session = { protocol, persistent: true, client_id: "bridge" };
        await using west_end = await connected(west.port, session);
        await using east_end = await connected(to_east.port, session);
        bridge(west_end, east_end);
        bridge(east_end, west_end);
        await subscribed(west_end, "out/#", qos);
        await subscribed(east_end, "out/#", qos);

        await using west_user = await connected(west.port, { protocol });
        await using east_user = await connected(east.port, { protocol });
        await subscribed(west_user, "in/#", qos);
        await subscribed(east_user, "in/#", qos);
        const [to_west_user, to_east_user] = [inbox(west_user), inbox(east_user)];
        if (wire !== "whole") {
          east_user.message_callback_add("in/from/west", (_client, _userdata, message) => {
            to_east_user.push(message);
            if (to_east_user.length === numbers.length / 2) {
              to_east.cut("RST");
            }
          });
        }
        for (const number of numbers) {
          west_user.publish("out/from/west", number, qos);
          east_user.publish("out/from/east", number, qos);
        }
        await eventually(
          () => to_west_user.length >= numbers.length && to_east_user.length >= numbers.length,
          {
            within: 20_000,
          },
        );
        expect(texts(to_west_user)).toEqual(numbers);
        expect(texts(to_east_user)).toEqual(numbers);
        expect(to_west_user[0]?.topic).toBe("in/from/east");
        await eventually(() => expect(east_end.stats().reconnects).toBe(wire === "whole" ? 0 : 1));
      },
      60_000,
    );
  });
});
