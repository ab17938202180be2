// Decides what DNS says while an example looks for its broker: the one on 127.0.0.1 and KARERE_PORT. Plain JavaScript,
// because Node itself loads it before the example.

import { promises } from "node:dns";

promises.Resolver.prototype.resolveSrv = async (service) => {
  if (service !== "_mqtt._tcp.house.example") throw new Error(`no such service: ${service}`);
  return [{ name: "127.0.0.1", port: Number(process.env.KARERE_PORT), priority: 0, weight: 0 }];
};
