// Decides how the end of a WebSocket that was open is told.

import { WebsocketConnectionError } from "../model/errors.ts";

export const path_hint = "is path of ws_set_options() right?";

/** The server ended the WebSocket with this code; null when that is good order. */
export function closed_with(what: string, code: number, reason: string): WebsocketConnectionError | null {
  if (code === 1000 || code === 1001 || code === 1005) return null;
  const hint =
    code === 1006
      ? "the connection ended without the close of a WebSocket"
      : `the server closed the WebSocket with code ${code}${reason === "" ? "" : `, "${reason}"`}`;
  return new WebsocketConnectionError(what, { hint });
}

/** [MQTT-6.0.0-1] */
export function text_frame(what: string): WebsocketConnectionError {
  return new WebsocketConnectionError(what, {
    hint: `the server sent text, and MQTT is binary: is it an MQTT broker, and ${path_hint}`,
  });
}
