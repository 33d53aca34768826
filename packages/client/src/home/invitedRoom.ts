import { done, failed, type Result } from "@conclave/codec";
import {
  askToJoin,
  type DeviceIdentity,
  isLabel,
  joinRoom,
  leafKeyOf,
  sshJoinMessage,
  roomTagOf,
  type RoomPreview,
  type PersonId,
} from "@conclave/protocol";
import { DecisionLog } from "../store/decisionLog.js";
import { whyLate } from "../work/movement.js";
import { RoomKeys, sshPassKey } from "../store/homeKey.js";
import type { LiveSession } from "../room/liveSession.js";
import type { SshPasses } from "../store/sshPasses.js";
import type { Phase } from "../store/phase.js";
import type { RoomMeta } from "../store/roomMeta.js";
import type { ClientPorts } from "../api/client.js";
import type { InvitePreview, JoinOptions } from "../api/invitePreview.js";
import type { Marks } from "../api/person.js";
import type { Problem } from "../api/problem.js";
import type { RoomSession } from "../api/roomSession.js";
import { listedKeysOf, membersOf, named } from "../timeline/roomView.js";
import type { RoomSight } from "../timeline/roomSight.js";
import { keepJoin } from "../joining/directJoin.js";

const UNTIL_IN_MS = 60_000;

/** How a join begins, which is the home's business. */
export interface JoinHome {
  readonly relay: string;
  readonly marks: Pick<Marks, "markOf">;
  readonly passes: SshPasses;
  /** See `RoomSessions.join`. */
  join(
    meta: RoomMeta,
    keep: (session: LiveSession) => Promise<Result<void, Problem>>,
  ): Promise<Result<LiveSession, Problem>>;
}

/** What an invite leads to, as a person sees it before they agree. */
export function invitedRoom(
  ports: ClientPorts,
  device: DeviceIdentity,
  person: PersonId,
  preview: RoomPreview,
  home: JoinHome,
): InvitePreview {
  const { roster, invite, confirmedAt, decisions } = preview;
  const log = new DecisionLog(ports.crypto, new RoomKeys(roster.roomId), person, []);
  for (const decision of decisions) log.take(decision, 0);
  const sight: RoomSight = {
    ports,
    person,
    room: { roster },
    decisionLog: log,
    invites: { find: () => null },
    marks: home.marks,
    refusedSlots: new Set(),
    unheard: { has: () => false },
    signs: { of: () => null },
  };
  const members = membersOf(sight);
  return {
    roomId: roster.roomId,
    title: roster.title,
    relay: roster.relay.address,
    mode: invite.mode,
    role: invite.role,
    members,
    owners: members.filter(({ role }) => role === "owner"),
    invitedBy: named(sight, invite.createdBy),
    welcomeText: invite.welcomeText,
    policy: roster.policy,
    confirmed: confirmedAt,
    confirmedBy: named(sight, preview.confirmedBy.person),
    needsKey: invite.for.class === "listed",
    sshKeys: listedKeysOf(sight),
    prepareKey: async () => {
      const { roomId } = roster;
      const leaf = leafKeyOf(ports.crypto, await home.passes.leafSeed(roomId, invite.inviteId));
      return done(sshJoinMessage({ roomId, inviteId: invite.inviteId, person, leaf }));
    },
    accept: (name, note = "", options = {}) => accept(ports, device, preview, home, { name, note, ...options }),
  };
}

async function accept(
  ports: ClientPorts,
  device: DeviceIdentity,
  preview: RoomPreview,
  home: JoinHome,
  {
    name,
    note,
    staying = false,
    isLast = false,
    asSteward = false,
    signature,
  }: JoinOptions & { name: string; note: string },
): Promise<Result<RoomSession, Problem>> {
  if (preview.invite.mode !== "return" && !isLabel(name)) return failed({ kind: "malformed", what: "name" });
  const { roomId, title } = preview.roster;
  const { inviteId } = preview.invite;
  // Everything is made before anything is stored: what the protocol refuses leaves no trace (attack A14).
  const now = ports.clock.now();
  const ssh = signature === undefined ? null : { leafSeed: await home.passes.leafSeed(roomId, inviteId), signature };
  const pass = ssh === null ? {} : { ssh };
  const { mode } = preview.invite;
  const isDirect = mode === "return" || (mode === "direct" && !asSteward);
  const joining = isDirect ? joinRoom(ports, preview, { device, name, now, isLast, ...pass }) : null;
  const asking = isDirect
    ? null
    : askToJoin(ports, preview, { device, name, note, now, isSteward: asSteward, ...pass });
  const refusal = joining?.ok === false ? joining : asking?.ok === false ? asking : null;
  if (refusal) return failed({ kind: "refused", rejection: refusal.error });
  const { link } = preview;
  const phase: Phase = asking?.ok
    ? { is: "asking", request: { link, ...asking.value, isPosted: false, epoch: preview.slot.epoch } }
    : { is: "joining", join: null };
  const meta = { roomId, roomTag: roomTagOf(ports.crypto, roomId), relay: home.relay, title, phase };
  const begun = await home.join(meta, ({ engine: { state } }) =>
    state.transact((tx) => {
      // RULE: client.ssh-once: the leaf that an SSH key has signed for is kept with the join, and used by no other (attack A131).
      if (ssh !== null) tx.delete(sshPassKey(roomId, inviteId));
      if (joining?.ok) keepJoin(state, tx, preview, joining.value, { link, name, attempts: 1, isLast, ssh });
      else state.enter(tx);
    }),
  );
  if (!begun.ok) return begun;
  const session = begun.value;
  const { engine } = session;
  const { state } = engine;
  const isIn = (): boolean | Problem => {
    const now = state.phase;
    return engine.problem ?? (now.is === "member" || (now.is === "asking" && now.request.isPosted));
  };
  const joined = await engine.waiting.until(isIn, UNTIL_IN_MS, () => whyLate(engine));
  if (!joined.ok) return joined;
  if (state.phase.is === "member" && !staying) await engine.settleSlots();
  return done(session);
}
