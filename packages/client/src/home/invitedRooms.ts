import { equalBytes, done, failed, type Result } from "@conclave/codec";
import { type InviteLink, memberOf, type RoomId, type RoomPreview } from "@conclave/protocol";
import type { ClientPorts } from "../api/client.js";
import type { InvitePreview } from "../api/invitePreview.js";
import type { Problem } from "../api/problem.js";
import type { RoomSession } from "../api/roomSession.js";
import { linkOnwards, previewSlot, problemOf } from "../joining/readInvite.js";
import { readReturn, returnLinkOf } from "../joining/readReturn.js";
import type { LiveSession } from "../room/liveSession.js";
import { joinEndingOf } from "../store/phase.js";
import { SshPasses } from "../store/sshPasses.js";
import { whyLate } from "../work/movement.js";
import type { RoomState } from "../work/roomState.js";
import { invitedRoom } from "./invitedRoom.js";
import { type OwnHome, storedRoom } from "./loadSession.js";
import { type Relays, UNTIL_REACHED_MS } from "./relays.js";
import { isOver, type RoomSessions } from "./roomSessions.js";

/** Through how many relays an old link leads. */
const MOST_MOVES = 8;

/** What invite links lead to, for the person of this home. */
export class InvitedRooms {
  private readonly passes: SshPasses;

  constructor(
    private readonly ports: ClientPorts,
    private readonly relays: Relays,
    private readonly own: OwnHome,
    private readonly sessions: RoomSessions,
  ) {
    this.passes = new SshPasses(ports);
  }

  /** Reads the room of a link, and checks all of it. */
  async preview(link: InviteLink, moves = 0): Promise<Result<InvitePreview, Problem>> {
    const { identity } = this.own;
    const known = this.sessions.find(link.roomId);
    if (known && !isOver(known)) return failed({ kind: "already_here" });
    const connection = this.relays.get(link.relay);
    if (!connection) return failed({ kind: "link", fault: "changed" });
    const asked = known ? await this.askedAfterAll(known, link) : null;
    if (asked) return failed(asked);
    const read = await connection.use(UNTIL_REACHED_MS, async () => {
      const found = await previewSlot(this.ports, connection, link);
      // A member whose home has nothing of the room has lost a device: their words may bring them back.
      const wantsReturn = found.ok ? memberOf(found.value.roster, identity.person) !== null : isAnswered(found.error);
      return (wantsReturn ? await readReturn(this.ports, connection, link, identity.seed) : null) ?? found;
    });
    if (!read) return failed(problemOf({ type: "lost" }));
    // The room has just come there, and what its links need comes next.
    if (!read.ok && moves > 0 && isMissing(read.error)) return failed({ kind: "behind" });
    if (!read.ok) return read;
    const onwards = linkOnwards(connection, read.value);
    if (onwards && moves < MOST_MOVES) return this.preview(onwards, moves + 1);
    const still = known ? await this.joinedAfterAll(known) : null;
    if (still) return failed(still);
    const { mode, createdBy } = read.value.invite;
    // RULE: client.own-return: a link made of somebody else's way back shows nobody that they come back to a room (attack A37).
    if (mode === "return" && !equalBytes(createdBy, identity.person))
      return failed({ kind: "refused", rejection: { code: "invite_not_for_you" } });
    return done(this.roomOf(read.value, connection.url));
  }

  /** See `Client.previewAsked`. */
  async previewAsked(roomId: RoomId): Promise<Result<InvitePreview, Problem>> {
    const phase = this.sessions.find(roomId)?.engine.state.phase;
    if (phase?.is !== "asking") return failed({ kind: "unknown" });
    const { link } = phase.request;
    const connection = this.relays.get(link.relay);
    if (!connection) return failed({ kind: "link", fault: "changed" });
    const read = await connection.use(UNTIL_REACHED_MS, () => previewSlot(this.ports, connection, link));
    if (!read) return failed(problemOf({ type: "lost" }));
    return read.ok ? done(this.roomOf(read.value, connection.url)) : read;
  }

  private roomOf(preview: RoomPreview, relay: string): InvitePreview {
    const { identity, device, marks } = this.own;
    return invitedRoom(this.ports, device, identity.person, preview, {
      relay,
      marks,
      passes: this.passes,
      join: (meta, keep) => this.sessions.join(meta, keep),
    });
  }

  /**
   * Reads the log once more for a join that was given up. Null where it is not in the log; else what to tell a person who wants to join again.
   *
   * RULE: client.join-kept: what a relay says of a join ends it for its person, and throws no keys away: where the relay brought
   * it into the log all the same, they are in the room with a device that works (attack A103).
   */
  private joinedAfterAll({ id }: LiveSession): Promise<Problem | null> {
    return this.goOn(id, async ({ meta, keys }) => {
      const room = joinEndingOf(meta.phase) ? await storedRoom(this.ports, keys) : null;
      if (room?.status !== "joining") return null;
      // With nothing to append: it is in the log by now, or nowhere.
      return this.sessions.make({ ...meta, phase: { is: "joining", join: null } }, { room });
    });
  }

  /** Goes on waiting for the answer to a request that was given up, when its link is opened again. As `joinedAfterAll`. */
  private askedAfterAll({ id }: LiveSession, link: InviteLink): Promise<Problem | null> {
    return this.goOn(id, async ({ meta, phase }) => {
      const request = phase.is === "out" && phase.why === "lost" ? phase.request : null;
      if (!request || !equalBytes(request.link.secret, link.secret)) return null;
      return this.sessions.make({ ...meta, phase: { is: "asking", request } });
    });
  }

  /** Puts a session that comes in, or asks, in the place of one that gave up. Null where there is none, and where it gives up, too. */
  private async goOn(
    roomId: RoomId,
    make: (before: RoomState) => Promise<LiveSession | null>,
  ): Promise<Problem | null> {
    const brought = await this.sessions.bring(roomId, async (before) => {
      const session = before && (await make(before.engine.state));
      if (session === null) return done(null);
      const { state } = session.engine;
      const kept = await state.transact((tx) => {
        state.enter(tx);
      });
      return kept.ok ? done(session) : kept;
    });
    if (!brought.ok) return brought.error;
    if (brought.value === null) return null;
    const { engine } = brought.value;
    const { is } = engine.state.phase;
    const settled = await engine.waiting.until(
      () => engine.state.phase.is !== is || engine.isAsking,
      UNTIL_REACHED_MS,
      () => whyLate(engine),
    );
    if (!settled.ok) return settled.error;
    return engine.state.phase.is === "out" ? null : { kind: "already_here" };
  }

  /** See `Client.comeBack`. */
  async comeBack(roomId: RoomId): Promise<Result<RoomSession, Problem>> {
    const session = this.sessions.find(roomId);
    const { room, phase } = session?.engine.state ?? { room: null, phase: null };
    if (!room || phase.is !== "restored") return failed({ kind: "unknown" });
    const looked = await this.preview(returnLinkOf(room));
    if (looked.ok) return looked.value.mode === "return" ? looked.value.accept("") : failed({ kind: "unknown" });
    const { error } = looked;
    // The link itself opens nothing: where no way back is found by it, there is none.
    const isNone = error.kind === "relay" && (error.error === "slot_unknown" || error.error === "slot_closed");
    return isNone ? failed({ kind: "unknown" }) : looked;
  }
}

/** The relay has answered, and the link leads nowhere. */
function isAnswered({ kind }: Problem): boolean {
  return kind === "relay" || kind === "refused";
}

function isMissing(problem: Problem): boolean {
  return problem.kind === "relay" && (problem.error === "slot_unknown" || problem.error === "room_unknown");
}
