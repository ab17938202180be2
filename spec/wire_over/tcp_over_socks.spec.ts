import { run_over } from "./over.ts";

run_over("tcp_over_socks");
