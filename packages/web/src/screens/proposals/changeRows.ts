import type { Decision, NamedPerson } from "@conclave/client";
import { plainName, plainText, type Policy, sshFingerprint, type SshKey } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { equalBytes } from "@conclave/codec";
import { sha256 } from "@noble/hashes/sha2.js";
import { date } from "../../words/when.js";
import { matterNames, sayRule } from "../room/ruleWords.js";
import { sayPolicy } from "../room/presets.js";
import { t } from "./words.js";

/** One thing that is other afterwards. */
export interface ChangeRow {
  readonly what: string;
  /** How it is now; null where there is nothing of the kind yet. */
  readonly before: string | null;
  readonly after: string;
  /** It gives somebody power over others, or cannot be undone. */
  readonly isGrave: boolean;
}

export interface RoomRules {
  readonly detail: RoomDetail;
  readonly title: string;
  readonly relay: string;
}

/** Exactly what an action would change, as the room is now. */
export function changesOf(
  action: Decision["action"],
  person: NamedPerson | null,
  room: RoomRules,
): readonly ChangeRow[] {
  const { detail } = room;
  const role = detail.members.find((each) => person !== null && equalBytes(each.person, person.person))?.role ?? null;
  const roleNow = role === null ? t.noMember : t[role];
  const row = (what: string, before: string | null, after: string, isGrave = false): ChangeRow => ({
    ...{ what, before, after, isGrave },
  });
  const name = person ? plainName(person.name) : "";
  switch (action.type) {
    case "setPolicy":
      return detail.policy ? policyChanges(detail.policy, action.policy) : [];
    case "setRole":
      return [row(name, roleNow, t[action.role], action.role !== "member")];
    case "transferOwnership":
      return [row(name, roleNow, t.owner, true)];
    case "remove":
      return [row(name, t.inRoom, action.ban ? t.neverReturns : t.mayReturn, action.ban)];
    case "add":
      return [row(name, t.noMember, t[action.role], action.role !== "member")];
    case "setTitle":
      return [row(t.roomName, plainName(room.title), plainName(action.title))];
    // An address is shown whole: where it leads is at the end of a host's name.
    case "setRelay":
      return [row(t.server, plainText(room.relay), plainText(action.relay.address), true)];
    case "setMirrors": {
      const [before, after] = [detail.mirrors, action.mirrors.map(({ relay }) => relay.address)];
      const named = (all: readonly string[]) =>
        all.length === 0 ? t.none : all.map((address) => plainText(address)).join(", ");
      return [row(t.mirrors, named(before), named(after), true)];
    }
    case "upgrade":
      return [row(t.version, String(action.version - 1), String(action.version), true)];
    case "seal":
      return [row(t.sealed, t.unsealed, t.forEver, true)];
    case "revokeInvite": {
      const invite = detail.invitations.find(({ inviteId }) => equalBytes(inviteId, action.inviteId));
      const by = invite ? t.linkOf({ name: plainName(invite.createdBy.name) }) : "";
      return [row(`${t.link} ${invite?.label ? `“${plainName(invite.label)}”` : by}`.trim(), t.open, t.closed)];
    }
    case "createInvite": {
      const { for: whom, role: as, mode, notAfter, welcomeText } = action.invite;
      return [
        row(
          t.forMany,
          null,
          whom.class === "listed" ? t.listedKeys : t.people({ count: whom.class === "multi" ? whom.limit : 1 }),
        ),
        row(t.joinAs, null, t[as], as !== "member"),
        row(t.how, null, mode === "ask" ? t.ask : mode === "auto" ? t.auto : t.direct),
        row(t.until, null, notAfter === null ? t.ever : date(notAfter)),
        ...(welcomeText === "" ? [] : [row(t.welcome, null, plainText(welcomeText))]),
      ];
    }
    case "allow":
      return action.keys.map(({ key, comment }) => row(keyName(key, comment), null, t.onList));
    case "disallow":
      return action.keys.map((key) => {
        const listed = detail.sshKeys.find((each) => equalBytes(each.key, key));
        return row(keyName(key, listed?.comment ?? ""), t.onList, t.offList);
      });
    case "openReturn":
      return [row(t.recoveryWords, t.noWayBack, t.wayBack)];
    case "addDevice":
      return [row(t.devices, null, t.oneMore)];
    case "removeDevice":
      return [row(name || t.devices, null, t.oneLess)];
    case "resetTime":
      return [row(t.roomClock, null, t.setRight)];
    // Nobody proposes these: they come by themselves.
    case "charter":
    case "leave":
    case "return":
    case "reseat":
    case "tick":
      return [];
  }
}

/**
 * RULE: web.key-by-fingerprint: a key is named by its fingerprint, as `ssh-keygen -l` shows it, and its comment comes after
 * it: anybody can write anything into a comment (attack A92).
 */
function keyName(key: SshKey, comment: string): string {
  const fingerprint = sshFingerprint({ hash: (_, bytes) => sha256(bytes) }, key);
  return `${t.sshKey} ${fingerprint}${comment === "" ? "" : ` (${plainName(comment)})`}`;
}

const MATTERS = ["invite", "add", "remove", "setRole", "setPolicy", "addDevice"] as const;
const HOUR_MS = 60 * 60 * 1000;

function policyChanges(before: Policy, after: Policy): ChangeRow[] {
  const settings: [string, (policy: Policy) => string][] = [
    [
      t.removals,
      ({ settings: { removals } }) =>
        removals ? t.limit({ count: removals.count, entries: removals.entries }) : t.noLimit,
    ],
    [t.tenure, ({ settings: { minTenure } }) => (minTenure === 0 ? t.atOnce : t.afterSome({ entries: minTenure }))],
    [t.stale, ({ settings: { maxStale } }) => (maxStale === 0 ? t.never : t.hours({ count: maxStale / HOUR_MS }))],
    [t.history, ({ settings: { history } }) => t[history]],
  ];
  const all: [string, (policy: Policy) => string][] = [
    [t.rules, (policy) => sayPolicy(policy).title ?? t.ownRules],
    ...MATTERS.map((matter): [string, (policy: Policy) => string] => [
      matterNames[matter],
      (policy) => sayRule(policy.rules[matter]),
    ]),
    ...settings,
  ];
  return all
    .map(([what, say]) => ({ what, before: say(before), after: say(after), isGrave: false }))
    .filter((row) => row.before !== row.after);
}
