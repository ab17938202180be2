import { describe, expect, it } from "@jest/globals";
import { type Ending, type Unfinished, watch_process_end } from "../../lib/network/process_end.ts";

const listeners = () => process.listenerCount("beforeExit");
const nothing: Unfinished = { is_subscribed: false, loop_runs: false, is_connecting: false };

/** Watches one more; gives the way to leave. */
function watch(rest: Partial<Unfinished> = {}, warn: (text: string) => void = () => {}): () => void {
  const client: Ending = { unfinished: () => ({ ...nothing, ...rest }), warn };
  watch_process_end(client, true);
  watch_process_end(client, true);
  return () => watch_process_end(client, false);
}

/** What is said when nothing keeps the process alive any more. */
function end_of_process(): void {
  const [ask] = process.listeners("beforeExit").slice(-1);
  ask?.(0);
}

describe("the end of the process", () => {
  it("has one listener for all who want to be asked, and none afterwards", () => {
    const before = listeners();
    const leave = Array.from({ length: 20 }, () => watch());
    expect(listeners()).toBe(before + 1);
    for (const go of leave) {
      expect(listeners()).toBe(before + 1);
      go();
    }
    expect(listeners()).toBe(before);
  });

  it("may be left twice", () => {
    const before = listeners();
    const leave = watch();
    const stay = watch();
    leave();
    leave();
    expect(listeners()).toBe(before + 1);
    stay();
    expect(listeners()).toBe(before);
  });

  it("asks one after the other, until one has something to say", () => {
    const said: string[] = [];
    const leave = [
      watch({}, () => said.push("silent")),
      watch({ is_subscribed: true }, () => said.push("speaks")),
      watch({ is_subscribed: true }, () => said.push("not asked")),
    ];
    end_of_process();
    for (const go of leave) go();
    expect(said).toEqual(["speaks"]);
  });

  it.each<[Partial<Unfinished>, string | undefined]>([
    [
      { is_subscribed: true, loop_runs: true },
      "although it has subscribed: loop_start() does not keep it alive",
    ],
    [{ is_subscribed: true }, "although it has subscribed: no loop runs"],
    [
      { is_connecting: true, loop_runs: true },
      "before it was connected: loop_start() does not keep it alive",
    ],
    [{ is_connecting: true }, undefined],
    [{ loop_runs: true }, undefined],
  ])("of a program that leaves %j says: %s", (rest, wanted) => {
    let said: string | undefined;
    const leave = watch(rest, (text) => {
      said = text;
    });
    end_of_process();
    leave();
    if (wanted === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(`the program ends ${wanted}, use loop_forever() to stay`);
  });
});
