// Decides what an attempt needs of the settings of its moment: which server, by which way, and who greets it.

import { sharing } from "../model/sharing.ts";
import type { Plan } from "../network/attempts.ts";
import { open_way, place_of, type Way } from "../transport/ways.ts";
import type { Asking } from "./asked.ts";
import type { Server } from "./server_address.ts";
import type { ClientSettings } from "./settings.ts";

/**
 * Rejects with the failure of a function of the user's, or of DNS, that was asked.
 *
 * @param warn is told what of the usual checks is left out.
 */
export async function plan_of(
  settings: ClientSettings,
  asking: Asking,
  warn: (risk: string) => void,
): Promise<Plan> {
  const server = await settings.servers.next(asking);
  const login = server.url?.login ?? (await settings.access.login.for_attempt(asking));
  const way = way_to(server, settings);
  const risk = settings.access.tls.risk_of(way.tls);
  if (risk !== null) warn(risk);
  return {
    settings: settings.for_session(login),
    open: open_way(way),
    timeout_ms: asking.timeout_ms,
    place: place_of(way),
  };
}

function way_to({ host, port, url }: Server, settings: ClientSettings): Way {
  const { transport, bind_address, bind_port, proxy } = settings;
  const { tls, ws } = settings.access;
  return shared({
    transport: url?.transport ?? transport,
    host,
    port,
    bind_address,
    bind_port,
    // A URL cannot take back what tls_set() has asked for: nothing must leave in clear by mistake.
    tls: url?.secure ? tls.security_of_url : tls.security,
    any_name: tls.any_name,
    path: url?.path ?? ws.path,
    headers: ws.headers,
    proxy,
  });
}

const shared = sharing<Way>();
