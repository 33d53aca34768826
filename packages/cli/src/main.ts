#!/usr/bin/env node
import { runProgram } from "./program/program.js";

// A reader that went away (`conclave log | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});
process.exitCode = await runProgram(process.argv.slice(2));
