// A program may extend Client, and call its own fields what it likes.

import { afterEach, describe, expect, it } from "@jest/globals";
import { CallbackAPIVersion, Client } from "../../lib/client/index.ts";
import { scripted_broker } from "../support/scripted_broker.ts";

const own = { mine: true };

class App extends Client<2> {
  _settings = own;
  _engine = own;
  _audience = own;
  _plan = own;
  settings = own;
  engine = own;
  session = own;
  store = own;
  clock = own;

  constructor() {
    super(CallbackAPIVersion.VERSION2, { warnings: false });
  }
}

describe("a class that extends Client", () => {
  let client: App | null = null;

  afterEach(async () => {
    await client?.close();
  });

  it("has fields of any name to itself", async () => {
    await using broker = await scripted_broker();
    client = new App();
    client.username_pw_set("me", "secret");
    client.keepalive = 10;
    client.message_callback_add("a/#", () => {});
    const connecting = client.connect(broker.host, broker.port);
    client.loop_start();
    await broker.accept();
    await connecting;
    expect(client.username).toBe("me");
    expect(client._settings).toBe(own);
    expect(client.is_connected()).toBe(false);
  });
});
