import { describe, expect, it } from "@jest/globals";
import { MQTTErrorCode } from "../../lib/model/enums.ts";
import {
  connack,
  connect,
  disconnect,
  pingresp,
  props,
  puback,
  publish,
  suback,
  subscribe,
} from "../support/core_packets.ts";
import { Wire } from "../support/session_wire.ts";

const versions = [3, 4, 5] as const;

describe.each(versions)("CONNECT of version %i", (version) => {
  it("says what is set", () => {
    const will = {
      topic: "gone",
      payload: Buffer.from("x"),
      qos: 2 as const,
      retain: true,
      properties: null,
    };
    const credentials = { username: "u", password: Buffer.from("p") };
    const wire = new Wire({
      version,
      keepalive: 7,
      client_id: "c",
      bridge: true,
      will,
      ...credentials,
    }).open();
    wire.expect(connect({ version, keepalive: 7, client_id: "c", bridge: true, will, ...credentials }));
  });

  it("sends an empty user name and password when they are set", () => {
    const credentials = { username: "", password: Buffer.alloc(0) };
    new Wire({ version, ...credentials }).open().expect(connect({ version, ...credentials }));
  });

  it.each([true, false])("with clean %p says so each time [MQTT-3.1.2-4]", (clean) => {
    const wire = new Wire({ version, clean });
    wire.open().expect(connect({ version, clean })).accept().cut();
    wire.open().expect(connect({ version, clean }));
  });

  it("with FIRST_ONLY is clean until one was accepted, a refusal does not count", () => {
    const wire = new Wire({ version, clean: "first", retry_refused: false });
    wire
      .open()
      .expect(connect({ version, clean: true }))
      .cut();
    wire
      .open()
      .expect(connect({ version, clean: true }))
      .send(connack({ reason_code: version === 5 ? 0x88 : 3 }));
    wire
      .open()
      .expect(connect({ version, clean: true }))
      .accept()
      .cut();
    wire
      .open()
      .expect(connect({ version, clean: false }))
      .cut();
    wire
      .open()
      .expect(connect({ version, clean: false }))
      .accept()
      .cut();
    wire.session.begin_anew();
    wire.open().expect(connect({ version, clean: true }));
  });

  it("takes new settings from the next link on", () => {
    const wire = new Wire({ version }).open().expect(connect({ version }));
    const changed = { ...wire.settings, version: 5 as const, client_id: "other", keepalive: 9, clean: false };
    wire.session.configure(changed);
    wire.accept();
    wire.publish("old", 1);
    wire.expect(publish("t", "old", { qos: 1, mid: 1 }));
    expect(wire.session.next_timeout()).toBe(wire.now + 60_000);
    wire
      .cut()
      .open()
      .expect(connect({ version: 5, client_id: "other", keepalive: 9, clean: false }));
  });
});

describe("CONNECT properties", () => {
  const connect_properties = props(1, { SessionExpiryInterval: 60 });

  it("are sent on MQTT 5", () => {
    const wire = new Wire({ version: 5, connect_properties }).open();
    wire.expect(connect({ version: 5, properties: connect_properties }));
  });

  it("mean nothing before", () => {
    new Wire({ version: 4, connect_properties }).open().expect(connect());
  });
});

describe("the client id", () => {
  it.each([
    ["3.1", 3, (wire: Wire) => wire.open()],
    [
      "3.1.1 that its broker has refused without",
      4,
      (wire: Wire) => wire.open().send(connack({ reason_code: 2 })),
    ],
  ] as const)("that was made up for %s stays the same for life", (_what, version, begin) => {
    let made = 0;
    const wire = new Wire({ version, client_id: "", random_client_id: () => `id ${++made}` });
    begin(wire);
    if (version === 4) wire.closed();
    wire.received();
    wire.session.begin_anew();
    wire.session.replaced();
    wire.open().expect(connect({ version, client_id: "id 1" }));
    expect(made).toBe(1);
  });

  it("of a 3.1 client without one is the spare one, for 3.1 has no empty id", () => {
    const wire = new Wire({ version: 3, client_id: "" }).open();
    wire.expect(connect({ version: 3, client_id: "spare" }));
    expect(wire.session.client_id).toBe("spare");
  });

  it("may be empty from 3.1.1 on [MQTT-3.1.3-6]", () => {
    new Wire({ client_id: "" }).open().expect(connect({ client_id: "" }));
  });

  it("that the broker has assigned is used for reconnects [MQTT-3.2.2-16]", () => {
    const wire = new Wire({ version: 5, client_id: "" }).connected(false, {
      AssignedClientIdentifier: "auto",
    });
    expect(wire.session.client_id).toBe("auto");
    wire
      .cut()
      .open()
      .expect(connect({ version: 5, client_id: "auto", clean: false }))
      .accept();
    expect(wire.session.client_id).toBe("auto");
    wire.cut();
    wire.session.begin_anew();
    expect(wire.session.client_id).toBe("");
    wire.open().expect(connect({ version: 5, client_id: "" }));
  });

  it("that is set later takes the place of an assigned one", () => {
    const wire = new Wire({ version: 5, client_id: "" }).connected(false, {
      AssignedClientIdentifier: "auto",
    });
    wire.cut();
    wire.session.configure({ ...wire.settings, client_id: "mine" });
    wire.open().expect(connect({ version: 5, client_id: "mine", clean: false }));
  });
});

describe.each(versions)("CONNACK of version %i", (version) => {
  it("with 0 opens the link", () => {
    const wire = new Wire({ version }).open().accept();
    expect(wire.session.phase).toBe("connected");
    expect(wire.told("connack")).toMatchObject([{ packet: { reason_code: 0 } }]);
  });

  it("that comes a second time ends it, without a second word to the user", () => {
    const wire = new Wire({ version }).open().accept().accept();
    expect(wire.told("connack")).toHaveLength(1);
    expect(wire.closed()).toMatchObject({ rc: 2, error: { code: "ERR_MQTT_PROTOCOL", reason_code: 0x82 } });
    const goodbye = wire.received().slice(1);
    expect(goodbye).toEqual(version === 5 ? [disconnect(0x82)] : []);
  });

  const too_early = [
    publish("t"),
    puback(1),
    suback(1, 0),
    pingresp,
    ...(version === 5 ? [disconnect()] : []),
  ];
  it.each(too_early)(
    "must come before all else: packet type $type ends the link [MQTT-3.2.0-1]",
    (packet) => {
      const wire = new Wire({ version }).open().send(packet);
      expect(wire.closed()).toMatchObject({
        rc: 2,
        error: { message: expect.stringContaining("before CONNACK") },
      });
      expect(wire.event_types()).toEqual([]);
      expect(wire.received()).toHaveLength(1);
    },
  );

  it("ends the link when it says that there is a session after a clean start [MQTT-3.2.2-2]", () => {
    const wire = new Wire({ version, clean: true }).open();
    wire.send_bytes(version === 5 ? "20 03 01 00 00" : "20 02 01 00");
    if (version === 3) {
      expect(wire.told("connack")).toMatchObject([{ session_present: false }]);
      return;
    }
    expect(wire.told("connack")).toEqual([]);
    expect(wire.closed()).toMatchObject({ rc: 2, error: { reason_code: 0x82 } });
  });

  it("that does not come in time ends the link", () => {
    const wire = new Wire({ version, keepalive: 7 }).open();
    expect(wire.session.next_timeout()).toBe(wire.now + 7_000);
    wire.wait(6_999);
    expect(wire.session.phase).toBe("connecting");
    wire.wait(1);
    expect(wire.closed()).toMatchObject({ rc: 16, error: { code: "ERR_MQTT_TIMEOUT" } });
    expect(wire.ending).toEqual({ flush: false });
  });

  it("is awaited a minute when there is no keepalive", () => {
    const wire = new Wire({ version, keepalive: 0 }).open();
    expect(wire.session.next_timeout()).toBe(wire.now + 60_000);
  });
});

describe("session present", () => {
  it.each([
    [4, false, false],
    [4, true, true],
    [5, false, false],
    [5, true, true],
  ] as const)("on version %i with flag %p is %p", (version, flag, present) => {
    const wire = new Wire({ version, clean: false }).open().accept(flag);
    expect(wire.told("connack")).toMatchObject([{ session_present: present }]);
  });

  it.each([true, false])("on 3.1, which has no flag, is never said; clean %p", (clean) => {
    const wire = new Wire({ version: 3, clean }).open().accept();
    expect(wire.told("connack")).toMatchObject([{ session_present: false }]);
  });
});

describe("a refusal", () => {
  const { MQTT_ERR_CONN_REFUSED: refused, MQTT_ERR_PROTOCOL: protocol } = MQTTErrorCode;

  it.each<[version: 3 | 4 | 5, code: number, rc: number]>([
    ...[1, 2, 3, 4, 5].map((code) => [3, code, refused] as [3, number, number]),
    [3, 6, protocol],
    ...[1, 2, 3, 4, 5].map((code) => [4, code, refused] as [4, number, number]),
    [4, 6, protocol],
    [4, 255, protocol],
    [5, 0x84, refused],
    ...[0x80, 0x81, 0x85, 0x86, 0x87, 0x88, 0x8c, 0x97, 0x9d, 0x9f].map(
      (code) => [5, code, protocol] as [5, number, number],
    ),
  ])("on version %i with code %i is told, and ends the link with rc %i", (version, reason_code, rc) => {
    const wire = new Wire({ version, retry_refused: false, client_id: "" })
      .open()
      .send(connack({ reason_code }));
    expect(wire.told("connack")).toMatchObject([{ session_present: false, packet: { reason_code } }]);
    const error = { code: "ERR_MQTT_CONNECT_REFUSED" };
    expect(wire.closed()).toMatchObject({ rc, error, retry: false });
    expect(wire.received()).toHaveLength(1);
    expect(wire.session.phase).toBe("idle");
  });

  it("of MQTT 5 by a broker of 3.x is understood as 0x84", () => {
    const wire = new Wire({ version: 5 }).open().send_bytes("20 02 00 01");
    expect(wire.told("connack")).toMatchObject([{ packet: { reason_code: 0x84 } }]);
    expect(wire.closed().rc).toBe(refused);
  });
});

describe("a refusal that another CONNECT answers", () => {
  it("of 3.1.1 is answered with 3.1, for good", () => {
    const wire = new Wire({ client_id: "" })
      .open()
      .expect(connect({ client_id: "" }))
      .send(connack({ reason_code: 1 }));
    expect(wire.closed()).toMatchObject({ rc: 0, retry: true, error: null });
    expect(wire.told("connack")).toEqual([]);
    expect(wire.notices()).toEqual(["the broker refuses MQTT 3.1.1, trying 3.1"]);
    expect(wire.session.version).toBe(3);
    wire
      .open()
      .expect(connect({ version: 3, client_id: "spare" }))
      .accept()
      .cut();
    wire.session.begin_anew();
    wire
      .open()
      .expect(connect({ version: 3, client_id: "spare" }))
      .send(connack({ reason_code: 1 }));
    expect(wire.told("closed")).toMatchObject([{ cause: { rc: 7 } }, { cause: { rc: 5, retry: false } }]);
  });

  it("of an empty client id is answered with the spare one, which then stays", () => {
    const wire = new Wire({ client_id: "" }).open().send(connack({ reason_code: 2 }));
    expect(wire.closed()).toMatchObject({ rc: 0, retry: true });
    expect(wire.notices()).toHaveLength(1);
    wire.received();
    wire
      .open()
      .expect(connect({ client_id: "spare" }))
      .accept()
      .cut();
    expect(wire.session.client_id).toBe("spare");
    wire
      .open()
      .expect(connect({ client_id: "spare", clean: false }))
      .send(connack({ reason_code: 2 }));
    expect(wire.told("closed").at(-1)).toMatchObject({ cause: { retry: false, rc: 5 } });
  });

  it.each([
    ["another id", { client_id: "me" }, 2],
    ["3.1", { version: 3, client_id: "" }, 1],
    ["3.1", { version: 3, client_id: "" }, 2],
    ["MQTT 5", { version: 5, client_id: "" }, 0x85],
    ["a user who wants no retry", { client_id: "", retry_refused: false }, 2],
    ["a user who wants no retry", { retry_refused: false }, 1],
  ] as const)("is an ordinary one for %s: %p, code %i", (_name, rest, reason_code) => {
    const wire = new Wire(rest).open().send(connack({ reason_code }));
    expect(wire.told("connack")).toHaveLength(1);
    expect(wire.closed().retry).toBe(false);
  });

  it("loses nothing of what was wished meanwhile, and keeps its order", () => {
    const wire = new Wire({ resubscribe: false });
    wire.session.dial();
    wire.publish("1", 0);
    wire.subscribe(["a"]);
    wire.publish("3", 1);
    wire
      .opened()
      .expect(connect())
      .send(connack({ reason_code: 1 }));
    wire
      .open()
      .expect(connect({ version: 3 }))
      .accept();
    wire.expect(publish("t", "1"), subscribe(2, ["a"]), publish("t", "3", { qos: 1, mid: 3 }));
    expect(wire.told("abandoned")).toEqual([]);
    wire.send(suback(2, 0));
    expect(wire.told("subscribed")).toHaveLength(1);
  });

  it("does not make a goodbye forgotten", () => {
    const wire = new Wire();
    wire.session.dial();
    wire.publish("1", 1);
    wire.disconnect();
    wire.opened().send(connack({ reason_code: 1 }));
    expect(wire.closed()).toMatchObject({ retry: true });
    wire.received();
    wire
      .open()
      .expect(connect({ version: 3 }))
      .accept();
    wire.expect(publish("t", "1", { qos: 1, mid: 1 }), disconnect());
  });

  it.each([
    ["begins anew", (wire: Wire) => wire.session.begin_anew()],
    ["says goodbye", (wire: Wire) => expect(wire.disconnect()).toBe(4)],
  ])("is history when the user %s: what waited is settled", (_name, act) => {
    const wire = new Wire({ resubscribe: false }).open();
    wire.publish("1", 0);
    wire.subscribe(["a"]);
    wire.send(connack({ reason_code: 1 }));
    act(wire);
    expect(wire.told("abandoned")).toMatchObject([{ error: { code: "ERR_MQTT_CONNECTION_LOST" } }]);
    wire.received();
    wire.open().accept();
    expect(wire.received()).toHaveLength(1);
    expect(wire.session.owes).toBe(false);
  });

  it("is history when the user opens another link before this one has ended", () => {
    const wire = new Wire({ resubscribe: false }).open();
    wire.publish("1", 0);
    wire.received();
    wire.session.receive(Buffer.from("20020001", "hex"), wire.now);
    wire.session.replaced();
    expect(wire.told("abandoned")).toHaveLength(1);
    wire
      .open()
      .expect(connect({ version: 3 }))
      .accept()
      .expect();
    expect(wire.told("closed")).toEqual([]);
  });
});
