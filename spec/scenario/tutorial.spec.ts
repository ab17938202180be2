import { afterAll, beforeAll, describe } from "@jest/globals";
import { embedded_broker } from "../support/embedded_broker.ts";
import { describe_mosquitto, mosquitto } from "../support/mosquitto.ts";
import { entrance_names, type House, mosquitto_with_all_entrances } from "./entrances.ts";
import { versions } from "./scene.ts";
import { the_scripts_work } from "./tutorial.ts";

describe_mosquitto("the tutorial's scripts and mosquitto", () => {
  describe.each(versions)("on %s", (_name, protocol) => the_scripts_work(mosquitto, protocol));
});

describe("the tutorial's scripts and the embedded broker", () => {
  // Not on MQTT 5, which this broker does not speak.
  const spoken = versions.filter(([, protocol]) => protocol !== 5);
  describe.each(spoken)("on %s", (_name, protocol) => the_scripts_work(embedded_broker, protocol));
});

describe_mosquitto("the tutorial's scripts behind every door", () => {
  let house: House;

  beforeAll(async () => {
    house = await mosquitto_with_all_entrances();
  });

  afterAll(async () => {
    await house[Symbol.asyncDispose]();
  });

  describe.each(entrance_names)("over %s", (name) => {
    const there = async () => ({
      port: house.broker.port,
      entrance: house.at(name),
      async [Symbol.asyncDispose]() {},
    });
    the_scripts_work(there, 5);
  });
});
