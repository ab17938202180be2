// Decides how a run ends: one line for each skipped suite, which in CI is a failure; and an end at all, where a spec
// left something open. Plain JavaScript, because jest does not compile its reporters.

const moment_to_end_ms = 2_000;

export default class EndReporter {
  #config;
  #skipped = new Map();

  constructor(config) {
    this.#config = config;
  }

  onTestResult(_test, { testResults }) {
    // Whoever asks for some specs by name skips the others on purpose.
    if (this.#config.testNamePattern) {
      return;
    }
    for (const { status, ancestorTitles, title } of testResults) {
      if (["pending", "todo", "disabled"].includes(status)) {
        const suite = ancestorTitles[0] ?? title;
        this.#skipped.set(suite, (this.#skipped.get(suite) ?? 0) + 1);
      }
    }
  }

  onRunComplete() {
    for (const [suite, count] of this.#skipped) {
      console.error(`skipped: ${suite}, ${count} ${count === 1 ? "spec" : "specs"}`);
    }
    if (this.#fails) {
      console.error("failed: in CI nothing may be skipped");
    }
    if (!this.#config.watch && !this.#config.watchAll) {
      setTimeout(() => process.exit(1), moment_to_end_ms).unref();
    }
  }

  getLastError() {
    return this.#fails ? new Error("specs were skipped in CI") : undefined;
  }

  get #fails() {
    return Boolean(process.env.CI) && this.#skipped.size > 0;
  }
}
