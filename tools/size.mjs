// Decides how large the file for a <script type="module"> may be: what travels to a page, so gzipped. In bytes.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const most = 45_000;
const file = "dist/browser/karere.min.js";

const content = readFileSync(new URL(`../${file}`, import.meta.url));
const gzipped = gzipSync(content, { level: 9 }).length;
console.log(`${file}: ${content.length} bytes, ${gzipped} gzipped, of ${most} allowed`);
process.exitCode = gzipped > most ? 1 : 0;
