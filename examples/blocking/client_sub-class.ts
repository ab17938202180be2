// A client as a class: the callbacks are methods of the same names.

import * as mqtt from "karere/blocking/client";

class MyMQTTClass extends mqtt.Client<2> {
  constructor() {
    super(mqtt.CallbackAPIVersion.VERSION2);
  }

  override on_connect(
    client: mqtt.Client<2>,
    userdata: unknown,
    flags: mqtt.ConnectFlags,
    reason_code: mqtt.ReasonCode,
  ): void {
    console.log(`rc: ${reason_code}`);
  }

  override on_connect_fail(): void {
    console.log("Connect failed");
  }

  override on_message(client: mqtt.Client<2>, userdata: unknown, message: mqtt.MQTTMessage): void {
    console.log(`${message.topic} ${message.qos} ${message.text()}`);
  }

  override on_publish(client: mqtt.Client<2>, userdata: unknown, mid: number): void {
    console.log(`mid: ${mid}`);
  }

  override on_subscribe(
    client: mqtt.Client<2>,
    userdata: unknown,
    mid: number,
    reason_codes: mqtt.ReasonCode[],
  ): void {
    console.log(`Subscribed: ${mid} ${reason_codes}`);
  }

  run(): mqtt.MQTTErrorCode {
    this.connect(process.env.KARERE_HOST ?? "localhost", Number(process.env.KARERE_PORT ?? 1883), 60);
    this.subscribe("$SYS/#", 0);

    let rc: mqtt.MQTTErrorCode = 0;
    while (rc === 0) {
      rc = this.loop();
    }
    return rc;
  }
}

const mqttc = new MyMQTTClass();
const rc = mqttc.run();
console.log(`rc: ${rc}`);
