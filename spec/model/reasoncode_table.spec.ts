import { expect, it } from "@jest/globals";
import { reason_code_table } from "../../lib/model/reasoncode_table.ts";
import { reason_code_facts } from "./facts/reasoncode_facts.ts";

it("the reason code table is paho's", () => {
  expect(reason_code_table).toEqual(
    reason_code_facts.map(([value, name, packets]) => ({ value, name, packets })),
  );
});
