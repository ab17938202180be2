import { createSecureContext } from "node:tls";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { KeyError, ValueError } from "../../lib/client/index.ts";
import * as publish from "../../lib/helpers/publish.ts";
import * as subscribe from "../../lib/helpers/subscribe.ts";
import { caught, type ErrorClass } from "../model/caught.ts";
import { authority } from "../support/certificates.ts";
import { free_port } from "../support/mosquitto.ts";

const ca = authority();

/** What each helper is called with; `rest` are the named arguments. */
const helpers: Record<string, (rest: object) => unknown> = {
  "publish.single": (rest) => publish.single("t", "x", rest),
  "publish.multiple": (rest) => publish.multiple([["t", "x"]], rest),
  "subscribe.simple": (rest) => subscribe.simple("t", rest),
  "subscribe.callback": (rest) => subscribe.callback(() => {}, "t", rest),
};

describe.each(Object.entries(helpers))("%s", (_name, call) => {
  // The warning of `insecure` is no business of these specs.
  beforeEach(() => void jest.spyOn(process, "emitWarning").mockImplementation(() => {}));
  afterEach(() => void jest.restoreAllMocks());

  it.each<[string, object, ErrorClass, RegExp]>([
    ["a file that is not there", { tls: { ca_certs: "no/such.pem" } }, ValueError, /does not exist/],
    ["an unknown member of tls", { tls: { ca_cert: "x" } }, TypeError, /tls has no member .* "ca_certs"/],
    ["an unknown option of a context", { tls: { ca: ca.cert, crt: "" } }, TypeError, /has no option "crt"/],
    ["an insecure that is no flag", { tls: { insecure: 1 } }, TypeError, /value must be true or false/],
    ["a tls that is no object", { tls: "ca.pem" }, TypeError, /context must be/],
    ["a proxy without a type", { proxy_args: {} }, ValueError, /proxy_type/],
    ["an unknown member of proxy_args", { proxy_args: { host: "x" } }, TypeError, /proxy_args has no member/],
    ["proxy_args that are no object", { proxy_args: "proxy" }, ValueError, /proxy_args must be an object/],
    ["auth without a name", { auth: {} }, KeyError, /auth has no username/],
    ["an unknown transport", { transport: "udp" }, ValueError, /transport must be one of/],
  ])("refuses %s at once", (_what, rest, type, wanted) => {
    const error = caught(() => call(rest));
    expect(error).toBeInstanceOf(type);
    expect(error.message).toMatch(wanted);
  });

  it("leaves the caller's objects as they are", async () => {
    const tls = Object.freeze({ ca_certs: ca.cert, insecure: true });
    const proxy_args = Object.freeze({ proxy_type: "http", proxy_addr: "127.0.0.1", proxy_port: 2 });
    const rest = Object.freeze({ hostname: "127.0.0.1", port: await free_port(), tls, proxy_args });
    await expect(call(rest)).rejects.toThrow(/cannot connect to the proxy 127\.0\.0\.1:2/);
    expect(tls).toEqual({ ca_certs: ca.cert, insecure: true });
  });

  it.each<[string, object]>([
    ["the arguments of tls_set()", { ca_certs: ca.cert }],
    ["no arguments", {}],
    ["Node's options", { ca: ca.cert, insecure: true }],
    ["a context", createSecureContext({ ca: ca.cert })],
  ])("takes as tls %s", async (_what, tls) => {
    const to = { hostname: "127.0.0.1", port: await free_port(), tls };
    await expect(call(to)).rejects.toThrow(/nothing listens/);
  });
});
