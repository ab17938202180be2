// Decides where "the broker on port 1883" is while a text of the documentation runs: on the port that KARERE_PORT says.
// Plain JavaScript, because Node itself loads it before the text.

import { Socket } from "node:net";

const really_connect = Socket.prototype.connect;

Socket.prototype.connect = function connect(...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (options.port === 1883) options.port = Number(process.env.KARERE_PORT);
  return really_connect.apply(this, args);
};
