import { decode, type Reader, toHex, Writer } from "@conclave/codec";
import { CipherSuite } from "./cipherSuite.js";
import type { Delta, Engine } from "./engine.js";
import { type GroupContext, readGroupContext, writeGroupContext } from "./groupContext.js";
import { type LeafNode, readLeafNode, writeLeafNode } from "./leafNode.js";
import type { EpochSecrets } from "./keySchedule.js";
import { RatchetTree } from "./ratchetTree.js";
import { encodeRatchet, type Ratchet, readRatchet, type RatchetStep, SecretTree } from "./secretTree.js";
import { encodeNode, type Node, readNode } from "./treeNode.js";
import type { PathKeys } from "./updatePath.js";

/** What a member knows of its epoch, beside the tree and the message keys. */
export interface GroupState {
  readonly context: GroupContext;
  readonly interimTranscriptHash: Uint8Array;
  readonly confirmationTag: Uint8Array;
  readonly secrets: Omit<EpochSecrets, "encryption">;
  readonly ownLeaf: number;
  readonly signaturePrivateKey: Uint8Array;
  readonly keys: PathKeys;
  /** A ReInit ended this group: nothing is sent in it any more (RFC 9420 §12.4.2). */
  readonly isReinitialised: boolean;
}

/** What is kept of an epoch that is over, so that its late messages can be read and attributed. */
export interface PastEpoch {
  readonly context: GroupContext;
  readonly senderData: Uint8Array;
  readonly resumption: Uint8Array;
  readonly leafWidth: number;
  readonly ownLeaf: number;
  /** Leaves as they were in this epoch, where the next epoch changed them. */
  readonly replaced: ReadonlyMap<number, LeafNode | null>;
  readonly secretTree: SecretTree;
}

type Put = [key: string, value: Uint8Array];
const SECRETS = [
  "senderData",
  "exporter",
  "external",
  "confirmation",
  "membership",
  "resumption",
  "authenticator",
  "init",
] as const;

export function stateRecord(state: GroupState): Put {
  const writer = writeGroupContext(new Writer(1024), state.context);
  writer.opaque(state.interimTranscriptHash).opaque(state.confirmationTag);
  for (const name of SECRETS) writer.opaque(state.secrets[name]);
  return ["group", writer.u32(state.ownLeaf).opaque(state.signaturePrivateKey).bool(state.isReinitialised).finish()];
}

export const nodeKey = (index: number): string => `n/${index}`;
export const updateRecordKey = (epoch: bigint, name: string): string => `u/${epoch}/${name}`;
export const proposalRecordKey = (epoch: bigint, ref: string): string => `q/${epoch}/${ref}`;
export const pastKey = (epoch: bigint): string => `p/${epoch}`;
export const pathKey = (index: number): string => `k/${index}`;

export function nodeRecord(index: number, node: Node): Put {
  return [nodeKey(index), encodeNode(node)];
}

export function pastRecord(past: PastEpoch): Put {
  const writer = writeGroupContext(new Writer(1024), past.context);
  writer.opaque(past.senderData).opaque(past.resumption).u32(past.leafWidth).u32(past.ownLeaf);
  writer.vector([...past.replaced], (w, [index, leaf]) => w.u32(index).optional(leaf, writeLeafNode));
  return [pastKey(past.context.epoch), writer.finish()];
}

/** Records that a use of one key changes. */
export function stepDelta(epoch: bigint, step: RatchetStep): Delta {
  const put: Put[] = step.ratchets.map(([id, ratchet]) => [`r/${epoch}/${id}`, encodeRatchet(ratchet)]);
  for (const [node, secret] of step.nodes) if (secret !== null) put.push([`t/${epoch}/${node}`, secret]);
  return { put, delete: step.nodes.flatMap(([node, secret]) => (secret === null ? [`t/${epoch}/${node}`] : [])) };
}

/** Keys of all records of an epoch's message keys. */
export function secretTreeKeys(epoch: bigint, tree: SecretTree): string[] {
  const { nodes, ratchets } = tree.entries();
  return [...nodes.map(([node]) => `t/${epoch}/${node}`), ...ratchets.map(([id]) => `r/${epoch}/${id}`)];
}

export function secretTreeRecords(epoch: bigint, tree: SecretTree): Put[] {
  const { nodes, ratchets } = tree.entries();
  return [
    ...nodes.map(([node, secret]): Put => [`t/${epoch}/${node}`, secret]),
    ...ratchets.map(([id, ratchet]): Put => [`r/${epoch}/${id}`, encodeRatchet(ratchet)]),
  ];
}

/** Names an own Update's private key until its commit comes. */
export const updateKeyName = (publicKey: Uint8Array): string => toHex(publicKey.subarray(0, 16));

/** What {@link readRecords} gives back. */
export interface StoredGroup {
  readonly suite: CipherSuite;
  readonly tree: RatchetTree;
  readonly state: GroupState;
  readonly secretTree: SecretTree;
  readonly past: Map<bigint, PastEpoch>;
  readonly updateKeys: Map<string, Uint8Array>;
  /** Encoded AuthenticatedContents of proposals waiting for a commit. */
  readonly proposals: Uint8Array[];
  /** Keys of records that belong to epochs that are over: what came in while an own commit was pending, before a crash. */
  readonly leftovers: string[];
}

/** Puts a group together from its records. @throws TypeError when they are not those of one group (a broken store) */
export function readRecords(engine: Engine, records: Iterable<readonly [string, Uint8Array]>): StoredGroup {
  const nodes: (Node | null)[] = [];
  const keys: PathKeys = new Map();
  const trees = new Map<string, Map<number, Uint8Array>>();
  const ratchets = new Map<string, Map<string, Ratchet>>();
  const pasts: Uint8Array[] = [];
  const updateKeys: [epoch: string, name: string, key: Uint8Array][] = [];
  const proposals: [epoch: string, name: string, message: Uint8Array][] = [];
  let group: Uint8Array | null = null;
  for (const [key, value] of records) {
    const [kind, first = "", ...rest] = key.split("/");
    const name = rest.join("/");
    if (kind === "group") group = value;
    else if (kind === "n") nodes[Number(first)] = whole(value, readNode);
    else if (kind === "k") keys.set(Number(first), value);
    else if (kind === "t") entry(trees, first).set(Number(name), value);
    else if (kind === "r") entry(ratchets, first).set(name, whole(value, readRatchet));
    else if (kind === "p") pasts.push(value);
    else if (kind === "u") updateKeys.push([first, name, value]);
    else if (kind === "q") proposals.push([first, name, value]);
  }
  if (group === null) throw new TypeError("the store holds no group record");
  const state = whole(group, (r) => readState(r, keys));
  const suite = CipherSuite.of(state.context.cipherSuite, engine.crypto);
  for (let i = 0; i < nodes.length; i++) nodes[i] ??= null;
  const tree = RatchetTree.of(nodes);
  const secretTreeOf = (epoch: bigint, width: number) =>
    new SecretTree(suite, width, entry(trees, String(epoch)), entry(ratchets, String(epoch)));
  const past = pasts
    .map((bytes) => whole(bytes, (r) => readPast(r, secretTreeOf)))
    .sort((a, b) => (a.context.epoch < b.context.epoch ? -1 : 1));
  const now = String(state.context.epoch);
  const kept = new Set([now, ...past.map(({ context }) => String(context.epoch))]);
  const isOver = ([epoch]: readonly [string, ...unknown[]]) => epoch !== now;
  return {
    suite,
    tree,
    state,
    secretTree: secretTreeOf(state.context.epoch, tree.leafWidth),
    past: new Map(past.map((epoch) => [epoch.context.epoch, epoch])),
    updateKeys: new Map(updateKeys.filter((record) => !isOver(record)).map(([, name, key]) => [name, key])),
    proposals: proposals.filter((record) => !isOver(record)).map(([, , message]) => message),
    leftovers: [
      ...updateKeys.filter(isOver).map(([epoch, name]) => `u/${epoch}/${name}`),
      ...proposals.filter(isOver).map(([epoch, name]) => `q/${epoch}/${name}`),
      ...[...trees].flatMap(([epoch, tree]) =>
        kept.has(epoch) ? [] : [...tree.keys()].map((node) => `t/${epoch}/${node}`),
      ),
      ...[...ratchets].flatMap(([epoch, of]) =>
        kept.has(epoch) ? [] : [...of.keys()].map((id) => `r/${epoch}/${id}`),
      ),
    ],
  };
}

function readState(reader: Reader, keys: PathKeys): GroupState {
  const context = readGroupContext(reader);
  const interimTranscriptHash = reader.opaque();
  const confirmationTag = reader.opaque();
  const secrets = Object.fromEntries(SECRETS.map((name) => [name, reader.opaque()])) as GroupState["secrets"] &
    Record<string, Uint8Array>;
  return {
    context,
    interimTranscriptHash,
    confirmationTag,
    secrets,
    ownLeaf: reader.u32(),
    signaturePrivateKey: reader.opaque(),
    keys,
    isReinitialised: reader.bool(),
  };
}

function readPast(reader: Reader, secretTreeOf: (epoch: bigint, width: number) => SecretTree): PastEpoch {
  const context = readGroupContext(reader);
  const senderData = reader.opaque();
  const resumption = reader.opaque();
  const leafWidth = reader.u32();
  const ownLeaf = reader.u32();
  const replaced = new Map(reader.vector((r): [number, LeafNode | null] => [r.u32(), r.optional(readLeafNode)]));
  return {
    context,
    senderData,
    resumption,
    leafWidth,
    ownLeaf,
    replaced,
    secretTree: secretTreeOf(context.epoch, leafWidth),
  };
}

function entry<K, V>(map: Map<string, Map<K, V>>, name: string): Map<K, V> {
  const inner = map.get(name) ?? new Map<K, V>();
  map.set(name, inner);
  return inner;
}

function whole<T>(bytes: Uint8Array, read: (reader: Reader) => T): T {
  const decoded = decode(bytes, read);
  if (!decoded.ok) throw new TypeError(`a stored record is damaged: ${decoded.error.message}`);
  return decoded.value;
}
