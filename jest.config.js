export default {
  roots: ["<rootDir>/spec"],
  testMatch: ["**/*.spec.ts"],
  testEnvironment: "<rootDir>/spec/support/spec_environment.ts",
  globalSetup: "<rootDir>/spec/support/global_setup.ts",
  reporters: ["default", "<rootDir>/spec/support/end_reporter.mjs"],
  transform: {
    "\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  // Half of the time is waiting: two files at a time are right even for two cores.
  maxWorkers: 2,
  injectGlobals: false,
  // The specs have patience of their own, and say what they waited for; this must not end them first.
  testTimeout: 30_000,
};
