// paho's names of the callback types fit the client's properties. What does not fit does not compile.

import { expect, it } from "@jest/globals";
import * as mqtt from "../../lib/client/index.ts";

it("lets handlers be declared apart from the client, by paho's names", () => {
  const connect_3: mqtt.CallbackOnConnect_v1_mqtt3 = (_client, _userdata, flags, rc) =>
    flags["session present"] + rc;
  const connect_5: mqtt.CallbackOnConnect_v1_mqtt5 = (_client, _userdata, _flags, rc) => rc.getName();
  const disconnect: mqtt.CallbackOnDisconnect_v1_mqtt3 = (_client, _userdata, rc) => rc === 0;
  const subscribe: mqtt.CallbackOnSubscribe_v1_mqtt3 = (_client, _userdata, _mid, granted) => granted.at(0);
  const unsubscribe: mqtt.CallbackOnUnsubscribe_v1 = () => {};
  const first = new mqtt.Client();
  for (const handler of [connect_3, connect_5]) first.on_connect = handler;
  Object.assign(first, { on_unsubscribe: unsubscribe });
  first.on_disconnect = disconnect;
  first.on_subscribe = subscribe;

  const connect: mqtt.CallbackOnConnect_v2 = (_client, _userdata, flags) => flags.session_present;
  const publish: mqtt.CallbackOnPublish_v2 = (_client, _userdata, _mid, code) => code.is_failure;
  const message: mqtt.CallbackOnMessage = (_client, _userdata, message) => message.topic;
  const log: mqtt.CallbackOnLog = (_client, _userdata, level, text) => `${level} ${text}`;
  const socket: mqtt.CallbackOnSocket<2> = (_client, _userdata, socket) => socket;
  const second = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
  second.on_connect = connect;
  second.on_publish = publish;
  second.on_message = message;
  second.on_log = log;
  second.on_socket_open = socket;

  // @ts-expect-error: a handler of VERSION2 reads a ReasonCode where VERSION1 gives a number.
  first.on_publish = publish;
  expect(second.on_connect).toBe(connect);
});
