import { CipherSuite } from "./cipherSuite.js";
import type { Engine } from "./engine.js";
import type { Member } from "./epochView.js";
import type { GroupContext } from "./groupContext.js";
import { verifiedTree } from "./join.js";
import { attempt, MlsError, type Result } from "./mlsError.js";
import { decodeMessage } from "./mlsMessage.js";

/** A group as a GroupInfo shows it, to look at before one joins by an external commit. */
export interface GroupInfoView {
  readonly context: GroupContext;
  readonly members: readonly Member[];
  /** The leaf that signed it. */
  readonly signer: number;
}

/**
 * Checks a GroupInfo (an MLSMessage) and its tree whole, as a joiner has to (RFC 9420 §12.4.3.1): signature, tree hash,
 * parent hashes, every leaf and credential. Joins nothing. `ratchetTree` where the GroupInfo does not hold it.
 */
export function openGroupInfo(engine: Engine, bytes: Uint8Array, ratchetTree?: Uint8Array): Result<GroupInfoView> {
  return attempt(() => {
    const item = decodeMessage(bytes);
    if (item.wireFormat !== "groupInfo") throw new MlsError("wrong_wire_format", item.wireFormat);
    const info = item.message;
    const suite = CipherSuite.of(info.groupContext.cipherSuite, engine.crypto);
    const tree = verifiedTree(engine, suite, info, ratchetTree);
    return { context: info.groupContext, members: [...tree.leaves()], signer: info.signer };
  });
}
