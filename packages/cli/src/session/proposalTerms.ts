import type { RoomSession } from "@conclave/client";
import { equalBytes } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { type Action, type InviteTerms, type Policy, type PolicyMatter, sshFingerprint } from "@conclave/protocol";
import { policyMatters } from "@conclave/words/en/policyMatters";
import { proposals as words } from "@conclave/words/en/proposals";
import { safeLine } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";
import { dayAndTime } from "../terminal/when.js";
import { sshKeyName } from "./decisionView.js";
import { policyName, rulesOf } from "./policyView.js";

const HOUR_MS = 60 * 60 * 1000;
/** How many SSH keys of one proposal are shown. */
const SHOWN_KEYS = 20;

/** What a proposal would change, line by line, where its sentence does not say it: a link, rules, SSH keys. */
export function proposalTerms(room: RoomSession, action: Action): readonly string[] {
  switch (action.type) {
    case "createInvite":
      return table(inviteRows(action.invite));
    case "setPolicy": {
      const now = room.policy();
      return now === null ? [] : table(policyRows(now, action.policy));
    }
    case "allow":
      return keyLines(action.keys.map(({ key, comment }) => keyName(key, comment)));
    case "disallow": {
      const listed = room.sshKeys();
      const commentOf = (key: Uint8Array) => listed.find((each) => equalBytes(each.key, key))?.comment ?? "";
      return keyLines(action.keys.map((key) => keyName(key, commentOf(key))));
    }
    default:
      return [];
  }
}

function inviteRows({ for: whom, role, mode, notAfter, welcomeText }: InviteTerms): string[][] {
  const count = whom.class === "multi" ? whom.limit : 1;
  return [
    [words.forMany, whom.class === "listed" ? words.listedKeys : words.people({ count })],
    [words.joinAs, words[role]],
    [words.how, mode === "ask" ? words.ask : mode === "auto" ? words.auto : words.direct],
    [words.until, notAfter === null ? words.ever : dayAndTime(notAfter)],
    ...(welcomeText === "" ? [] : [[words.welcome, safeLine(welcomeText)]]),
  ];
}

const SETTINGS: readonly (readonly [string, (policy: Policy) => string])[] = [
  [
    words.removals,
    ({ settings: { removals } }) =>
      removals ? words.limit({ count: removals.count, entries: removals.entries }) : words.noLimit,
  ],
  [
    words.tenure,
    ({ settings: { minTenure } }) => (minTenure === 0 ? words.atOnce : words.afterSome({ entries: minTenure })),
  ],
  [
    words.stale,
    ({ settings: { maxStale } }) => (maxStale === 0 ? words.never : words.hours({ count: maxStale / HOUR_MS })),
  ],
  [words.history, ({ settings: { history } }) => words[history]],
];

/** What is different under the new policy: as it is now, and as it would be. */
function policyRows(now: Policy, then: Policy): string[][] {
  const [rulesNow, rulesThen] = [rulesOf(now), rulesOf(then)];
  const matters = Object.keys(rulesThen) as PolicyMatter[];
  const rows = [
    [words.rules, policyName(now), policyName(then)],
    ...matters.map((matter) => [policyMatters[matter], rulesNow[matter], rulesThen[matter]]),
    ...SETTINGS.map(([what, say]) => [what, say(now), say(then)]),
  ];
  return rows
    .filter(([, before, after]) => before !== after)
    .map(([what = "", before = "", after = ""]) => [what, before, `→ ${after}`]);
}

function keyName(key: Parameters<typeof sshFingerprint>[1], comment: string): string {
  return sshKeyName({ fingerprint: sshFingerprint(nodeCrypto, key), comment });
}

function keyLines(names: readonly string[]): string[] {
  const shown = names.slice(0, SHOWN_KEYS).map(safeLine);
  const left = names.length - shown.length;
  return left === 0 ? shown : [...shown, `and ${left} more`];
}
