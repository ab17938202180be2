// Decides which lanes messages are measured in, and with how many.

import { run_client } from "./peers.mjs";

/** So many messages take about a second of the fastest. */
const counts = { publish: [8_000_000, 1_500_000, 1_000_000], receive: [6_000_000, 2_000_000, 1_500_000] };
/** Large payloads take longer, and so do other clients. */
const share_of_size = (size) => (size > 1000 ? 0.2 : 1);
const share_of_client = { karere: 1, blocking: 0.2, mqttjs: 0.1, paho: 0.01, mosquitto: 0.07 };

export function all_lanes() {
  const lanes = [];
  for (const action of ["publish", "receive"]) {
    for (const qos of [0, 1, 2]) {
      for (const size of [16, 64, 4096]) {
        for (const version of [4, 5]) lanes.push({ action, qos, size, version });
      }
    }
  }
  return lanes;
}

/** What a lane is called where its bars are set: they hold for both versions. */
export const rule_of = ({ action, qos, size }) => `${action} QoS ${qos}, ${size} B`;

export const name_of = (lane) => `${rule_of(lane)}, ${lane.version === 5 ? "5" : "3.1.1"}`;

/**
 * What one client shall do in a lane.
 *
 * @param lane may say more than those of {@link all_lanes}: how many `topics`, `filters` and messages in flight.
 * @param scale how many messages it shall be, times the usual.
 */
export function job_of(lane, client, port, scale) {
  const { action, qos, size } = lane;
  const wanted = counts[action][qos] * share_of_size(size) * share_of_client[client] * scale;
  const usual = { topics: 10, filters: 0, window: 1000, lag: 0 };
  const job = { ...usual, ...lane, port };
  return { ...job, count: Math.max(1000, Math.round(wanted)) + job.lag };
}

export const run_lane = (lane, client, port, scale = 1) =>
  run_client(client, job_of(lane, client, port, scale));
