import { beforeEach, describe, expect, it } from "@jest/globals";
import { type CredentialsFunction, LoginSettings } from "../../lib/client/credentials.ts";
import { caught } from "../model/caught.ts";
import { asking } from "./asking.ts";

let login: LoginSettings;

beforeEach(() => {
  login = new LoginSettings();
});

const for_attempt = async (attempt = 1) => {
  const { username, password } = await login.for_attempt(asking(attempt));
  return [username, password === null ? null : Buffer.from(password).toString()];
};

describe("username_pw_set()", () => {
  it.each<[unknown[], [string | null, string | null]]>([
    [
      ["me", "secret"],
      ["me", "secret"],
    ],
    [["me"], ["me", null]],
    [[null], [null, null]],
    [
      ["me", { password: Buffer.from("secret") }],
      ["me", "secret"],
    ],
    [[{ username: "me", password: "secret" }], ["me", "secret"]],
  ])("takes %j", async (args, wanted) => {
    login.set(args);
    expect(await for_attempt()).toEqual(wanted);
  });

  it("takes a function, which is asked before each attempt", async () => {
    login.set([async (attempt: number) => ({ username: "me", password: `token ${attempt}` })]);
    expect(await for_attempt(1)).toEqual(["me", "token 1"]);
    expect(await for_attempt(2)).toEqual(["me", "token 2"]);
    login.set([(attempt: number) => ({ username: `user ${attempt}` })]);
    expect(await for_attempt(3)).toEqual(["user 3", null]);
  });

  it("takes back a function by fixed credentials", async () => {
    login.set([() => ({ username: "old" })]);
    login.set(["new", "secret"]);
    expect(await for_attempt()).toEqual(["new", "secret"]);
  });

  it("changes nothing when an argument is wrong", async () => {
    login.set(["me", "secret"]);
    expect(caught(() => login.set(["you", 5])).message).toContain("text or bytes");
    expect(caught(() => login.set([() => ({ username: "x" }), "secret"])).message).toContain(
      "nothing besides",
    );
    expect(await for_attempt()).toEqual(["me", "secret"]);
  });

  it.each<[string, CredentialsFunction, RegExp]>([
    [
      "throws",
      () => {
        throw new Error("no token");
      },
      /^the function of username_pw_set\(\) failed: no token$/,
    ],
    ["gives nothing", () => undefined as never, /must give \{ username, password \}, not undefined/],
    ["gives a tuple", () => ["me", "secret"] as never, /must give \{ username, password \}/],
    ["gives a number", () => ({ username: 5 as never }), /user name/],
  ])("fails the attempt when the function %s", async (_how, make, wanted) => {
    login.set([make]);
    await expect(for_attempt()).rejects.toThrow(wanted);
  });

  it("fails the attempt when the function does not answer", async () => {
    login.set([() => new Promise(() => {})]);
    const late = asking();
    const failure = expect(login.for_attempt(late)).rejects.toThrow(
      "the function of username_pw_set() gave no answer within 5 s",
    );
    await late.clock.advance(5000);
    await failure;
  });
});
