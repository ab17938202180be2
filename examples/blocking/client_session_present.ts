// Shows the "session present" flag on three connections: the broker has no session yet; then a lasting session begins;
// then the broker still has it.

import * as mqtt from "karere/blocking/client";

interface State {
  connections: number;
}

const host = process.env.KARERE_HOST ?? "localhost";
const port = Number(process.env.KARERE_PORT ?? 1883);

function connected(client: mqtt.Client<2>, state: State, flags: mqtt.ConnectFlags): void {
  state.connections += 1;
  console.log(`Connection ${state.connections}, session present: ${flags.session_present}`);
  client.disconnect();
}

const state: State = { connections: 0 };

// A clean session: whatever the broker knew of this id is forgotten.
const clean = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, {
  client_id: "paho-session-present",
  clean_session: true,
  userdata: state,
});
clean.on_connect = connected;
clean.connect(host, port);
clean.loop_forever();

// A lasting one: the first time it is new, the second time the broker still has it.
const lasting = new mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, {
  client_id: "paho-session-present",
  clean_session: false,
  userdata: state,
});
lasting.on_connect = connected;
lasting.on_disconnect = (client, state: State) => {
  if (state.connections === 2) client.reconnect();
};
lasting.connect(host, port);
lasting.loop_forever();
