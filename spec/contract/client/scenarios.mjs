// Decides what both flavours have to do alike. Each scenario is a script that awaits what may be a promise, and notes
// what it gets; `notes` is what it must have noted. What may come in either order is noted in lists of its own.

import { inspect } from "node:util";

/** A callback's argument, or a result, as one word. */
function word(value) {
  if (value === null || typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return `[${value.map(word).join(", ")}]`;
  const { name } = value.constructor;
  if (name === "Object") return JSON.stringify(value);
  return `${name} ${String(value)}`;
}

const words = (values) => values.map(word).join(" | ");

async function failure(fn) {
  try {
    return `none: ${word(await fn())}`;
  } catch (error) {
    return `${error.name} ${error.code ?? "-"}`;
  }
}

/** Notes each call of these callbacks. */
function watch(client, note, ...names) {
  for (const name of names) {
    client[`on_${name}`] = (given, _userdata, ...rest) => note(`${name} ${given === client} ${words(rest)}`);
  }
}

export const scenarios = [
  ...[1, 2].flatMap((api) =>
    [4, 5].map((protocol) => ({
      name: `connects, and disconnects, with VERSION${api} on MQTT ${protocol === 5 ? "5" : "3.1.1"}`,
      async play({ mqtt, note, port, until }) {
        const client = new mqtt.Client({
          callback_api_version: api,
          protocol,
          client_id: `c${api}${protocol}`,
        });
        let over = false;
        client.on_connect = (given, userdata, flags, rc, properties = null) => {
          note(`connect ${given === client} ${words([userdata, flags, rc])} ${properties?.constructor.name}`);
        };
        client.on_disconnect = (_client, _userdata, ...rest) => {
          note(`disconnect ${words(rest)}`);
          over = true;
        };
        note(`${await client.connect("127.0.0.1", port)} ${client.is_connected()}`);
        note(`${client.loop_start()} ${client.loop_start()}`);
        await until(() => note.count === 3);
        note(`${client.disconnect()}`);
        await until(() => over);
        note(`${client.disconnect()} ${client.is_connected()} ${await client.loop_stop()}`);
      },
      notes: [
        "0 false",
        "0 3",
        {
          14: 'connect true null | {"session present":0} | 0 undefined',
          15: 'connect true null | {"session present":0} | ReasonCode Success Properties',
          24: "connect true null | ConnectFlags ConnectFlags(session_present=false) | ReasonCode Success Properties",
          25: "connect true null | ConnectFlags ConnectFlags(session_present=false) | ReasonCode Success Properties",
        }[`${api}${protocol}`],
        "0",
        {
          14: "disconnect 0",
          15: "disconnect 0 | null",
          24: "disconnect DisconnectFlags DisconnectFlags(is_disconnect_packet_from_server=false) | ReasonCode Normal disconnection | Properties []",
          25: "disconnect DisconnectFlags DisconnectFlags(is_disconnect_packet_from_server=false) | ReasonCode Normal disconnection | Properties []",
        }[`${api}${protocol}`],
        "4 false 3",
      ],
    })),
  ),
  {
    name: "is told of a refusal",
    async play({ mqtt, note, guarded_port }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, {
        reconnect_on_failure: false,
        warnings: false,
      });
      client.username_pw_set("nobody", "wrong");
      watch(client, note, "connect");
      client.on_disconnect = (_client, _userdata, flags, rc) =>
        note(`disconnect ${rc} ${flags.error?.code} ${flags.error instanceof mqtt.MQTTException}`);
      await client.connect("127.0.0.1", guarded_port);
      note(await client.loop_forever());
    },
    notes: [
      "connect true ConnectFlags ConnectFlags(session_present=false) | ReasonCode Not authorized | Properties []",
      "disconnect Unspecified error ERR_MQTT_CONNECT_REFUSED true",
      "5",
    ],
  },
  {
    name: "throws when nothing listens",
    async play({ mqtt, note }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
      client.on_connect_fail = () => note("connect_fail");
      const error = await (async () => client.connect("127.0.0.1", 1))().catch((caught) => caught);
      note(`${error.name} ${error.code} ${error instanceof mqtt.TransportError} ${error.cause?.code}`);
      note(error.hint);
      note(await failure(() => client.loop_forever()));
    },
    notes: [
      "TransportError ERR_MQTT_TRANSPORT true ECONNREFUSED",
      "nothing listens on 127.0.0.1:1: is the broker running, is the port right?",
      "connect_fail",
      "TransportError ERR_MQTT_TRANSPORT",
    ],
  },
  ...[4, 5].map((protocol) => ({
    name: `publishes and receives at each QoS on MQTT ${protocol === 5 ? "5" : "3.1.1"}`,
    async play({ mqtt, note, port, until }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { protocol });
      const published = [];
      const got = [];
      client.on_publish = (_client, _userdata, mid, rc) => published.push(`${mid} ${rc}`);
      client.on_message = (_client, _userdata, message) => {
        const { topic, payload, qos, retain, dup, properties } = message;
        got.push(words([topic, Buffer.isBuffer(payload), payload, qos, retain, dup, properties]));
      };
      client.on_subscribe = (_client, _userdata, mid, codes) => note(`subscribe ${mid} ${codes.join()}`);
      await client.connect("127.0.0.1", port);
      client.loop_start();
      note(words([client.subscribe(`each${protocol}/#`, 2)]));
      await until(() => note.count === 2);
      const infos = [
        client.publish(`each${protocol}/0`, "zero"),
        client.publish(`each${protocol}/1`, new Uint8Array([1, 2]), 1),
        client.publish({ topic: `each${protocol}/2`, payload: 22.5, qos: 2 }),
        client.publish(`each${protocol}/long`, "x".repeat(100_000), 1),
        client.publish(`each${protocol}/none`),
      ];
      for (const info of infos)
        note(`${await info.wait_for_publish(5)} ${info.is_published()} ${words([...info])}`);
      await until(() => got.length === 5 && published.length === 5);
      note(published.sort().join(", "));
      for (const line of got.sort()) note(line.slice(0, 80));
      client.disconnect();
    },
    notes: [
      "[0, 1]",
      "subscribe 1 Granted QoS 2",
      ...["true true 0 | 2", "true true 0 | 3", "true true 0 | 4", "true true 0 | 5", "true true 0 | 6"],
      "2 Success, 3 Success, 4 Success, 5 Success, 6 Success",
      ...[
        `each${protocol}/0 | true | bytes 7a65726f | 0 | false | false | ${protocol === 5 ? "Properties []" : "null"}`,
        `each${protocol}/1 | true | bytes 0102 | 1 | false | false | ${protocol === 5 ? "Properties []" : "null"}`,
        `each${protocol}/2 | true | bytes 32322e35 | 2 | false | false | ${protocol === 5 ? "Properties []" : "null"}`,
        `each${protocol}/long | true | bytes ${"78".repeat(100)}`.slice(0, 80),
        `each${protocol}/none | true | bytes  | 0 | false | false | ${protocol === 5 ? "Properties []" : "null"}`,
      ],
    ],
  })),
  {
    name: "subscribes and unsubscribes in every form",
    async play({ mqtt, note, port, until }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION1);
      watch(client, note, "subscribe", "unsubscribe");
      note(words([client.subscribe("a")]));
      await client.connect("127.0.0.1", port);
      client.loop_start();
      await until(() => client.is_connected());
      note(
        words([
          client.subscribe([
            ["form/a", 0],
            ["form/b", 2],
          ]),
        ]),
      );
      note(words([client.subscribe(["form/c", 1])]));
      note(words([client.unsubscribe(["form/a", "form/b"])]));
      note(await failure(() => client.subscribe("a/#/b")));
      note(await failure(() => client.subscribe([])));
      note(await failure(() => client.unsubscribe(5)));
      await until(() => note.count === 10);
      client.disconnect();
    },
    notes: [
      "[4, null]",
      ...["[0, 1]", "[0, 2]", "[0, 3]"],
      ...["ValueError ERR_MQTT_TOPIC", "ValueError ERR_MQTT_ARGUMENT", "ValueError ERR_MQTT_ARGUMENT"],
      ...["subscribe true 1 | [0, 2]", "subscribe true 2 | [1]", "unsubscribe true 3"],
    ],
  },
  {
    name: "routes messages by filter, in order",
    async play({ mqtt, note, port, until }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
      let left = 5;
      const as = (name) => (_client, _userdata, message) => {
        left -= 1;
        note(`${name} ${message.topic} ${message.text()}`);
      };
      client.on_message = as("rest");
      client.message_callback_add("route/a/#", as("a"));
      client.topic_callback("route/b")(as("b"));
      client.message_callback_add("route/gone", as("gone"));
      client.message_callback_remove("route/gone");
      note(await failure(() => client.message_callback_add("x/#/y", as("never"))));
      await client.connect("127.0.0.1", port);
      client.loop_start();
      client.subscribe("route/#", 1);
      for (const [topic, text] of [
        ["a/1", "1"],
        ["b", "2"],
        ["gone", "3"],
        ["a/2", "4"],
        ["c", "5"],
      ]) {
        client.publish(`route/${topic}`, text, 1);
      }
      await until(() => left === 0);
      client.disconnect();
    },
    notes: [
      "ValueError ERR_MQTT_TOPIC",
      ...["a route/a/1 1", "b route/b 2", "rest route/gone 3", "a route/a/2 4", "rest route/c 5"],
    ],
  },
  {
    name: "goes on with loop_forever() when on_disconnect connects again",
    async play({ mqtt, note, port }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { reconnect_on_failure: false });
      let connects = 0;
      client.on_connect = (given) => {
        connects += 1;
        note(`connect ${connects} ${given.is_connected()}`);
        given.disconnect();
      };
      client.on_disconnect = (given, _userdata, _flags, rc) => {
        note(`disconnect ${rc}`);
        if (connects === 1) given.reconnect();
        if (connects === 2) given.connect("127.0.0.1", port);
      };
      await client.connect("127.0.0.1", port);
      note(await client.loop_forever());
      note(`${connects} ${client.is_connected()}`);
    },
    notes: [
      ...[1, 2, 3].flatMap((number) => [`connect ${number} true`, "disconnect Normal disconnection"]),
      ...["0", "3 false"],
    ],
  },
  {
    name: "is connected only when on_connect has run",
    async play({ mqtt, note, port, pause }) {
      for (let round = 0; round < 20; round += 1) {
        const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
        let told = false;
        client.on_connect = () => {
          told = true;
        };
        await client.connect("127.0.0.1", port);
        client.loop_start();
        while (!client.is_connected()) await pause(0);
        if (!told) note(`not in round ${round}`);
        client.disconnect();
      }
    },
    notes: [],
  },
  {
    name: "shows the number of a message where that is printed",
    async play({ mqtt, note, port }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
      note(inspect(client.publish("shown", "lost")));
      await client.connect("127.0.0.1", port);
      const info = client.publish("shown", "sent", 1);
      await info.wait_for_publish();
      note(`${inspect(info)} ${info} ${JSON.stringify(info)}`);
      await client.close();
    },
    notes: ["MQTTMessageInfo { mid: 0, rc: 4 }", 'MQTTMessageInfo { mid: 1, rc: 0 } (0, 1) {"mid":1,"rc":0}'],
  },
  {
    name: "steps by loop()",
    async play({ mqtt, note, port }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
      watch(client, note, "connect");
      client.on_disconnect = (_client, _userdata, _flags, rc) => note(`disconnect ${rc}`);
      client.on_message = (_client, _userdata, message) => note(`message ${message.text()}`);
      note(`${await client.loop(0.01)} ${client.loop_read()} ${client.loop_write()} ${client.loop_misc()}`);
      await client.connect("127.0.0.1", port);
      while (!client.is_connected()) await client.loop(0.2);
      client.subscribe("step", 1);
      client.publish("step", "one", 1);
      while (note.count < 3) note.if_not_0(await client.loop(0.2));
      note(`${client.want_write()} ${client.loop_misc()} ${client.disconnect()}`);
      let rc = 0;
      while (rc === 0) rc = await client.loop(0.05);
      note(rc);
    },
    notes: [
      "4 4 4 4",
      "connect true ConnectFlags ConnectFlags(session_present=false) | ReasonCode Success | Properties []",
      "message one",
      "false 0 0",
      "disconnect Normal disconnection",
      "4",
    ],
  },
  {
    name: "holds callbacks back without a loop, and after loop_stop()",
    async play({ mqtt, note, port, pause }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
      client.on_connect = () => note("connect");
      client.on_subscribe = () => {
        note("subscribe");
        client.loop_stop();
      };
      client.on_message = (_client, _userdata, message) => note(`message ${message.text()}`);
      client.on_disconnect = () => note("disconnect");
      await client.connect("127.0.0.1", port);
      client.subscribe("held", 1);
      client.publish("held", "1", 1);
      await pause(0.2);
      note("loop_start");
      client.loop_start();
      await pause(0.2);
      note("again");
      client.loop_start();
      await pause(0.1);
      client.on_subscribe = null;
      note(`${await client.loop_stop()}`);
      client.disconnect();
      await pause(0.1);
    },
    notes: ["loop_start", "connect", "subscribe", "again", "message 1", "0", "disconnect"],
  },
  {
    name: "runs for ever until a callback disconnects, calls inside callbacks included",
    async play({ mqtt, note, port }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { userdata: { seen: 0 } });
      client.on_connect = (given) => note(words(given.subscribe("ever/#", 1)));
      client.on_subscribe = (given) => {
        for (const text of ["1", "2", "3"]) given.publish("ever/x", text, 1);
      };
      client.on_message = (given, userdata, message) => {
        userdata.seen += 1;
        note(`${message.text()} of ${userdata.seen} ${given.is_connected()} ${given.stats().reconnects}`);
        if (userdata.seen === 3) note(given.disconnect());
      };
      client.on_disconnect = (_client, _userdata, _flags, rc) => note(String(rc));
      await client.connect("127.0.0.1", port);
      note(await client.loop_forever());
      note(await client.loop_forever());
    },
    notes: [
      "0 | 1",
      "1 of 1 true 0",
      "2 of 2 true 0",
      "3 of 3 true 0",
      "0",
      "Normal disconnection",
      "0",
      "0",
    ],
  },
  {
    name: "tells of callbacks that fail, and stops for them where it is asked to",
    async play({ mqtt, note, port }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
      class Mine extends Error {}
      client.on("callback_error", (error, name) =>
        note(`${name}: ${error.message} ${error instanceof Mine}`),
      );
      client.on("connect", () => note("listener"));
      client.on_connect = () => {
        throw new Mine("one");
      };
      client.on_subscribe = () => {
        throw new Mine("two");
      };
      client.subscribe_after = true;
      await client.connect("127.0.0.1", port);
      client.subscribe("fail");
      const caught = await (async () => client.loop_forever({ stop_on_error: true }))().catch(
        (error) => error,
      );
      note(`${caught.message} ${caught instanceof Mine}`);
      client.suppress_exceptions = true;
      client.on_publish = () => {
        throw new Mine("three");
      };
      client.loop_start();
      note(await client.publish("fail", "x", 1).wait_for_publish(5));
      await client.loop_stop();
      client.disconnect();
    },
    notes: ["on_connect: one true", "listener", "one true", "true"],
  },
  {
    name: "comes back after a loss, with its subscriptions",
    async play({ mqtt, note, port, until }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { client_id: "comes-back" });
      client.reconnect_delay_set(0, 0);
      let connects = 0;
      client.on_connect = () => {
        connects += 1;
        note(`connect ${connects}`);
      };
      client.on_disconnect = (_client, _userdata, flags, rc) => note(`${rc} ${flags[0]}`);
      client.on_message = (_client, _userdata, message) => note(`message ${message.text()}`);
      await client.connect("127.0.0.1", port);
      client.loop_start();
      client.subscribe("comes/back", 1);
      await until(() => client.is_connected());
      const other = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, {
        client_id: "comes-back",
        reconnect_on_failure: false,
        warnings: false,
      });
      await other.connect("127.0.0.1", port);
      await until(() => connects === 2 && client.is_connected());
      note(await client.publish("comes/back", "again", 1).wait_for_publish(5));
      await until(() => note.count === 5);
      note(client.stats().reconnects);
      client.disconnect();
    },
    notes: ["connect 1", "Unspecified error false", "connect 2", "true", "message again", "1"],
    any_order: true,
  },
  {
    name: "leaves a will",
    async play({ mqtt, note, port, until }) {
      const watcher = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
      watcher.on_message = (_client, _userdata, { topic, payload, qos }) =>
        note(words([topic, payload, qos]));
      await watcher.connect("127.0.0.1", port);
      watcher.loop_start();
      let is_subscribed = false;
      watcher.on_subscribe = () => {
        is_subscribed = true;
      };
      watcher.subscribe("will/#", 1);
      await until(() => is_subscribed);
      const options = { client_id: "mortal", reconnect_on_failure: false };
      const mortal = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, options);
      mortal.will_set("will/a", "gone", 1);
      note(words([mortal.will_topic, mortal.will_payload]));
      await mortal.connect("127.0.0.1", port);
      mortal.loop_start();
      await until(() => mortal.is_connected());
      const heir = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, options);
      await heir.connect("127.0.0.1", port);
      await until(() => note.count === 2);
      for (const client of [watcher, heir]) client.disconnect();
    },
    notes: ["will/a | bytes 676f6e65", "will/a | bytes 676f6e65 | 1"],
  },
  {
    name: "carries the properties of MQTT 5",
    async play({ mqtt, note, port }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { protocol: mqtt.MQTTv5 });
      const to_connect = new mqtt.Properties(mqtt.PacketTypes.CONNECT);
      to_connect.SessionExpiryInterval = 5;
      client.on_connect = (given, _userdata, _flags, _rc, properties) => {
        note(properties.TopicAliasMaximum > 0);
        const properties_of_subscribe = new mqtt.Properties(mqtt.PacketTypes.SUBSCRIBE);
        properties_of_subscribe.SubscriptionIdentifier = 7;
        given.subscribe("five/#", {
          options: new mqtt.SubscribeOptions({ qos: 1, retainAsPublished: true }),
          properties: properties_of_subscribe,
        });
      };
      client.on_subscribe = (given, _userdata, _mid, codes) => {
        note(words([codes]));
        const properties = new mqtt.Properties(mqtt.PacketTypes.PUBLISH);
        properties.UserProperty = [
          ["a", "1"],
          ["a", "2"],
        ];
        properties.CorrelationData = new Uint8Array([1, 255]);
        properties.ContentType = "text/plain";
        given.publish("five/x", "x", { qos: 1, properties });
      };
      client.on_message = (given, _userdata, { properties }) => {
        note(String(properties));
        given.disconnect(new mqtt.ReasonCode(mqtt.PacketTypes.DISCONNECT, "Disconnect with will message"));
      };
      note(
        await failure(() =>
          client.connect("127.0.0.1", port, { properties: new mqtt.Properties(mqtt.PacketTypes.PUBLISH) }),
        ),
      );
      await client.connect("127.0.0.1", port, { properties: to_connect, clean_start: true });
      note(await client.loop_forever());
      note(await failure(() => client.disconnect("bye")));
    },
    notes: [
      "ValueError ERR_MQTT_ARGUMENT",
      "true",
      "[ReasonCode Granted QoS 1]",
      "[ContentType : text/plain, CorrelationData : 01ff, SubscriptionIdentifier : [7], UserProperty : [('a', '1'), ('a', '2')]]",
      "0",
      "TypeError -",
    ],
  },
  {
    name: "refuses what cannot be, in the call",
    async play({ mqtt, note, port }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
      for (const mistake of [
        () => new mqtt.Client(3),
        () => new mqtt.Client({ client_ident: "x" }),
        () => client.connect("127.0.0.1", 70_000),
        () => client.connect("127.0.0.1", port, -1),
        () => client.connect({ host: "127.0.0.1", prot: 1 }),
        () => client.publish("a/+", "x"),
        () => client.publish("a", { temperature: 20 }),
        () => client.publish("a", "x", 3),
        () => client.publish("a", "\ud800"),
        () => client.loop_forever(),
        () => client.reconnect(),
        () => client.loop(-1),
        () => client.will_set("a/#"),
        () => client.tls_set("/no/such/file"),
        () => client.ws_set_options(5),
        () => {
          client.keepalive = "long";
        },
        () => {
          client.connect_timeout = 0;
        },
        () => client.enable_logger({}),
        () => client.username_pw_set(5),
        () => client.reconnect_delay_set(5, 1),
      ]) {
        note(await failure(mistake));
      }
    },
    notes: [
      ...["ValueError ERR_MQTT_ARGUMENT", "TypeError -", "ValueError ERR_MQTT_ARGUMENT"],
      ...["ValueError ERR_MQTT_ARGUMENT", "TypeError -", "ValueError ERR_MQTT_TOPIC", "TypeError -"],
      ...["ValueError ERR_MQTT_ARGUMENT", "ValueError ERR_MQTT_PAYLOAD", "ValueError ERR_MQTT_ARGUMENT"],
      ...["ValueError ERR_MQTT_ARGUMENT", "ValueError ERR_MQTT_ARGUMENT", "ValueError ERR_MQTT_TOPIC"],
      ...["ValueError ERR_MQTT_ARGUMENT", "TypeError -", "TypeError -", "ValueError ERR_MQTT_ARGUMENT"],
      ...["TypeError -", "TypeError -", "ValueError ERR_MQTT_ARGUMENT"],
    ],
  },
  {
    name: "keeps its settings",
    async play({ mqtt, note, port }) {
      const client = new mqtt.Client("old-way", true, { mine: 1 });
      note(words([client.host, client.port, client.keepalive, client.transport, client.protocol]));
      note(words([client.callback_api_version, client.user_data_get(), client.connect_timeout]));
      client.username_pw_set("me", "secret");
      note(words([client.username, client.password, client.logger, client.will_topic, client.socket()]));
      client.max_inflight_messages_set({ inflight: 5 });
      note(client.max_queued_messages_set(7) === client);
      note(words([client.max_inflight_messages, client.max_queued_messages, client.is_connected()]));
      client.keepalive = 30;
      client.user_data_set("else");
      client.reinitialise("new-id", true, "third");
      note(words([client.keepalive, client.user_data_get(), client.username]));
      await client.connect("127.0.0.1", port, 20);
      client.loop_start();
      note(
        await failure(() => {
          client.keepalive = 10;
        }),
      );
      note(words([client.host, client.port === port, client.keepalive]));
      note(typeof client.socket().remotePort);
      client.disconnect();
    },
    notes: [
      " | 1883 | 60 | tcp | 4",
      '1 | {"mine":1} | 5',
      "me | secret | null | null | null",
      "true",
      "5 | 7 | false",
      "30 | third | me",
      "RuntimeError ERR_MQTT_STATE",
      "127.0.0.1 | true | 20",
      "number",
    ],
  },
  {
    name: "says what becomes of messages without a connection",
    async play({ mqtt, note, port, until }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
      client.max_queued_messages_set(2);
      const lost = client.publish("early", "0");
      const kept = [1, 2, 3].map((number) => client.publish("early", String(number), 1));
      note(words([lost.rc, await failure(() => lost.is_published())]));
      for (const info of kept) note(words([info.rc, await failure(() => info.is_published())]));
      note(await failure(() => kept[0].wait_for_publish(0.05)));
      note(JSON.stringify(client.stats()));
      await client.connect("127.0.0.1", port);
      client.loop_start();
      note(words([await kept[0].wait_for_publish(5), await kept[1].wait_for_publish(), kept[1].rc]));
      await until(() => client.stats().queued === 0);
      client.disconnect();
      const late = client.publish("late", "x", 1);
      note(await failure(() => late.wait_for_publish()));
    },
    notes: [
      "4 | RuntimeError ERR_MQTT_NOT_CONNECTED",
      "4 | none: false",
      "4 | none: false",
      "15 | ValueError ERR_MQTT_QUEUE_FULL",
      "none: false",
      '{"queued":2,"in_flight":0,"bytes":12,"dropped":1,"reconnects":0}',
      "true | true | 0",
      "RuntimeError ERR_MQTT_CLOSED",
    ],
  },
  {
    name: "leaves acknowledging to the application",
    async play({ mqtt, note, port, until, pause }) {
      const options = { client_id: "by-hand", clean_session: false, manual_ack: true };
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, options);
      const mids = [];
      client.on_message = (_client, _userdata, message) => {
        mids.push(message.mid);
        note(`${message.text()} ${message.dup}`);
      };
      await client.connect("127.0.0.1", port);
      client.loop_start();
      client.subscribe("hand", 1);
      for (const text of ["1", "2"]) client.publish("hand", text, 1);
      await until(() => mids.length === 2);
      note(client.ack(mids[0], 1));
      await pause(0.1);
      await client.reconnect();
      await until(() => mids.length === 3);
      note(client.ack(mids[2], 1));
      await client.close();
    },
    notes: ["1 false", "2 false", "0", "2 true", "0"],
  },
  {
    name: "asks functions of the script",
    async play({ mqtt, note, port, guarded_port }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2);
      client.username_pw_set((attempt) => {
        note(`credentials ${attempt}`);
        return { username: "kitchen", password: "secret" };
      });
      client.on_pre_connect = () => note("pre_connect");
      client.on_connect = (given, _userdata, _flags, rc) => {
        note(String(rc));
        given.disconnect();
      };
      await client.connect((attempt) => {
        note(`host ${attempt}`);
        return `127.0.0.1:${guarded_port}`;
      });
      note(await client.loop_forever());
      const resolve_srv = (name) => {
        note(name);
        return [{ name: "127.0.0.1", port: guarded_port, priority: 0, weight: 0 }];
      };
      await client.connect_srv("example.org", { resolve_srv });
      note(await client.loop_forever());
      client.on_pre_connect = () => {
        throw new RangeError("not now");
      };
      client.on("callback_error", (error, name) => note(`${name} ${error.name}`));
      note(await failure(() => client.connect("127.0.0.1", port)));
      note(
        await failure(() =>
          client.connect(() => {
            throw new RangeError("where?");
          }),
        ),
      );
      note(await failure(() => client.connect(() => 5)));
    },
    notes: [
      ...["pre_connect", "host 1", "credentials 1", "Success", "0"],
      ...["pre_connect", "_mqtt._tcp.example.org", "credentials 1", "Success", "0"],
      ...["on_pre_connect RangeError", "RangeError -"],
      ...["on_pre_connect RangeError", "RangeError -", "on_pre_connect RangeError", "RangeError -"],
    ],
  },
  {
    name: "writes its log",
    async play({ mqtt, note, port }) {
      const client = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, { client_id: "log" });
      const lines = [];
      const logger = { debug: (text) => lines.push(text), info() {}, warn() {}, error() {} };
      client.on_log = (_client, userdata, level, text) =>
        note(words([userdata, level, text.split(" ", 2).join(" ")]));
      client.enable_logger(logger);
      client.on_connect = (given) => {
        client.disable_logger();
        given.disconnect();
      };
      await client.connect("127.0.0.1", port);
      await client.loop_forever();
      note(lines.map((text) => text.split(" ", 2).join(" ")).join());
    },
    notes: [
      "null | 16 | > CONNECT",
      "null | 16 | < CONNACK",
      "null | 16 | > DISCONNECT",
      "> CONNECT,< CONNACK",
    ],
  },
  {
    name: "helps with one connection for one thing",
    async play({ mqtt, note, port }) {
      const { publish, subscribe } = mqtt;
      const to = { hostname: "127.0.0.1", port };
      await publish.single("help/1", "one", 1, true, "127.0.0.1", port);
      await publish.multiple([{ topic: "help/2", payload: "two", retain: true }, ["help/3", 3, 2, true]], to);
      const one = await subscribe.simple("help/1", to);
      note(`${one instanceof mqtt.MQTTMessage} ${one.topic} ${one.text()} ${one.qos} ${one.retain}`);
      const three = await subscribe.simple(["help/1", "help/2", "help/3"], 2, 3, true, to);
      note(
        three
          .map((message) => message.text())
          .sort()
          .join(),
      );
      const userdata = { seen: [] };
      await subscribe.callback(
        (client, given, message) => {
          given.seen.push(message.text());
          note(client instanceof mqtt.Client);
          if (given.seen.length === 2) client.disconnect();
        },
        ["help/2", "help/3"],
        2,
        userdata,
        "127.0.0.1",
        port,
      );
      note(userdata.seen.sort().join());
      class Mine extends Error {}
      const failing = () => {
        throw new Mine("no");
      };
      const caught = await (async () => subscribe.callback(failing, "help/1", to))().catch((error) => error);
      note(caught instanceof Mine);
      note(await failure(() => subscribe.simple("help/none", { ...to, timeout: 0.1 })));
      note(await failure(() => publish.single("help/1", "x", { hostname: "127.0.0.1", port: 1 })));
      note(await failure(() => publish.multiple([], to)));
    },
    notes: [
      ...["true help/1 one 0 true", "3,one,two", "true", "true", "3,two", "true"],
      ...[
        "TimeoutError ERR_MQTT_TIMEOUT",
        "TransportError ERR_MQTT_TRANSPORT",
        "ValueError ERR_MQTT_ARGUMENT",
      ],
    ],
  },
];
