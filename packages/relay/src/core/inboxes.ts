import { done } from "@conclave/codec";
import { InboxId, inboxIdOf, inboxProofBytes, type InboxItem, type Sha256 } from "@conclave/wire";
import { keyOf } from "../key.js";
import { refuse } from "../ledger/refusal.js";
import type { PageSize } from "../store/recordPage.js";
import type { Ledger } from "../store/ledger.js";
import { type RelayAnswer, type Call, type RequestCalls, carriedOut } from "./call.js";
import type { RelayCrypto } from "./relayCrypto.js";
import type { SendQueue } from "./sendQueue.js";
import type { Session } from "./session.js";

/** Inboxes, which wait for the answers to join requests, and the connections that watch them (docs/protocol.md §7). */
export class Inboxes {
  readonly calls: RequestCalls<"proveInbox" | "fetchInbox" | "clearInbox"> = {
    proveInbox: (call) => this.prove(call),
    fetchInbox: (call) => this.fetch(call),
    clearInbox: (call) => this.clear(call),
  };
  private readonly watchers = new Map<string, Set<number>>();

  constructor(
    private readonly store: Ledger,
    private readonly crypto: RelayCrypto,
    private readonly sha256: Sha256,
    private readonly outbox: SendQueue,
    private readonly page: PageSize,
  ) {}

  /** Delivers something from a room; at most `keepOfRoom` things from one room stay. */
  deliver(inboxId: InboxId, item: Omit<InboxItem, "item">, time: number, keepOfRoom: number): void {
    this.store.inboxes.add(inboxId, item, time, keepOfRoom);
    this.notify(inboxId);
  }

  /** Tells those who watch an inbox that there is something new in it. */
  notify(inboxId: InboxId): void {
    this.outbox.notify([...(this.watchers.get(keyOf(inboxId)) ?? [])], { type: "inboxChanged", inboxId });
  }

  /** The same of every inbox that somebody watches. */
  notifyAll(): void {
    for (const key of this.watchers.keys()) this.notify(InboxId.of(new Uint8Array(Buffer.from(key, "latin1"))));
  }

  /** Forgets a connection. */
  forget(session: Session): void {
    for (const key of session.watchedInboxes) {
      const watchers = this.watchers.get(key);
      watchers?.delete(session.connection);
      if (watchers?.size === 0) this.watchers.delete(key);
    }
  }

  private prove({ request, session, challenge }: Call<"proveInbox">): RelayAnswer {
    const inboxId = inboxIdOf(this.sha256, request.inboxPub);
    // RULE: inbox.proof: an inbox opens to the holder of its key only; its id is public to the room that delivers.
    if (!this.crypto.ed25519Verify(request.inboxPub, inboxProofBytes(challenge, inboxId), request.signature)) {
      return refuse("proof_invalid");
    }
    const key = keyOf(inboxId);
    if (!session.watch(key)) return refuse("quota_exceeded");
    session.addProof("inbox", inboxId);
    const watchers = this.watchers.get(key) ?? new Set();
    this.watchers.set(key, watchers.add(session.connection));
    return carriedOut(request.id);
  }

  private fetch({ request: { id, inboxId, after }, session }: Call<"fetchInbox">): RelayAnswer {
    if (!session.hasProof("inbox", inboxId)) return refuse("inbox_denied");
    const items = this.store.inboxes.page(inboxId, after, this.page);
    const last = items.at(-1)?.item ?? after;
    const more = this.store.inboxes.hasAfter(inboxId, last);
    return done({ type: "inbox", id, items, more });
  }

  private clear({ request: { id, inboxId, upTo }, session }: Call<"clearInbox">): RelayAnswer {
    if (!session.hasProof("inbox", inboxId)) return refuse("inbox_denied");
    this.store.inboxes.clear(inboxId, upTo);
    return carriedOut(id);
  }
}
