// A service that uses nothing but the helpers: it waits for a request, computes, answers, and begins again.

import * as publish from "karere/publish";
import * as subscribe from "karere/subscribe";

const hostname = process.env.BROKER_HOST ?? "localhost";
const port = Number(process.env.BROKER_PORT ?? 1883);

process.on("SIGTERM", async () => {
  await publish.single("services/square", null, 1, true, { hostname, port });
  console.log("announcement cleared");
  process.exit(0);
});

await publish.single("services/square", "here", { qos: 1, retain: true, hostname, port });
console.log("announced");

while (true) {
  const m = await subscribe.simple("square/request", { hostname, port });
  const number = Number(m.payload.toString());
  await publish.single("square/reply", String(number * number), { hostname, port });
  console.log(`${number} squared`);
}
