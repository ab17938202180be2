// Decides how a WebSocket that does not open is told: what the server said, and what to look at.

import type { IncomingMessage } from "node:http";
import { WebsocketConnectionError } from "../model/errors.ts";
import { path_hint } from "./websocket_close.ts";

/** As much of what comes with a refusal is shown. */
const MOST_BODY_BYTES = 1024;
/** As much of it stands in the message. */
const MOST_SHOWN = 200;

const credentials_hint = "it wants credentials: headers of ws_set_options(), or other ones";
const unreachable_hint = "a proxy or gateway answers, and cannot reach the broker";

const status_hints: Readonly<Record<number, string>> = {
  101: "its answer does not upgrade the connection: something in between may know no WebSockets",
  200: `a web page is there, and no WebSocket: ${path_hint}`,
  400: `${path_hint} Does the port speak TLS, or not?`,
  401: credentials_hint,
  403: credentials_hint,
  404: `there is no WebSocket at this path: ${path_hint}`,
  405: `there is no WebSocket at this path: ${path_hint}`,
  426: "the server wants another version of WebSocket or of the sub-protocol",
  429: "the server wants fewer connections",
  502: unreachable_hint,
  503: unreachable_hint,
  504: unreachable_hint,
};

/** By what ws or Node say of an upgrade that came to nothing. */
const hints: readonly (readonly [RegExp, string])[] = [
  [/subprotocol/, `the server does not speak MQTT there (sub-protocol "mqtt"): ${path_hint}`],
  [/Invalid (Sec-WebSocket-Accept|Upgrade) header/, "the answer is not that of a WebSocket server"],
  [/Sec-WebSocket-Extensions|extension/, "the server uses an extension that was not agreed"],
];

/** By the code of Node's error: what says that something else than a web server is there. */
const strange_answers: readonly (readonly [RegExp, string])[] = [
  [/^HPE_HEADER_OVERFLOW$/, "the answer has more headers than anybody reads"],
  [/^HPE_/, "the answer is not HTTP"],
  [/^(ECONNRESET|EPIPE)$/, "the other side hung up"],
];

/** The answer to the upgrade was another one; resolves when enough of its body has come. */
export function refused(what: string, response: IncomingMessage): Promise<WebsocketConnectionError> {
  const { statusCode = 0, statusMessage = "", headers } = response;
  return body_of(response).then((body) => {
    const line = `HTTP ${`${statusCode} ${statusMessage}`.trim()}`;
    const text = body
      .replace(/[\s\p{C}]+/gu, " ")
      .trim()
      .slice(0, MOST_SHOWN);
    const said = text === "" ? "" : `, "${text}"`;
    const hint =
      headers.location === undefined
        ? (status_hints[statusCode] ?? "")
        : `the server sends clients elsewhere: ${headers.location}`;
    return new WebsocketConnectionError(`${what}: the server refused the WebSocket with ${line}${said}`, {
      hint,
      status: statusCode,
      body,
    });
  });
}

/** The upgrade failed by itself. `explain` words what concerns the stream below. */
export function not_opened(what: string, error: Error, explain: (error: Error) => Error): Error {
  const { code = "" } = error as NodeJS.ErrnoException;
  const known = hints.find(([pattern]) => pattern.test(error.message));
  if (known !== undefined) return new WebsocketConnectionError(what, { cause: error, hint: known[1] });
  const strange = strange_answers.find(([pattern]) => pattern.test(code));
  if (strange === undefined) return explain(error);
  const hint = `${strange[1]}: is the port one for WebSockets? Does it want TLS, tls_set(), or none?`;
  return new WebsocketConnectionError(what, { cause: error, hint });
}

/** What `ws` finds wrong with what the server sends; null: the error is not of that kind. */
export function bad_frame(what: string, error: Error): WebsocketConnectionError | null {
  const { code = "" } = error as NodeJS.ErrnoException;
  if (!code.startsWith("WS_ERR_")) return null;
  const hint = /UNSUPPORTED_.*LENGTH/.test(code)
    ? "the server sent a frame that is larger than any packet of MQTT"
    : `the server broke the rules of WebSockets (${error.message.replace(/^Invalid WebSocket frame: /, "")})`;
  return new WebsocketConnectionError(what, {
    cause: error,
    hint: `${hint}: is it an MQTT broker, and ${path_hint}`,
  });
}

function body_of(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    const finish = () => resolve(Buffer.concat(parts).subarray(0, MOST_BODY_BYTES).toString());
    response.on("data", (part: Buffer) => {
      if (length >= MOST_BODY_BYTES) return;
      parts.push(part);
      length += part.length;
      if (length >= MOST_BODY_BYTES) finish();
    });
    response.once("end", finish);
    response.once("close", finish);
    response.once("error", finish);
  });
}
