// Decides where the usual ports are while a text of the documentation runs: where KARERE_PORTS says. Plain JavaScript,
// because Node itself loads it before the text.

import { Socket } from "node:net";

const moved = new Map(JSON.parse(process.env.KARERE_PORTS));
const really_connect = Socket.prototype.connect;

Socket.prototype.connect = function connect(...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  options.port = moved.get(Number(options.port)) ?? options.port;
  return really_connect.apply(this, args);
};
