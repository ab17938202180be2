// Topics and payloads may be written in any language: text travels as UTF-8.

import * as publish from "karere/blocking/publish";

const topic = "paho/test/ö/キウイ";
const payload = "Kia ora, ñandú, Привет 🥝";

publish.single(topic, payload, {
  hostname: process.env.KARERE_HOST ?? "localhost",
  port: Number(process.env.KARERE_PORT ?? 1883),
});
console.log(`published ${payload} to ${topic}`);
