// Decides what must be covered whole by specs of its own: the rules of MQTT, which no broker and no network helps to test.

import config from "./jest.config.js";

export default {
  ...config,
  testMatch: ["<rootDir>/spec/{model,codec,protocol}/**/*.spec.ts"],
  collectCoverage: true,
  collectCoverageFrom: ["lib/{model,codec,protocol}/**/*.ts"],
  coverageReporters: ["text-summary"],
  coverageThreshold: { global: { lines: 100, branches: 100 } },
};
