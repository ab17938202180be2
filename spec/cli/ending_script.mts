// Ends in the way its argument names.

import { CallbackAPIVersion, Client } from "karere";
import { time } from "karere/blocking";

const [, , way, ...rest] = process.argv;

try {
  switch (way) {
    case "code":
      console.log(JSON.stringify(rest));
      process.exitCode = 7;
      break;
    case "signal":
      process.kill(process.pid, "SIGKILL");
      break;
    case "idle":
      setInterval(() => {}, 60_000);
      console.log(`waits ${process.pid}`);
      break;
    case "own": {
      const client = new Client(CallbackAPIVersion.VERSION2);
      process.on("SIGINT", () => {
        console.log("the script hears of it itself");
        client.disconnect();
      });
      client.connect("127.0.0.1", Number(process.env.MUTE_PORT));
      console.log(`waits ${process.pid}`);
      await client.loop_forever();
      break;
    }
    default:
      console.log(`waits ${process.pid}`);
      time.sleep(60);
  }
} finally {
  console.log("finally");
}
