// Decides in which order the client's thread begins, as its entry: the signs of its life first, so that it is told when
// what comes then cannot even be loaded.

import { show_life } from "./life_signs.ts";

show_life();

await import("./orders.ts");
