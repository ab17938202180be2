// Decides what the scripts of paho's tutorial have to do, wherever the broker is and however it is entered.

import { expect, it } from "@jest/globals";
import { run_script, start_script } from "../support/run_script.ts";
import type { Entrance } from "./entrances.ts";
import { connected } from "./scene.ts";

/** A broker that runs for one spec. */
export interface Stand extends AsyncDisposable {
  /** Where it is entered over plain TCP. */
  readonly port: number;
  /** How the scripts enter it; without it as everybody. */
  readonly entrance?: Entrance;
}

/** The scripts as a beginner would run them: each in a process of its own. */
export function the_scripts_work(start: () => Promise<Stand>, protocol: 3 | 4 | 5): void {
  it("the publisher's two messages reach the listener, and the publisher ends by itself", async () => {
    await using broker = await start();
    const options = options_for(broker, protocol);
    // What is retained comes when the listener has subscribed.
    await using client = await connected(broker.port, { protocol });
    await client.publish("house/hall", "ready", 1, true).wait_for_publish();
    await using listener = start_script("spec/scenario/tutorial_listener.mjs", options);
    await listener.output(/house\/hall ready\n/);

    const publisher = await run_script("spec/scenario/tutorial_publisher.mjs", options);
    expect(publisher).toMatchObject({ exit_code: 0, stdout: "", stderr: "" });
    await listener.output(/house\/kitchen my message2\n/);
    expect(listener.stdout).toBe(
      [
        "Connected with result code Success",
        "house/hall ready",
        "house/kitchen my message",
        "house/kitchen my message2",
        "",
      ].join("\n"),
    );
    expect(listener.stderr).toBe("");
    await client.publish("house/hall", null, 1, true).wait_for_publish();
  });

  it("the subscriber collects ten messages, unsubscribes and ends", async () => {
    await using broker = await start();
    const options = options_for(broker, protocol);
    await using subscriber = start_script("spec/scenario/tutorial_subscriber.mjs", options);
    await subscriber.output(/Broker granted the following QoS: 0\n/);

    await using client = await connected(broker.port, { protocol });
    for (let number = 1; number <= 10; number++) {
      client.publish("house/attic", number);
    }
    expect(await subscriber.result()).toMatchObject({ exit_code: 0, stderr: "" });
    expect(subscriber.stdout).toBe(
      [
        "Broker granted the following QoS: 0",
        "unsubscribed with success",
        "Received the following messages: 1,2,3,4,5,6,7,8,9,10",
        "",
      ].join("\n"),
    );
  });
}

function options_for({ port, entrance }: Stand, protocol: 3 | 4 | 5) {
  const way = { transport: "tcp", host: "127.0.0.1", port, ...entrance, protocol };
  return { args: [JSON.stringify(way)], timeout_ms: 25_000 };
}
