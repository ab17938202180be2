// Decides when a spec file is judged for what it left open: after its very last hook, which no hook of its own could
// tell. Jest runs each spec file in one of these.

import { TestEnvironment } from "jest-environment-node";
import { leaked_since, open_handles } from "./leak_check.ts";

export default class SpecEnvironment extends TestEnvironment {
  #before = open_handles();
  #failed = false;

  override async setup(): Promise<void> {
    await super.setup();
    // Node opens these when they are first asked for, which may be in a spec.
    void [process.stdout, process.stderr];
    this.#before = open_handles();
  }

  async handleTestEvent({ name }: { name: string }): Promise<void> {
    if (/_failure$|^error$/.test(name)) {
      this.#failed = true;
    }
    // A spec that failed had no chance to tidy up, and its own error says more.
    if (name === "run_finish" && !this.#failed) {
      const leaked = await leaked_since(this.#before);
      if (leaked.length > 0) {
        throw new Error(`the spec left open: ${leaked.join(", ")}`);
      }
    }
  }
}
