import { encode, opaque, stored, struct, text, toHex, boxed } from "@conclave/codec";
import { InviteId } from "@conclave/protocol";
import type { StoredRecord } from "../ports/storage.js";
import type { RoomKeys } from "./homeKey.js";
import type { Transaction } from "./transaction.js";

/** What only this home knows of an invite. */
export interface OwnInvite {
  readonly inviteId: InviteId;
  readonly label: string;
  /** Anybody who has it has the invite. It stays in this home and in the link. */
  readonly secret: Uint8Array;
}

const layout = struct<OwnInvite>({ inviteId: boxed(InviteId), label: text(), secret: opaque() });

/** The invites that were made here: their names and secrets. */
export class OwnInvites {
  private readonly invites: Map<string, OwnInvite>;

  constructor(
    private readonly keys: RoomKeys,
    records: readonly StoredRecord[],
  ) {
    const all = records.map(({ value }) => stored("invite", value, layout));
    this.invites = new Map(all.map((invite) => [toHex(invite.inviteId), invite]));
  }

  find(inviteId: InviteId): OwnInvite | null {
    return this.invites.get(toHex(inviteId)) ?? null;
  }

  /** The one that is meant by this condition, or null. */
  bySlot(isMeant: (inviteId: InviteId) => boolean): OwnInvite | null {
    return [...this.invites.values()].find(({ inviteId }) => isMeant(inviteId)) ?? null;
  }

  add(tx: Transaction, invite: OwnInvite): void {
    this.invites.set(toHex(invite.inviteId), invite);
    tx.put(this.keys.invite(invite.inviteId), encode(invite, layout.write));
  }
}
