// Decides what the page of these specs does when it is told to, and how it shows what has happened: line by line.

import * as mqtt from "/karere.min.js";

const { LogLevel, MQTTErrorCode, MQTTProtocolVersion, PacketTypes } = mqtt;
const list = document.querySelector("#log");
const versions = { [MQTTProtocolVersion.MQTTv311]: "MQTT 3.1.1", [MQTTProtocolVersion.MQTTv5]: "MQTT 5" };

/** Who waits for a message, by its topic. */
const expected = new Map();
let client;

function say(text, kind = "") {
  const line = document.createElement("li");
  line.textContent = text;
  line.className = kind;
  list.append(line);
}

function show({ payload }) {
  if (!(payload instanceof Uint8Array) || payload.constructor !== Uint8Array) return "no plain bytes";
  const text = new TextDecoder().decode(payload);
  return text.length > 100 ? `${payload.length} bytes` : `"${text}"`;
}

/** A client that reconnects soon and says what happens to it. */
function make({ protocol = MQTTProtocolVersion.MQTTv311, secure = false, transport = "websockets" }) {
  client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { protocol, transport });
  if (secure) client.tls_set();
  client.reconnect_delay_set(0.1, 0.5);
  client.on_connect = (_client, _userdata, _flags, reason_code) => {
    say(`connected: ${reason_code}`, reason_code.is_failure ? "bad" : "good");
    client.subscribe("page/#", 2);
  };
  client.on_subscribe = (_client, _userdata, _mid, [reason_code]) => say(`subscribed: ${reason_code}`);
  client.on_disconnect = (_client, _userdata, _flags, reason_code) => {
    say(`disconnected: ${reason_code}`, reason_code.is_failure ? "bad" : "");
  };
  // Why, the log says.
  client.on_connect_fail = () => {};
  let complaint = "";
  client.on_log = (_client, _userdata, level, text) => {
    if (level === LogLevel.MQTT_LOG_ERR && text !== complaint) say(text, "bad");
    if (level === LogLevel.MQTT_LOG_ERR) complaint = text;
  };
  client.on_message = (_client, _userdata, message) => {
    expected.get(message.topic)?.(message);
    expected.delete(message.topic);
  };
}

globalThis.page = {
  /** Connects, with a loop that goes on; says why where that fails. */
  async connect({ host = "127.0.0.1", port, ...settings }) {
    make(settings);
    const { protocol = MQTTProtocolVersion.MQTTv311, secure = false, transport } = settings;
    const scheme = transport === "tcp" ? "mqtt" : secure ? "wss" : "ws";
    say(`connecting to ${scheme}://${host}:${port} with ${versions[protocol]}`);
    try {
      await client.connect(host, port);
      client.loop_start();
    } catch (error) {
      say(`${error.name}: ${error.message}`, "bad");
    }
  },

  /** Publishes, and waits until the broker has acknowledged it and sent it back. */
  async exchange(topic, text, qos) {
    const received = new Promise((resolve) => expected.set(topic, resolve));
    await client.publish(topic, text, qos).wait_for_publish();
    const message = await received;
    say(`${topic} came back with QoS ${message.qos}: ${show(message)}`);
  },

  /** Publishes with QoS 1, and says when the broker has acknowledged it. */
  publish(topic, text) {
    const info = client.publish(topic, text, 1);
    say(`published ${topic}${info.rc === MQTTErrorCode.MQTT_ERR_NO_CONN ? ", without a connection" : ""}`);
    info.wait_for_publish().then(() => say(`acknowledged ${topic}`, "good"));
  },

  /** Publishes with a property of MQTT 5, and says which one came back. */
  async exchange_property(topic, name, value) {
    const properties = new mqtt.Properties(PacketTypes.PUBLISH);
    properties.UserProperty = [name, value];
    const received = new Promise((resolve) => expected.set(topic, resolve));
    client.publish(topic, null, { qos: 1, properties });
    say(`${topic} came back with ${(await received).properties}`);
  },

  disconnect() {
    client.disconnect();
  },
};
