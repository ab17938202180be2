// Decides what `karere/testing` exports: what a program's own tests need to see it live through a bad network.

export { type Disturber, disturber } from "./disturber.ts";
export { type FakeClock, using_clock } from "./fake_clock.ts";
export {
  at_packet,
  at_random,
  type Direction,
  type Mishap,
  type PassingPacket,
  type Plan,
} from "./mishaps.ts";
export { type TestBroker, using_broker } from "./test_broker.ts";
