// Decides which packets of clients are read in what is built for browsers, where it stands in for client_layouts.ts:
// none, because no page is a server.

import type { Layout } from "./layouts.ts";

export const client_layouts: Readonly<Record<number, Layout>> = {};
