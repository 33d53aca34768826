import { equalBytes, done, failed, type Result } from "@conclave/codec";
import { memberOf } from "@conclave/protocol";
import type { JoinRequestItem } from "@conclave/wire";
import type { OpenedRequest } from "../timeline/requestView.js";
import type { Answer } from "../relay/answer.js";
import type { Problem } from "../api/problem.js";
import type { Sync } from "./sync.js";
import { type Job, type RoomWork, Worker } from "./worker.js";
import type { WriteProof } from "./writeProof.js";

const MOST = 256;

/** The requests to join that wait at the relay. */
export class JoinRequests extends Worker {
  private opened: OpenedRequest[] = [];
  private listedOn = 0;
  private isStale = true;
  /** Something that was to be taken away from the relay is still there, as nothing could be sent. */
  private isOwed = false;

  constructor(
    work: RoomWork,
    private readonly sync: Sync,
    private readonly proof: WriteProof,
  ) {
    super(work);
  }

  /** Those that still wait. A member no longer does: when somebody else admits a person, the relay does not say so. */
  get known(): readonly OpenedRequest[] {
    const { room } = this.state;
    return room ? this.opened.filter(({ ask }) => memberOf(room.roster, ask.person) === null) : [];
  }

  /** Whether they were asked for since the last sign that there may be new ones, and the answer is here. */
  get isListed(): boolean {
    return !this.isBusy && !this.isStale && this.listedOn === this.connection.number;
  }

  find(id: number): OpenedRequest | null {
    return this.opened.find(({ item }) => item.request === id) ?? null;
  }

  /** The request that brings this leaf. */
  findLeaf(leafCert: Uint8Array): OpenedRequest | null {
    return this.opened.find(({ ask }) => equalBytes(ask.leafCert, leafCert)) ?? null;
  }

  /** There may be new ones. */
  changed(): void {
    this.isStale = true;
    this.advance();
  }

  /** Looks once for each connection, and whenever the relay says that there are new ones, or something is left to do. */
  protected next(): Job | null {
    if (this.isOwed && this.sync.canSend) this.isStale = true;
    if (!this.sync.canAsk || (this.listedOn === this.connection.number && !this.isStale)) return null;
    return async () => {
      const { number } = this.connection;
      // A sign of new ones that comes meanwhile still counts.
      this.isStale = false;
      const listed = await this.list();
      if (listed.ok) {
        this.listedOn = number;
        this.retry.reset();
        return;
      }
      this.isStale = true;
      // On a new connection it is tried at once.
      const least = listed.error.kind === "relay" ? listed.error.retryAfter : 0;
      if (this.isOn(number)) this.retry.later(least);
    };
  }

  private isOn(number: number): boolean {
    return this.connection.welcome !== null && this.connection.number === number;
  }

  /** Asks the relay for all of them, and opens those that this device can open. */
  async list(): Promise<Result<readonly OpenedRequest[], Problem>> {
    const items: JoinRequestItem[] = [];
    for (let after = 0, more = true; more && items.length < MOST; after = items.at(-1)?.request ?? after) {
      const { room } = this.state;
      if (!room || !this.connection.welcome) return failed({ kind: "unreachable" });
      this.proof.give();
      const answer = await this.connection.request<"listRequests">({ type: "listRequests", roomTag: room.tag, after });
      if (answer.type === "lost") return failed({ kind: "unreachable" });
      if (answer.type === "error") {
        return failed({ kind: "relay", error: answer.error, retryAfter: answer.retryAfter });
      }
      items.push(...answer.requests.slice(0, MOST - items.length));
      more = answer.more && answer.requests.length > 0;
    }
    this.isOwed = false;
    this.open(items);
    return done(this.known);
  }

  /** Takes a request away from the relay. */
  async remove(id: number): Promise<Result<void, Problem>> {
    const { room } = this.state;
    if (!room) return failed({ kind: "not_member" });
    // RULE: client.pause-holds: no request is answered or taken away where an alarm pauses the room.
    if (!this.sync.canSend) {
      this.isOwed = true;
      return failed(this.whyNot());
    }
    this.proof.give();
    const body = { type: "deleteRequest", roomTag: room.tag, request: id } as const;
    return this.settle(id, await this.connection.request<"deleteRequest">(body));
  }

  private whyNot(): Problem {
    return this.sync.hindrance ?? { kind: "not_member" };
  }

  private settle(id: number, answer: Answer<"deleteRequest" | "answerRequest">): Result<void, Problem> {
    if (answer.type === "lost") return failed({ kind: "unreachable" });
    if (answer.type === "error") return failed({ kind: "relay", error: answer.error, retryAfter: answer.retryAfter });
    this.opened = this.opened.filter(({ item }) => item.request !== id);
    this.state.tell({ type: "changed" });
    return done(undefined);
  }

  /** Declines a request: it goes from the relay, and the person is told, signed by us (docs/protocol.md §7, ask). */
  async deny(id: number): Promise<Result<void, Problem>> {
    if (!this.sync.canSend) return failed(this.whyNot());
    const { room } = this.state;
    const opened = this.find(id);
    const answer = opened ? room?.denyRequest(opened.ask, this.state.now()) : null;
    if (!room || !answer) return this.remove(id);
    this.proof.give();
    const body = { type: "answerRequest", roomTag: room.tag, request: id, ...answer } as const;
    return this.settle(id, await this.connection.request<"answerRequest">(body));
  }

  private open(items: readonly JoinRequestItem[]): void {
    const { room } = this.state;
    if (!room) return;
    const before = this.opened.map(({ item }) => item.request).join(",");
    this.opened = items.flatMap((item) => {
      const known = this.find(item.request);
      if (known) return [known];
      const outcome = room.openRequest(item.blob, this.state.now());
      return outcome.ok ? [{ item, ask: outcome.value }] : [];
    });
    // People who have come in meanwhile need not ask any more.
    for (const { item, ask } of [...this.opened]) {
      if (memberOf(room.roster, ask.person) === null) continue;
      void this.guard(async () => {
        await this.remove(item.request);
      });
    }
    if (before !== this.opened.map(({ item }) => item.request).join(",")) this.state.tell({ type: "changed" });
  }
}
