/**
 * What is changed in each package, and the tests that are asked, relative to the package. Those that draw their inputs at random
 * are not asked: they are slow, and what only they see may be missed the next time. Nor is any that starts a browser.
 * `notChanged`: what only tests use. The tests may use of vitest only what vitestStandIn.mjs has.
 */
export const PACKAGES = {
  // What decides who is in a room is asked of the tests beside it alone: they are quick, and it is theirs to hold.
  "protocol/roster": {
    files: ["src/roster/**/*.ts", "src/policy/*.ts"],
    tests: ["src/{roster,policy,vectors}/*.test.ts"],
    // ballotLimit builds a room of 482 people, and counts on the order of its tests.
    not: ["**/*.property.test.ts", "**/ballotLimit.test.ts"],
  },
  protocol: {
    files: ["src/!(roster|policy)/*.ts"],
    tests: ["src/**/*.test.ts"],
    // plainLeaf puts another module in the place of one of ours, which only vitest can.
    not: ["**/*.property.test.ts", "**/mutated.attack.test.ts", "**/{plainLeaf.attack,ballotLimit}.test.ts"],
  },
  mls: {
    files: ["src/**/*.ts"],
    tests: ["src/**/*.test.ts", "test/**/*.test.ts"],
    not: ["**/{churn,keyWalk,mutation}.test.ts"],
  },
  // A room's session: what it keeps, what its workers do, and its engine.
  client: {
    files: ["src/store/*.ts", "src/work/*.ts", "src/room/*.ts"],
    tests: [
      "src/{store,relay,work}/*.test.ts",
      "test/*.test.ts",
      // What several homes do about a list that grows old, about who was shut out, and about what a relay does not show, is tested in
      // the simulator.
      "../simulator/test/attacks/{comingBack,freshness,leaving,neverShown,pleas,recovery,withheld}.test.ts",
    ],
    not: [
      "**/{attachment,attachmentRelay,frameLimit,remote,wsTransport}.test.ts",
      "**/{browser,crash,process,vault,vaultRecovery}.test.ts",
    ],
  },
  relay: {
    files: ["src/core/*.ts", "src/ledger/*.ts"],
    notChanged: ["src/**/{coreWorld,probationRoom,scriptedClient}.ts"],
    tests: ["src/core/*.test.ts", "src/ledger/*.test.ts"],
  },
};
