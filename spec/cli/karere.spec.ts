// The command `karere`: what it understands, and what it says of what it does not.

import { expect, it } from "@jest/globals";
import { __version__ } from "../../lib/model/version.ts";
import { run_script } from "../support/run_script.ts";

const usage = expect.stringMatching(/^usage:\n {2}karere run script \[argument\.\.\.\]\n/);

it.each([
  [["--version"], 0, `${__version__}\n`, ""],
  [["--help"], 0, usage, ""],
  [["run", "--help"], 0, usage, ""],
  [[], 2, "", usage],
  [["run"], 2, "", usage],
  [["fly"], 2, "", expect.stringMatching(/^karere: there is no command "fly"\nusage:/)],
  [["run", "--inspect", "a.js"], 2, "", expect.stringContaining("--inspect is no script")],
])("answers %j", async (args, exit_code, stdout, stderr) => {
  const result = await run_script("dist/cli/karere.js", { args });
  expect(result).toMatchObject({ exit_code, stdout, stderr });
});
