import { describe, expect, it } from "@jest/globals";
import type { TransportName } from "../../lib/client/options.ts";
import { server_of } from "../../lib/client/server_address.ts";
import { ValueError } from "../../lib/model/errors.ts";
import { caught } from "../model/caught.ts";

const shown = (text: string, port: number | null = null, transport: TransportName = "tcp") => {
  const { host, port: found, url } = server_of(text, port, transport);
  if (url === null) return `${host} ${found}`;
  const { transport: way, secure, path, login } = url;
  const password = login?.password == null ? "" : `:${Buffer.from(login.password)}`;
  const who = login === null ? "" : ` as ${login.username}${password}`;
  return `${way}${secure ? " secure" : ""} ${host} ${found}${path === null ? "" : ` ${path}`}${who}`;
};

describe("a host without a URL", () => {
  it.each([
    ["broker.example.org", null, "broker.example.org 1883"],
    ["broker", 1884, "broker 1884"],
    ["broker:1884", null, "broker 1884"],
    ["broker:1884", 1884, "broker 1884"],
    ["192.0.2.1:8883", null, "192.0.2.1 8883"],
    ["::1", null, "::1 1883"],
    ["fe80::1%eth0", 1884, "fe80::1%eth0 1884"],
    ["[::1]", null, "::1 1883"],
    ["[::1]:1884", null, "::1 1884"],
  ])("%j with port %j is %j", (text, port, wanted) => {
    expect(shown(text, port)).toBe(wanted);
  });

  it("is a path as it is over a Unix socket", () => {
    expect(shown("/run/a:1", null, "unix")).toBe("/run/a:1 1883");
  });
});

describe("a URL", () => {
  it.each([
    ["mqtt://broker", "tcp broker 1883"],
    ["MQTT://broker/", "tcp broker 1883"],
    ["tcp://broker:80", "tcp broker 80"],
    ["mqtts://broker", "tcp secure broker 8883"],
    ["ssl://broker:443", "tcp secure broker 443"],
    ["tls://[::1]:8884", "tcp secure ::1 8884"],
    ["ws://broker", "websockets broker 80"],
    ["ws://broker:9001/", "websockets broker 9001 /"],
    ["ws://broker?a=b", "websockets broker 80 /?a=b"],
    ["wss://broker/mqtt?token=x%20y", "websockets secure broker 443 /mqtt?token=x%20y"],
    ["mqtt://me:pass@broker", "tcp broker 1883 as me:pass"],
    ["mqtt://me@broker:1884", "tcp broker 1884 as me"],
    ["wss://a%40b:p%3Aq%2Fr@broker/m", "websockets secure broker 443 /m as a@b:p:q/r"],
    ["unix:/run/mosquitto.sock", "unix /run/mosquitto.sock 1883"],
    ["unix:///run/mosquitto.sock", "unix /run/mosquitto.sock 1883"],
    ["unix:here.sock", "unix here.sock 1883"],
  ])("%j is %j", (text, wanted) => {
    expect(shown(text)).toBe(wanted);
  });

  it("takes the port that is given besides, unless it has its own", () => {
    expect(shown("mqtts://broker", 8884)).toBe("tcp secure broker 8884");
    expect(shown("ws://broker:9001", 9001)).toBe("websockets broker 9001");
  });

  it("may be one also where the client is for Unix sockets", () => {
    expect(shown("mqtt://broker", null, "unix")).toBe("tcp broker 1883");
  });
});

describe("what names no server", () => {
  it.each<[unknown, number | null, string]>([
    ["", null, 'not ""'],
    [null, null, "null"],
    [5, null, "not 5"],
    ["broker:1884", 1883, "the port is given twice: 1884"],
    ["broker:0", null, "1 to 65535"],
    ["mqtt://broker:70000", null, "cannot be read as a URL"],
    ["mqtt://", null, "write it like mqtt://host:port"],
    ["mqtt://a b", null, "cannot be read as a URL"],
    ["http://broker", null, "for a WebSocket write ws://"],
    ["https://broker", null, "for a WebSocket write wss://"],
    ["amqp://broker", null, "mqtt://, mqtts://, ws://, wss:// or unix:"],
    ["mqtt://broker/topic", null, "has a path or a query"],
    ["mqtt://broker?clientId=x", null, "has a path or a query"],
    ["ws://broker/mqtt#here", null, 'has a "#"'],
    ["unix:", null, "write unix: and its path"],
    ["unix://tmp/x", null, "write unix: and its path"],
    ["mqtt://%zz@broker", null, "write %25"],
    ["me@broker", null, "no name of a host"],
    ["broker/mqtt", null, "no name of a host"],
    ["my broker", null, "no name of a host"],
  ])("is refused: %j with port %j", (text, port, wanted) => {
    const error = caught(() => server_of(text, port, "tcp"));
    expect(error).toBeInstanceOf(ValueError);
    expect(error.message).toContain(wanted);
  });

  it.each(["mqtt://me:secret@broker/path", "mqtt://me:secret@broker:1884", "http://me:secret@broker"])(
    "does not show the password: %j",
    (text) => {
      const { message } = caught(() => server_of(text, 1, "tcp"));
      expect(message).toContain("//***@broker");
      expect(message).not.toContain("secret");
    },
  );
});
