// Decides what ws_set_options() takes.

import { ValueError } from "../model/errors.ts";
import { is_plain_object, positional } from "../model/keywords.ts";
import { name_type } from "../model/type_names.ts";
import type { HTTPHeader, WebSocketHeaders } from "../transport/ways.ts";

/** The arguments of `ws_set_options()` by name. */
export interface WsArguments {
  /** What follows host and port in the URL. Default "/mqtt". */
  path?: string;
  /** Headers that are added to the request, or a function that makes them for each attempt. Default: as before. */
  headers?: WebSocketHeaders | null;
}

export class WsSettings {
  path = "/mqtt";
  headers: WebSocketHeaders | null = null;

  /** @throws ValueError or TypeError for what is not allowed. */
  set(args: readonly unknown[]): void {
    const [path, headers] = positional("ws_set_options", ["path", "headers"], args, ["headers"]);
    const checked = check_path(path ?? "/mqtt");
    // As paho: leaving the headers out keeps those of an earlier call.
    if (headers != null) this.headers = check_headers(headers);
    this.path = checked;
  }
}

/** @throws ValueError or TypeError for what is no path of a URL. */
export function check_path(path: unknown): string {
  if (typeof path !== "string") throw new TypeError(`path must be text, not ${name_type(path)}`);
  // Anything else would be another URL, or would not be a line of HTTP.
  if (/^\/[\x21\x22\x24-\x7e]*$/.test(path)) return path;
  throw new ValueError(
    `path must begin with "/" and hold no spaces, no "#" and nothing but ASCII (use encodeURI), not ${JSON.stringify(path)}`,
  );
}

function check_headers(headers: unknown): WebSocketHeaders {
  if (typeof headers === "function") return headers as WebSocketHeaders;
  if (!is_plain_object(headers)) {
    throw new ValueError(
      `headers must be an object such as { Authorization: "..." }, or a function that returns one, not ${name_type(headers)}`,
    );
  }
  for (const [name, value] of Object.entries(headers)) check_header(name, value);
  return { ...(headers as HTTPHeader) };
}

function check_header(name: string, value: unknown): void {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
    throw new ValueError(`${JSON.stringify(name)} is no name of a header`);
  }
  if (typeof value !== "string") {
    throw new TypeError(`the header ${name} must be text, not ${name_type(value)}`);
  }
  // A line break would begin another header.
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw new ValueError(`the header ${name} has a character that HTTP does not allow`);
  }
}
