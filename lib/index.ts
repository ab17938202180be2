// The entry `karere`: all of `karere/client`, and each of paho's modules as a namespace.

export * from "./client/index.ts";
export * as client from "./client/index.ts";
export * as publish from "./helpers/publish.ts";
export * as subscribe from "./helpers/subscribe.ts";
export * as enums from "./model/enums.ts";
export { KeyboardInterrupt, SystemExit } from "./model/interrupts.ts";
export * as matcher from "./model/matcher.ts";
export * as packettypes from "./model/packettypes.ts";
export * as properties from "./model/properties.ts";
export * as reasoncodes from "./model/reasoncodes.ts";
export * as subscribeoptions from "./model/subscribeoptions.ts";
export { __version__ } from "./model/version.ts";
