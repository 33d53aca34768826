#!/usr/bin/env node
// npm links this file at install time, when dist/ is not there yet.
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (!existsSync(main)) {
  process.stderr.write(
    'error: Conclave is not built yet.\n  In its folder, type "npm run build" (or "npm start", which does it too).\n',
  );
  process.exit(1);
}
await import(main.href);
