import type { Result } from "@conclave/codec";
import { CipherSuite } from "./cipherSuite.js";
import type { Engine } from "./engine.js";
import type { LeafMember } from "./epochView.js";
import type { GroupContext } from "./groupContext.js";
import type { GroupInfo } from "./groupInfo.js";
import { decodeTree, openWelcome, validateLeaves, verifiedTree, type WelcomeJoin } from "./join.js";
import { attempt, MlsError } from "./mlsError.js";
import { decodeMessage } from "./mlsMessage.js";
import type { RatchetTree } from "./ratchetTree.js";

/** A group as a GroupInfo shows it, to look at before one joins by an external commit. */
export interface GroupInfoView {
  readonly context: GroupContext;
  readonly members: readonly LeafMember[];
  /** The leaf that signed it. */
  readonly signer: number;
}

/** A GroupInfo and its tree, every check of a joiner passed. */
export interface CheckedGroupInfo {
  readonly info: GroupInfo;
  readonly suite: CipherSuite;
  /** Nobody else's: it may be changed. */
  readonly tree: RatchetTree;
}

/**
 * Checks a GroupInfo (an MLSMessage) and its tree whole, as a joiner has to (RFC 9420 §12.4.3.1): signature, tree hash,
 * parent hashes, every leaf and credential. Joins nothing. `ratchetTree` where the GroupInfo does not hold it.
 */
export function openGroupInfo(
  engine: Engine,
  bytes: Uint8Array,
  ratchetTree?: Uint8Array,
): Result<GroupInfoView, MlsError> {
  return attempt(() => {
    const checked = checkGroupInfo(engine, bytes, ratchetTree);
    const { info, tree } = checked;
    const view = { context: info.groupContext, members: [...tree.leaves()], signer: info.signer };
    seen.set(view, { bytes, ratchetTree, checked });
    return view;
  });
}

/**
 * Has `engine` asked about every leaf of the tree in a GroupInfo, or behind a Welcome, its signature and its credential, and
 * makes nothing of the answers: for an engine that notes what it is asked (`noteSignatures`).
 */
export function askAboutLeaves(engine: Engine, by: Uint8Array | WelcomeJoin): void {
  attempt(() => {
    const isWelcome = !(by instanceof Uint8Array);
    const { info, suite } = isWelcome ? openWelcome(engine, by) : decodeGroupInfo(engine, by);
    validateLeaves(engine, suite, info, decodeTree(info, isWelcome ? by.ratchetTree : undefined));
  });
}

/** @throws MlsError */
export function checkGroupInfo(engine: Engine, bytes: Uint8Array, ratchetTree?: Uint8Array): CheckedGroupInfo {
  const { info, suite } = decodeGroupInfo(engine, bytes);
  return { info, suite, tree: verifiedTree(engine, suite, info, ratchetTree) };
}

/**
 * What was checked when a view was opened: a tree of a thousand need not be checked twice. Once only, as the tree is
 * changed by who takes it; later it is checked again. @throws MlsError
 */
export function takeChecked(engine: Engine, view: GroupInfoView): CheckedGroupInfo {
  const opened = seen.get(view);
  if (opened === undefined) throw new TypeError("not a view that openGroupInfo gave");
  const { bytes, ratchetTree, checked } = opened;
  seen.set(view, { bytes, ratchetTree, checked: null });
  return checked ?? checkGroupInfo(engine, bytes, ratchetTree);
}

interface Opened {
  readonly bytes: Uint8Array;
  readonly ratchetTree: Uint8Array | undefined;
  readonly checked: CheckedGroupInfo | null;
}

const seen = new WeakMap<GroupInfoView, Opened>();

function decodeGroupInfo(engine: Engine, bytes: Uint8Array): { info: GroupInfo; suite: CipherSuite } {
  const item = decodeMessage(bytes);
  if (item.wireFormat !== "groupInfo") throw new MlsError("wrong_wire_format", item.wireFormat);
  const info = item.message;
  return { info, suite: CipherSuite.of(info.groupContext.cipherSuite, engine.crypto) };
}
