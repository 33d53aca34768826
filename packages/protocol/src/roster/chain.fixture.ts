import { toHex, type Result } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { DeviceKey, type LeafKey, type PersonId, type RoomId, InviteId } from "../encoding/ids.js";
import { certifyDevice } from "../identity/deviceCert.js";
import { certifyLeaf, type DeviceIdentity, leafKeyOf, NO_ROOM } from "../identity/leafCert.js";
import { identityOf, newDevice } from "../identity/person.js";
import type { InviteTerms } from "../invite/invite.js";
import { type InviteProof, signInviteProof } from "../invite/inviteProof.js";
import { SshKey } from "../invite/sshKey.js";
import { type SshJoin, sshJoinMessage, type SshSignature, sshSignedBytes } from "../invite/sshSignature.js";
import { sortedKeys } from "./actions/allow.js";
import { type ReseatProof, signReseatProof } from "../invite/reseatProof.js";
import { preset } from "../policy/presets.js";
import type { Policy } from "../policy/policy.js";
import type { Role } from "../policy/role.js";
import { type Action, actionHash } from "./action.js";
import { signApproval } from "./approval.js";
import { type Entry, type EntryContent, signEntry } from "./entry.js";
import { type Evidence, NO_EVIDENCE } from "./entryHeader.js";
import { authorEntry, type Carriage, evaluate, type Transition } from "./evaluate.js";
import { signFarewell } from "./farewell.js";
import type { Rejection } from "../policy/rejection.js";
import type { Roster } from "./roster.js";
import { ROOM_VERSION } from "./version.js";

/** Rules that let nobody decide anything but about their own devices: no room may have them. */
export const NOBODY_DECIDES: Policy = {
  rules: {
    add: { kind: "nobody" },
    remove: { kind: "nobody" },
    setRole: { kind: "nobody" },
    setPolicy: { kind: "nobody" },
    invite: { kind: "nobody" },
    addDevice: { kind: "self" },
  },
  settings: preset("owner").settings,
};

/** Somebody in a test: a person, one device, its leaf seed. */
export interface Someone {
  readonly name: string;
  readonly person: PersonId;
  readonly device: DeviceIdentity;
  readonly leafSeed: Uint8Array;
  readonly leaf: LeafKey;
}

/** How a forged entry travels, what goes with it, and whose key signs it. */
export interface Forgery {
  readonly carriage?: Partial<Carriage>;
  readonly evidence?: Partial<Evidence>;
  readonly signer?: Someone;
}

// The same people live in every test.
const everyone = new Map<string, Someone>();

/** A chain of entries for tests, with a made-up history of keys. Everything follows from names and numbers. */
export class Chain {
  roster: Roster;
  epoch = 0;
  transcript: Uint8Array = new Uint8Array(0);
  time = 1_700_000_000_000;
  readonly transitions: Transition[] = [];
  readonly alice: Someone;

  constructor(
    readonly crypto: Crypto,
    policy: Policy = preset("owner"),
  ) {
    this.alice = this.someone("Alice");
    const { person, leafSeed } = this.alice;
    const founded = authorEntry(crypto, leafSeed, null, {
      action: this.charter(policy),
      person,
      time: this.time,
      epoch: 0,
      transcript: this.transcript,
    });
    if (!founded.ok) throw new Error(founded.error.code);
    this.roster = founded.value.roster;
    this.transitions.push(founded.value);
  }

  charter(policy: Policy): Extract<Action, { type: "charter" }> {
    const relay = { publicKey: this.bytes("relay"), address: "wss://relay.test" };
    const leafCert = this.certOf(this.alice, NO_ROOM);
    return {
      type: "charter",
      version: ROOM_VERSION,
      title: "Room",
      policy,
      relay,
      leafCert,
      nonce: this.bytes("nonce"),
    };
  }

  /** 32 bytes that follow from a name. */
  bytes(name: string): Uint8Array {
    return this.crypto.hash("sha256", new TextEncoder().encode(name));
  }

  /** A person by their name; with `deviceNo`, on another device of theirs. */
  someone(name: string, deviceNo = 1): Someone {
    const device = `${name} ${deviceNo}`;
    const known = everyone.get(device) ?? this.newcomer(name, device, deviceNo);
    everyone.set(device, known);
    return known;
  }

  private newcomer(name: string, device: string, deviceNo: number): Someone {
    const { crypto } = this;
    const identity = identityOf({ crypto, random: () => this.bytes(device) }, this.bytes(`identity of ${name}`));
    const leafSeed = this.bytes(`leaf of ${device}`);
    return {
      name,
      person: identity.person,
      device: newDevice({ crypto, random: () => this.bytes(device) }, identity, deviceNo),
      leafSeed,
      leaf: leafKeyOf(crypto, leafSeed),
    };
  }

  /** A person's `nth` device, certified again under another number. */
  renumbered(name: string, nth: number, deviceNo: number): DeviceIdentity {
    const { crypto } = this;
    const { deviceSeed } = this.someone(name, nth).device;
    const device = DeviceKey.of(crypto.ed25519PublicKey(deviceSeed));
    return { deviceSeed, deviceCert: certifyDevice(crypto, this.bytes(`identity of ${name}`), device, deviceNo) };
  }

  /** The same device with another leaf key, as it is when it takes its own place again. */
  again(who: Someone, nth = 1): Someone {
    const leafSeed = this.bytes(`leaf ${String(nth)} after ${toHex(who.leaf)}`);
    return { ...who, leafSeed, leaf: leafKeyOf(this.crypto, leafSeed) };
  }

  /** What `old` signs so that `returned` takes its place, at the present place in the chain. */
  reseatProof(old: Someone, returned: Someone, change: Partial<ReseatProof> = {}): Uint8Array {
    const { roster, epoch } = this;
    return signReseatProof(this.crypto, old.leafSeed, {
      ...{ roomId: roster.roomId, person: old.person, leaf: old.leaf, newLeaf: returned.leaf },
      place: { prev: roster.head, epoch, lastCommit: 0 },
      ...change,
    });
  }

  /** The device of `old` takes its own place again as `returned`, and claims that it could not follow a commit of `after`. */
  reseat(
    old: Someone,
    returned: Someone,
    { proof = this.reseatProof(old, returned), after = null }: { proof?: Uint8Array; after?: PersonId | null } = {},
  ): Result<Transition, Rejection> {
    const action = { type: "reseat", leafCert: this.certOf(returned), leaf: old.leaf, after } as const;
    return this.act(returned, action, { proof }, true);
  }

  certOf(who: Someone, roomId: RoomId = this.roster.roomId): Uint8Array {
    return certifyLeaf(this.crypto, who.device, { roomId, leaf: who.leaf, name: who.name });
  }

  adding(who: Someone, role: Role = "member"): Action {
    return { type: "add", leafCert: this.certOf(who), role };
  }

  /** Authors an entry without taking it over. */
  author(
    who: Someone,
    action: Action,
    evidence: Partial<Evidence> = {},
    external = false,
  ): Result<Transition, Rejection> {
    const { crypto, roster, time, epoch, transcript } = this;
    const what = {
      action,
      person: who.person,
      time,
      evidence: { ...NO_EVIDENCE, ...evidence },
      epoch,
      transcript,
      external,
    };
    return authorEntry(crypto, who.leafSeed, roster, what);
  }

  /** Authors an entry; when it is allowed, the chain and its keys move on. */
  act(who: Someone, action: Action, evidence: Partial<Evidence> = {}, external = false): Result<Transition, Rejection> {
    const outcome = this.author(who, action, evidence, external);
    if (outcome.ok) this.take(outcome.value);
    return outcome;
  }

  /** An allowed entry of somebody's with something changed, signed again by `signer`, and what the door says to it. */
  forged(
    who: Someone,
    action: Action,
    change: Partial<EntryContent>,
    { carriage = {}, signer = who, evidence = {} }: Forgery = {},
  ): string {
    const outcome = this.author(who, action, evidence, carriage.external);
    if (!outcome.ok) throw new Error(outcome.error.code);
    return this.judged(signEntry(this.crypto, signer.leafSeed, { ...outcome.value.entry, ...change }), carriage);
  }

  /** What the door says to an entry now. */
  judged(entry: Entry, carriage: Partial<Carriage> = {}): string {
    const { crypto, roster, epoch, transcript } = this;
    const carried = { epoch, transcript, committer: entry.author.leaf, external: false, ...carriage };
    return verdict(evaluate(crypto, roster, entry, carried));
  }

  /** As `act`, where nothing else than success is expected. */
  must(who: Someone, action: Action, evidence: Partial<Evidence> = {}, external = false): Transition {
    const outcome = this.act(who, action, evidence, external);
    if (!outcome.ok) throw new Error(`${action.type}: ${outcome.error.code} ${outcome.error.detail ?? ""}`);
    return outcome.value;
  }

  take(transition: Transition): void {
    this.roster = transition.roster;
    this.transitions.push(transition);
    this.epoch++;
    this.transcript = this.crypto.hash("sha256", transition.entry.bytes);
    this.time += 1000;
  }

  /** Somebody new, added by Alice. */
  add(name: string, role: Role = "member", evidence: Partial<Evidence> = {}): Someone {
    const who = this.someone(name);
    this.must(this.alice, this.adding(who, role), evidence);
    return who;
  }

  approval(
    who: Someone,
    action: Action,
    change: { baseSeq?: number; maxSeq?: number; policyHash?: Uint8Array } = {},
    author: Someone = this.alice,
  ): Uint8Array {
    const { crypto, roster } = this;
    return signApproval(crypto, who.leafSeed, {
      roomId: roster.roomId,
      actionHash: actionHash(crypto, action, author.person),
      baseSeq: roster.seq,
      maxSeq: roster.seq + 100,
      policyHash: roster.policyHash,
      person: who.person,
      leaf: who.leaf,
      ...change,
    });
  }

  farewell(who: Someone): Uint8Array {
    return signFarewell(this.crypto, who.leafSeed, { roomId: this.roster.roomId, person: who.person, leaf: who.leaf });
  }

  /** Terms of an invite whose keys follow from a name. */
  terms(name: string, terms: Partial<InviteTerms> = {}): InviteTerms {
    return {
      inviteId: InviteId.of(this.bytes(`invite ${name}`).slice(0, 16)),
      joinPub: this.crypto.ed25519PublicKey(this.bytes(`join ${name}`)),
      slotPub: this.bytes(`slot ${name}`),
      tokenPub: this.bytes(`token ${name}`),
      for: { class: "single" },
      role: "member",
      notAfter: null,
      mode: "direct",
      welcomeText: "",
      ...terms,
    };
  }

  /** The invite's proof for somebody: at the present place in the chain (direct), or of the chain as it is. */
  proof(
    name: string,
    who: Someone,
    mode: "direct" | "ask" | "auto" = "direct",
    ssh: InviteProof["ssh"] = null,
    change: Partial<InviteProof> = {},
  ): Uint8Array {
    const { roster, epoch } = this;
    return signInviteProof(this.crypto, this.bytes(`join ${name}`), {
      roomId: roster.roomId,
      inviteId: this.terms(name).inviteId,
      person: who.person,
      leaf: who.leaf,
      place: mode === "direct" ? { prev: roster.head, epoch, lastCommit: 0 } : null,
      baseSeq: mode === "direct" ? null : roster.seq,
      ssh,
      ...change,
    });
  }

  /** An SSH key that follows from a name. */
  sshKey(name: string): SshKey {
    return SshKey.of(this.crypto.ed25519PublicKey(this.bytes(`ssh ${name}`)));
  }

  /** What the SSH key of this name signs for somebody who comes by an invite. */
  ssh(key: string, invite: string, who: Someone, change: Partial<SshJoin> = {}): SshSignature {
    const { crypto, roster } = this;
    const { inviteId } = this.terms(invite);
    const join = { roomId: roster.roomId, inviteId, person: who.person, leaf: who.leaf, ...change };
    const signature = crypto.ed25519Sign(
      this.bytes(`ssh ${key}`),
      sshSignedBytes(crypto, sshJoinMessage(join), "sha512"),
    );
    return { key: this.sshKey(key), hash: "sha512", signature };
  }

  /** Lists the SSH keys of these names. */
  allowing(...names: string[]): Action {
    return { type: "allow", keys: sortedKeys(names.map((comment) => ({ key: this.sshKey(comment), comment }))) };
  }

  /** Takes them off the list. */
  disallowing(...names: string[]): Action {
    return {
      type: "disallow",
      keys: sortedKeys(names.map((name) => ({ key: this.sshKey(name) }))).map((each) => each.key),
    };
  }

  /** Somebody comes in by an invite, by themself. */
  join(name: string, who: Someone, role: Role = "member"): Result<Transition, Rejection> {
    return this.act(who, this.adding(who, role), { proof: this.proof(name, who) }, true);
  }

  /** Names of the people in the room. */
  get people(): string[] {
    return [...this.roster.members.values()].map((member) => member.name);
  }

  roleOf(who: Someone): Role | undefined {
    return this.roster.members.get(toHex(who.person))?.role;
  }
}

/** The refusal's code, or "ok". */
export function verdict(outcome: Result<unknown, Rejection>): string {
  return outcome.ok ? "ok" : outcome.error.code;
}
