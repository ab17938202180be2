import { describe, expect, it } from "@jest/globals";
import { MQTTMessageInfo, refusal_error, type Waiting } from "../../lib/client/message_info.ts";
import { MQTTErrorCode } from "../../lib/model/enums.ts";
import { RuntimeError } from "../../lib/model/errors.ts";

interface FakeWaiting extends Waiting {
  waiters: number;
  given: Error | null;
  timers: { ms: number; fire(): void }[];
}

function fake(): FakeWaiting {
  const waiting: FakeWaiting = {
    waiters: 0,
    given: null,
    timers: [],
    begin: () => void waiting.waiters++,
    end: () => void waiting.waiters--,
    given_up: () => waiting.given,
    after(ms, fire) {
      const timer = { ms, fire };
      waiting.timers.push(timer);
      return () => void waiting.timers.splice(waiting.timers.indexOf(timer), 1);
    },
  };
  return waiting;
}

function info_of(waiting: Waiting, rc: MQTTErrorCode = 0, failure: Error | null = null): MQTTMessageInfo {
  const info = new MQTTMessageInfo(7, waiting);
  info.rc = rc;
  if (failure !== null) info.fail(failure);
  return info;
}

describe("an MQTTMessageInfo", () => {
  it("begins unpublished, and ends published", async () => {
    const info = info_of(fake(), MQTTErrorCode.MQTT_ERR_NO_CONN);
    expect([info.is_published(), info.rc, String(info)]).toEqual([false, 4, "(4, 7)"]);
    info.succeed();
    expect([info.is_published(), info.rc, String(info)]).toEqual([true, 0, "(0, 7)"]);
    expect(await info.wait_for_publish()).toBe(true);
  });

  it("holds the process while somebody waits, and no longer", async () => {
    const waiting = fake();
    const info = info_of(waiting);
    const waits = [info.wait_for_publish(), info.wait_for_publish(2)];
    expect([waiting.waiters, waiting.timers.map(({ ms }) => ms)]).toEqual([2, [2000]]);
    info.succeed();
    expect(await Promise.all(waits)).toEqual([true, true]);
    expect([waiting.waiters, waiting.timers]).toEqual([0, []]);
  });

  it("lets a time-out end one wait and not the others", async () => {
    const waiting = fake();
    const info = info_of(waiting);
    const [short, long] = [info.wait_for_publish(1), info.wait_for_publish(2)];
    waiting.timers[0]?.fire();
    expect(await short).toBe(false);
    expect(waiting.waiters).toBe(1);
    info.succeed();
    expect(await long).toBe(true);
  });

  it("fails for good: for who waits and for who asks later", async () => {
    const info = info_of(fake());
    const error = new RuntimeError("refused");
    const early = expect(info.wait_for_publish()).rejects.toBe(error);
    info.fail(error, MQTTErrorCode.MQTT_ERR_CONN_LOST);
    await early;
    await expect(info.wait_for_publish(0)).rejects.toBe(error);
    expect(() => info.is_published()).toThrow("refused");
    expect(info.rc).toBe(7);
  });

  it("is given up for who waits now, and may still succeed", async () => {
    const waiting = fake();
    const info = info_of(waiting);
    const error = new RuntimeError("closed");
    const early = expect(info.wait_for_publish(5)).rejects.toBe(error);
    info.give_up(error);
    await early;
    expect([waiting.waiters, waiting.timers, info.is_published()]).toEqual([0, [], false]);
    const later = info.wait_for_publish();
    info.succeed();
    expect(await later).toBe(true);
  });

  it("is not waited for while nobody works for it", async () => {
    const waiting = fake();
    const info = info_of(waiting);
    waiting.given = new RuntimeError("closed");
    await expect(info.wait_for_publish()).rejects.toBe(waiting.given);
    expect([waiting.waiters, info.is_published()]).toEqual([0, false]);
    info.succeed();
    expect(await info.wait_for_publish()).toBe(true);
  });

  it.each([
    [MQTTErrorCode.MQTT_ERR_QUEUE_SIZE, "ValueError", "ERR_MQTT_QUEUE_FULL"],
    [MQTTErrorCode.MQTT_ERR_NO_CONN, "RuntimeError", "ERR_MQTT_NOT_CONNECTED"],
  ])("of a message that was turned away with %i fails at once", async (rc, name, code) => {
    const info = info_of(fake(), rc, refusal_error(rc));
    await expect(info.wait_for_publish()).rejects.toMatchObject({ name, code });
    expect(() => info.is_published()).toThrow(expect.objectContaining({ code }));
  });
});
