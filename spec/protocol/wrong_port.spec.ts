import { describe, expect, it } from "@jest/globals";
import { TransportError } from "../../lib/model/errors.ts";
import { wrong_port } from "../../lib/protocol/wrong_port.ts";
import {
  no_broker as no_broker_of_page,
  wrong_port as wrong_port_of_page,
} from "../../lib/protocol/wrong_port_browser.ts";
import { Wire } from "../support/session_wire.ts";

const TLS_ALERT = "15 0303 0002 0246";
const TLS_HANDSHAKE = "16 0301 0005 0100000100";
const HTTP = Buffer.from("HTTP/1.1 400 Bad Request\r\n").toString("hex");

describe.each([3, 4, 5] as const)("a broker of another protocol, asked in version %i,", (version) => {
  it.each([
    ["TLS, with an alert", TLS_ALERT, "this port speaks TLS: connect to the broker's port without TLS"],
    ["TLS, with a handshake", TLS_HANDSHAKE, "this port speaks TLS: "],
    ["HTTP", HTTP, "this port speaks HTTP: it is a web server, or the broker's WebSocket port"],
  ])("is recognised by its first bytes: %s", (_name, bytes, text) => {
    const wire = new Wire({ version }).open().send_bytes(bytes);
    const { rc, error } = wire.closed();
    expect(rc).toBe(2);
    expect(error).toBeInstanceOf(TransportError);
    expect(error?.message).toContain(text);
    expect(wire.ending).toEqual({ flush: false });
  });

  it("is told as none that speaks MQTT when its first bytes are nothing known", () => {
    const { rc, error } = new Wire({ version }).open().send_bytes("ff fe fd").closed();
    expect(rc).toBe(2);
    expect(error).toBeInstanceOf(TransportError);
    expect(error?.message).toMatch(/^what answers there does not speak MQTT: are host and port those of/);
    expect(error?.cause).toMatchObject({ code: expect.stringMatching(/^ERR_MQTT_(MALFORMED|PROTOCOL)$/) });
  });

  it("is not suspected when a wrong CONNACK comes", () => {
    const { error } = new Wire({ version }).open().send_bytes("21 02 00 00").closed();
    expect(error).not.toBeInstanceOf(TransportError);
  });

  it("is not suspected later", () => {
    const wire = new Wire({ version }).connected().send_bytes(TLS_ALERT);
    expect(wire.closed().error?.message).toContain("CONNECT");
    const cut = new Wire({ version }).open().send_bytes("20 02").send_bytes(TLS_ALERT);
    expect(cut.closed().error).not.toBeInstanceOf(TransportError);
  });
});

describe("the first bytes", () => {
  it.each(["", "15", "16 02", "48 54 54", "20 02 00 00", "30 03 00 01 61"])("%p say nothing", (bytes) => {
    expect(wrong_port(Buffer.from(bytes.replaceAll(" ", ""), "hex"))).toBeNull();
  });
});

it("does not come to a page, which speaks nothing but WebSocket", () => {
  expect([wrong_port_of_page(), no_broker_of_page()]).toEqual([null, null]);
});
