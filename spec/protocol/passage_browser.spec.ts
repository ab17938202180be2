import { expect, it } from "@jest/globals";
import * as short from "../../lib/protocol/passage.ts";
import * as strict from "../../lib/protocol/passage_browser.ts";

it("lets nothing pass in a page, where everything stands in its line", () => {
  expect(Object.keys(strict).sort()).toEqual(Object.keys(short).sort());
  expect(new strict.Passage().publish()).toBe(false);
  expect([strict.left_with(), strict.lost_with()]).toEqual([null, null]);
  expect(strict.write_queued()).toBe(0);
  expect(strict.acknowledges()).toBe(false);
  expect(strict.is_plain_acknowledgement({ cmd: "puback", messageId: 1 })).toBe(false);
});
