// Decides how the settings of this moment become a way to the broker: straight to a host, or by the records of DNS.

import type { Route } from "../network/attempts.ts";
import { first_of_service, open_way, place_of, type Way } from "../transport/ways.ts";
import type { ClientSettings } from "./settings.ts";

export function route_of(settings: ClientSettings, random: () => number): Route {
  const timeout_ms = settings.connect_timeout * 1000;
  const { service } = settings;
  if (service === null) {
    const way = way_to(settings, settings);
    return { open: open_way(way), timeout_ms, place: place_of(way) };
  }
  const open = first_of_service({
    service: service.name,
    resolve: service.resolve,
    timeout_ms,
    random,
    way_to: (server) => open_way(way_to(server, settings)),
    found: ({ host, port }) => Object.assign(settings, { host, port, service: null }),
  });
  // The look-up and each server have the whole time, one after the other; how many there are is not known yet.
  return { open, timeout_ms: Number.POSITIVE_INFINITY, place: service.name };
}

function way_to({ host, port }: { host: string; port: number }, settings: ClientSettings): Way {
  const { transport, bind_address, bind_port, tls, ws, proxy } = settings;
  return {
    transport,
    host,
    port,
    bind_address,
    bind_port,
    tls: tls.security,
    any_name: tls.any_name,
    path: ws.path,
    headers: ws.headers,
    proxy,
  };
}
