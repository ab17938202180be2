import { describe, expect, it } from "@jest/globals";
import { Client, type ProxyArguments, socks, ValueError } from "../../lib/client/index.ts";
import { proxy_of } from "../../lib/client/proxy_settings.ts";
import { caught, type ErrorClass } from "../model/caught.ts";

describe("the constants of socks", () => {
  it("have the values of PySocks", () => {
    expect(socks).toEqual({
      SOCKS4: 1,
      SOCKS5: 2,
      HTTP: 3,
      PROXY_TYPE_SOCKS4: 1,
      PROXY_TYPE_SOCKS5: 2,
      PROXY_TYPE_HTTP: 3,
    });
  });
});

describe("proxy_set()", () => {
  it.each<[ProxyArguments["proxy_type"], string, number]>([
    [socks.HTTP, "http", 8080],
    [socks.SOCKS4, "socks4", 1080],
    [socks.SOCKS5, "socks5", 1080],
    ["http", "http", 8080],
    ["SOCKS4" as "socks4", "socks4", 1080],
    ["socks5", "socks5", 1080],
  ])("knows the type %p and its usual port", (proxy_type, kind, port) => {
    expect(proxy_of([{ proxy_type, proxy_addr: "proxy" }])).toEqual({
      kind,
      host: "proxy",
      port,
      remote_dns: true,
      username: null,
      password: null,
    });
  });

  it("takes everything by name", () => {
    const given = Object.freeze({
      proxy_type: socks.SOCKS5,
      proxy_addr: "proxy",
      proxy_port: 9050,
      proxy_rdns: false,
      proxy_username: "me",
      proxy_password: "secret",
    });
    expect(proxy_of([given])).toEqual({
      kind: "socks5",
      host: "proxy",
      port: 9050,
      remote_dns: false,
      username: "me",
      password: "secret",
    });
  });

  it.each<[Record<string, unknown>, ErrorClass, RegExp]>([
    [{}, ValueError, /proxy_type must be socks\.HTTP, socks\.SOCKS4 or socks\.SOCKS5, not undefined/],
    [{ proxy_type: 9, proxy_addr: "p" }, ValueError, /not 9/],
    [{ proxy_type: "ftp", proxy_addr: "p" }, ValueError, /not "ftp"/],
    [{ proxy_type: 3 }, ValueError, /proxy_addr must be the name or address of the proxy, not undefined/],
    [{ proxy_type: 3, proxy_addr: "" }, ValueError, /proxy_addr/],
    [{ proxy_type: 3, proxy_addr: "p", proxy_port: 0 }, ValueError, /proxy_port must be a whole number/],
    [{ proxy_type: 3, proxy_addr: "p", proxy_port: "80" }, TypeError, /proxy_port must be a number/],
    [{ proxy_type: 3, proxy_addr: "p", proxy_rdns: 1 }, TypeError, /proxy_rdns must be true or false/],
    [{ proxy_type: 3, proxy_addr: "p", proxy_username: 1 }, TypeError, /proxy_username must be text/],
    [{ proxy_type: 3, proxy_address: "p" }, TypeError, /did you mean "proxy_addr"/],
  ])("refuses %j", (args, type, wanted) => {
    const error = caught(() => new Client().proxy_set(args as never));
    expect(error).toBeInstanceOf(type);
    expect(error.message).toMatch(wanted);
  });
});
