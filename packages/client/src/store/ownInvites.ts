import { encode, toHex } from "@conclave/codec";
import type { StoredRecord } from "../ports/storage.js";
import type { RoomKeys } from "./homeKey.js";
import { stored } from "./stored.js";
import type { Transaction } from "./transaction.js";

/** What only this home knows of an invite. */
export interface OwnInvite {
  readonly inviteId: Uint8Array;
  readonly label: string;
  /** Who holds it holds the invite. Stays in this home and in the link. */
  readonly secret: Uint8Array;
}

/** The invites that were made here: their names and secrets. */
export class OwnInvites {
  private readonly invites: Map<string, OwnInvite>;

  constructor(
    private readonly keys: RoomKeys,
    records: readonly StoredRecord[],
  ) {
    const all = records.map(({ value }) =>
      stored(value, "invite", (r) => ({ inviteId: r.opaque(), label: r.text(), secret: r.opaque() })),
    );
    this.invites = new Map(all.map((invite) => [toHex(invite.inviteId), invite]));
  }

  find(inviteId: Uint8Array): OwnInvite | null {
    return this.invites.get(toHex(inviteId)) ?? null;
  }

  add(tx: Transaction, invite: OwnInvite): void {
    this.invites.set(toHex(invite.inviteId), invite);
    const bytes = encode(invite, (w, i) => w.opaque(i.inviteId).text(i.label).opaque(i.secret));
    tx.put(this.keys.invite(invite.inviteId), bytes);
  }
}
