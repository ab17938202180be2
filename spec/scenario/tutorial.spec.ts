import { describe, expect, it } from "@jest/globals";
import { embedded_broker } from "../support/embedded_broker.ts";
import { describe_mosquitto, mosquitto } from "../support/mosquitto.ts";
import { run_script, start_script } from "../support/run_script.ts";
import { connected, versions } from "./scene.ts";

interface Broker extends AsyncDisposable {
  readonly port: number;
}

/** The scripts as a beginner would run them: each in a process of its own. */
function the_scripts_work(start: () => Promise<Broker>, protocol: 3 | 4 | 5): void {
  it("the publisher's two messages reach the listener, and the publisher ends by itself", async () => {
    await using broker = await start();
    const options = { args: [String(broker.port), String(protocol)], timeout_ms: 25_000 };
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
  });

  it("the subscriber collects ten messages, unsubscribes and ends", async () => {
    await using broker = await start();
    const options = { args: [String(broker.port), String(protocol)], timeout_ms: 25_000 };
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

describe_mosquitto("the tutorial's scripts and mosquitto", () => {
  describe.each(versions)("on %s", (_name, protocol) => the_scripts_work(mosquitto, protocol));
});

describe("the tutorial's scripts and the embedded broker", () => {
  // Not on MQTT 5, which this broker does not speak.
  const spoken = versions.filter(([, protocol]) => protocol !== 5);
  describe.each(spoken)("on %s", (_name, protocol) => the_scripts_work(embedded_broker, protocol));
});
