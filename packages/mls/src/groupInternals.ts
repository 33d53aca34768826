import type { CipherSuite } from "./cipherSuite.js";
import type { Engine } from "./engine.js";
import type { GroupState, PastEpoch } from "./groupState.js";
import { MlsError } from "./mlsError.js";
import type { PreSharedKeyId } from "./preSharedKey.js";
import { pskSecret } from "./preSharedKey.js";
import type { SentProposal } from "./proposalList.js";
import type { RatchetTree } from "./ratchetTree.js";
import type { SecretTree } from "./secretTree.js";
import { equalBytes } from "@conclave/codec";

/** The parts of a group that the engine's own files share. */
export interface GroupInternals {
  readonly engine: Engine;
  readonly suite: CipherSuite;
  readonly tree: RatchetTree;
  readonly state: GroupState;
  readonly secretTree: SecretTree;
  /** Oldest first. */
  readonly past: ReadonlyMap<bigint, PastEpoch>;
  /** Proposals by reference that wait for a commit, by their reference in hexadecimal. */
  readonly proposals: ReadonlyMap<string, SentProposal>;
  /** Private keys of own Updates, by {@link updateKeyName}. */
  readonly updateKeys: ReadonlyMap<string, Uint8Array>;
  /** Records of epochs that are over, found when the group was loaded: the next commit deletes them. */
  readonly leftovers: readonly string[];
}

/** psk_secret of a commit's or Welcome's keys. @throws MlsError `unknown_psk` */
export function resolvePsks(
  engine: Engine,
  suite: CipherSuite,
  ids: readonly PreSharedKeyId[],
  group: Pick<GroupInternals, "state" | "past"> | null,
): Uint8Array {
  return pskSecret(
    suite,
    ids.map((id) => {
      const secret = ownResumption(id, group) ?? engine.psk?.(id) ?? null;
      if (secret === null) throw new MlsError("unknown_psk", id.type);
      return { id, secret };
    }),
  );
}

function ownResumption(id: PreSharedKeyId, group: Pick<GroupInternals, "state" | "past"> | null): Uint8Array | null {
  if (group === null || id.type !== "resumption" || !equalBytes(id.groupId, group.state.context.groupId)) return null;
  if (id.epoch === group.state.context.epoch) return group.state.secrets.resumption;
  return group.past.get(id.epoch)?.resumption ?? null;
}
