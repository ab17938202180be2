// The entry `karere/blocking`: all of `karere/blocking/client`, each of its modules as a namespace, and `input()`.

export * as enums from "../model/enums.ts";
export { KeyboardInterrupt, SystemExit } from "../model/interrupts.ts";
export * as matcher from "../model/matcher.ts";
export * as packettypes from "../model/packettypes.ts";
export * as properties from "../model/properties.ts";
export * as reasoncodes from "../model/reasoncodes.ts";
export * as subscribeoptions from "../model/subscribeoptions.ts";
export { __version__ } from "../model/version.ts";
export { input } from "./input.ts";
export * from "./names.ts";
export * as client from "./names.ts";
export * as publish from "./publish.ts";
export * as subscribe from "./subscribe.ts";
export * as time from "./time.ts";
