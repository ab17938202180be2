// Decides that no page is a server, where it stands in for server_side.ts: what only a server reads and writes is never
// met there.

import type { ClientPacket } from "./server_side.ts";

export type { ClientPacket, ServerPacket } from "./server_side.ts";

export function read_client_packet(): ClientPacket {
  throw new TypeError();
}

export function write_server_body(): void {}
