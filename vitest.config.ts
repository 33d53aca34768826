import { defineConfig } from "vitest/config";

// Tests run on the sources: the "@conclave/source" condition resolves workspace packages to src/.
const conditions = ["@conclave/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Sentences that changed are compiled again.
    globalSetup: "packages/words/compiler/setup.mjs",
    include: [
      "packages/*/src/**/*.test.ts",
      "packages/*/test/**/*.test.ts",
      "docs/**/*.test.ts",
      "scripts/**/*.test.ts",
    ],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 90_000,
    // A state that is waited for comes when it comes: one second, which is the default, is a guess about the machine.
    expect: { poll: { timeout: 60_000 } },
    // Hooks start relays and browsers: on a busy machine that takes more than a moment.
    hookTimeout: 90_000,
    reporters: ["default"],
  },
});
