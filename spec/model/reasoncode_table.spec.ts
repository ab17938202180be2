import { expect, it } from "@jest/globals";
import { reason_code_table } from "../../lib/model/reasoncode_table.ts";
import { standard_reason_codes } from "./facts/reasoncode_facts.ts";

it("the reason code table is the standard's", () => {
  expect(reason_code_table).toEqual(
    standard_reason_codes.map(([value, name, packets]) => ({ value, name, packets })),
  );
});
