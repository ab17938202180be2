import { run_over } from "./over.ts";

run_over("tls_over_http");
