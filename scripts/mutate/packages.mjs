/**
 * What is changed in each package, and the tests that are asked, relative to the package. Those that draw their inputs at random
 * are not asked: they are slow, and what only they see may be missed the next time. Nor is any that starts a browser.
 */
export const PACKAGES = {
  protocol: {
    files: ["src/**/*.ts"],
    tests: ["src/**/*.test.ts"],
    not: ["**/*.property.test.ts", "**/mutated.attack.test.ts"],
  },
  mls: {
    files: ["src/**/*.ts"],
    tests: ["src/**/*.test.ts", "test/**/*.test.ts"],
    not: ["**/{churn,keyWalk,mutation}.test.ts"],
  },
  // A room's session: what it keeps, what its workers do, and its engine.
  client: {
    files: ["src/store/*.ts", "src/work/*.ts", "src/room/*.ts"],
    tests: ["src/store/*.test.ts", "src/relay/*.test.ts", "test/*.test.ts"],
    not: [
      "**/{attachment,attachmentRelay,frameLimit,remote,wsTransport}.test.ts",
      "**/{browser,crash,process,vault,vaultRecovery}.test.ts",
    ],
  },
  relay: { files: ["src/core/*.ts", "src/ledger/*.ts"], tests: ["src/core/*.test.ts", "src/ledger/*.test.ts"] },
};
