import {
  boxed,
  encode,
  equalBytes,
  list,
  opaque,
  optional,
  stored,
  struct,
  text,
  toHex,
  u53,
  u8,
  versioned,
} from "@conclave/codec";
import {
  actionHash,
  type ActionHash,
  actionLayout,
  type DecisionRecord,
  InviteId,
  openLeafCert,
  PersonId,
  SshKey,
  type UsedSshKey,
  type Role,
} from "@conclave/protocol";
import type { Crypto } from "@conclave/crypto";
import type { StoredRecord } from "../ports/storage.js";
import type { RoomKeys } from "./homeKey.js";
import { Claims } from "./claims.js";
import type { Transaction } from "./transaction.js";

/** A decision, where it is in the log, and the role that its author had. */
export interface LoggedDecision {
  readonly decision: DecisionRecord;
  /** 0 for what happened before this device was here. */
  readonly n: number;
  readonly role: Role | null;
  /** Whose change a device that came back could not follow, as it claims: somebody else who is or was in the room. */
  readonly after: PersonId | null;
  /** It is not the first such claim about them that counts. */
  readonly isAgain: boolean;
}

/** A decision as it is stored, at this place of the log. */
export function encodeDecision(decision: DecisionRecord, n: number): Uint8Array {
  return encode({ ...decision, n }, layout.write);
}

/** @throws TypeError when the stored bytes are damaged */
export function decodeDecision(bytes: Uint8Array): DecisionRecord & { readonly n: number } {
  return stored("decision", bytes, layout);
}

/** All that was decided in a room since its founding, with the names and roles of that time. */
export class DecisionLog {
  readonly entries: LoggedDecision[] = [];
  private readonly names = new Map<string, string>();
  private readonly roles = new Map<string, Role>();
  private readonly admissions = new Map<string, LoggedDecision>();
  private readonly creators = new Map<string, PersonId>();
  private readonly autos = new Set<string>();
  private readonly returners = new Set<string>();
  private readonly claims: Claims;

  /** `self`: whose home it is. */
  constructor(
    private readonly crypto: Crypto,
    private readonly keys: RoomKeys,
    self: PersonId,
    records: readonly StoredRecord[],
  ) {
    this.claims = new Claims(self);
    for (const record of records) {
      const { n, ...decision } = decodeDecision(record.value);
      this.take(decision, n);
    }
  }

  /** Adds a decision that is not here yet. */
  add(tx: Transaction, decision: DecisionRecord, n: number): LoggedDecision {
    tx.put(this.keys.decision(decision.seq), encodeDecision(decision, n));
    return this.take(decision, n);
  }

  /** A decision that was known before turns out to be at this place of the log. */
  place(tx: Transaction, seq: number, n: number): LoggedDecision | null {
    const at = this.entries.findIndex(({ decision }) => decision.seq === seq);
    const known = this.entries[at];
    if (!known) return null;
    const placed = { ...known, n };
    this.entries[at] = placed;
    tx.put(this.keys.decision(seq), encodeDecision(known.decision, n));
    return placed;
  }

  /** Puts these in the place of all from the first of them on: what was decided beside them was decided by nobody else. */
  replace(tx: Transaction, decisions: readonly DecisionRecord[]): void {
    const [first] = decisions;
    if (first === undefined) return;
    const kept = this.entries.filter(({ decision }) => decision.seq < first.seq);
    for (const { decision } of this.entries) if (decision.seq >= first.seq) tx.delete(this.keys.decision(decision.seq));
    this.forget();
    for (const { decision, n } of kept) this.take(decision, n);
    for (const decision of decisions) this.add(tx, decision, 0);
  }

  /** Forgets everything: a join starts over. */
  clear(tx: Transaction): void {
    tx.clear(this.keys.decisions);
    this.forget();
  }

  private forget(): void {
    this.entries.length = 0;
    const { names, roles, admissions, creators, autos, returners, claims } = this;
    for (const each of [names, roles, admissions, creators, autos, returners, claims]) each.clear();
  }

  find(seq: number): LoggedDecision | null {
    const at = this.entries[seq];
    return at?.decision.seq === seq ? at : (this.entries.find(({ decision }) => decision.seq === seq) ?? null);
  }

  /** The decision that carried out an action, by the action's hash, after the entry numbered `since`; null when none did. */
  decidedSince(since: number, hash: ActionHash): LoggedDecision | null {
    const isSame = ({ decision }: LoggedDecision) =>
      decision.seq > since && equalBytes(actionHash(this.crypto, decision.action, decision.by), hash);
    return this.entries.find(isSame) ?? null;
  }

  /** The last name that a decision gives for a person. */
  nameOf(person: PersonId): string | null {
    return this.names.get(toHex(person)) ?? null;
  }

  /** How somebody came in, last. */
  admissionOf(person: PersonId): LoggedDecision | null {
    return this.admissions.get(toHex(person)) ?? null;
  }

  /** Who made an invite. */
  creatorOf(inviteId: InviteId): PersonId | null {
    return this.creators.get(toHex(inviteId)) ?? null;
  }

  /** Whether an invite's link alone is the permission, and others carry it out. */
  isAuto(inviteId: InviteId): boolean {
    return this.autos.has(toHex(inviteId));
  }

  /** Whether somebody ever made themself a way back by their recovery words. */
  hasMadeReturn(person: PersonId): boolean {
    return this.returners.has(toHex(person));
  }

  /** Adds a decision that is not to be stored, or is already. */
  take(decision: DecisionRecord, n: number): LoggedDecision {
    const role = this.roles.get(toHex(decision.by)) ?? null;
    const after = this.namedBy(decision);
    const entry: LoggedDecision = {
      ...{ decision, n, role, after },
      isAgain: after !== null && this.claims.take(decision.by, after),
    };
    this.entries.push(entry);
    this.follow(entry);
    return entry;
  }

  /** Whom a claim names: nobody is told of somebody who never was here, or who speaks of themself. */
  private namedBy({ action, by }: DecisionRecord): PersonId | null {
    const after = action.type === "reseat" ? action.after : null;
    return after !== null && !equalBytes(after, by) && this.names.has(toHex(after)) ? after : null;
  }

  private follow(entry: LoggedDecision): void {
    const { action, by, person, name } = entry.decision;
    if (person && name !== null) this.names.set(toHex(person), name);
    switch (action.type) {
      case "charter":
        this.admit(by, "owner", entry);
        this.names.set(toHex(by), openLeafCert(this.crypto, action.leafCert)?.name ?? "");
        return;
      case "add":
        if (person) this.admit(person, action.role, entry);
        return;
      case "setRole":
        this.roles.set(toHex(action.person), action.role);
        return;
      case "transferOwnership":
        this.roles.set(toHex(action.person), "owner").set(toHex(by), "admin");
        return;
      case "remove":
      case "leave":
        this.roles.delete(toHex(action.person));
        return;
      case "createInvite":
      case "openReturn":
        if (action.type === "openReturn") this.returners.add(toHex(by));
        this.creators.set(toHex(action.invite.inviteId), by);
        if (action.invite.mode === "auto") this.autos.add(toHex(action.invite.inviteId));
        return;
      default:
        return;
    }
  }

  private admit(person: PersonId, role: Role, entry: LoggedDecision): void {
    this.roles.set(toHex(person), role);
    this.admissions.set(toHex(person), entry);
    this.claims.settle(person);
  }
}

const layout = versioned(
  1,
  struct<DecisionRecord & { readonly n: number }>({
    seq: u53,
    hash: opaque(),
    n: u53,
    by: boxed(PersonId),
    time: u53,
    epoch: u53,
    action: boxed(actionLayout),
    approvedBy: list(boxed(PersonId)),
    person: optional(boxed(PersonId)),
    name: optional(text()),
    inviteId: optional(boxed(InviteId)),
    revokedInvites: list(boxed(InviteId)),
    sshKey: optional(struct<UsedSshKey>({ key: SshKey, comment: text(), listedBy: PersonId })),
  }),
  u8,
);
