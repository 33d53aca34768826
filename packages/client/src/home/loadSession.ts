import { loadRoom, type Room } from "@conclave/protocol";
import type { HomeIdentity } from "./identity.js";
import type { HomeMarks } from "./marks.js";
import type { ReturnPlan } from "../store/returnPlan.js";
import type { Relays } from "./relays.js";
import { RoomKeys } from "../store/homeKey.js";
import { LiveSession } from "../room/liveSession.js";
import { ReturnKeeper } from "../work/returnKeeper.js";
import { RoomRelay } from "../relay/roomRelay.js";
import { RoomEngine } from "../room/roomEngine.js";
import type { RoomMeta } from "../store/roomMeta.js";
import { RoomState } from "../work/roomState.js";
import type { ClientPorts } from "../api/client.js";

/** Whose home it is, and what it knows of people. */
export interface OwnHome extends HomeIdentity {
  readonly marks: HomeMarks;
  readonly returnPlan: ReturnPlan;
  /** Nothing is sent in its rooms. */
  readonly onlyReads: boolean;
}

/** Nobody is there (RFC 2606). */
const NOWHERE = "wss://relay.invalid";

/** A session of a room that this home has, from what is stored of it; `made`: what is in memory and not stored yet. */
export async function loadSession(
  ports: ClientPorts,
  relays: Relays,
  { identity, device, marks, returnPlan, onlyReads }: OwnHome,
  meta: RoomMeta,
  made: { readonly room?: Room } = {},
): Promise<LiveSession> {
  const keys = new RoomKeys(meta.roomId);
  const room = made.room ?? (meta.phase.is === "out" ? null : await storedRoom(ports, keys));
  const state = await RoomState.load(ports, { person: identity.person, marks }, meta, room);
  state.onlyReads = onlyReads;
  // RULE: move.no-dead-home: where a room was moved to what this machine cannot dial, the room stands still, and the home opens.
  const connection = relays.get(meta.relay) ?? relays.get(state.relocation?.from ?? NOWHERE) ?? relays.get(NOWHERE)!;
  const returns = new ReturnKeeper(state, returnPlan, (here) =>
    here.newReturn(identity.seed, (inviteId) => state.decisionLog.creatorOf(inviteId) !== null),
  );
  return new LiveSession(
    new RoomEngine(state, new RoomRelay(connection, (address) => relays.get(address)), device, returns),
  );
}

/** The room that is stored under these keys, without the signed entries: they are many, and nobody needs them to go on. Null for none. */
export async function storedRoom(ports: ClientPorts, keys: RoomKeys): Promise<Room | null> {
  const { storage } = ports;
  const before = await storage.range({ prefix: keys.state, before: `${keys.state}x/` });
  const after = await storage.range({ prefix: keys.state, after: `${keys.state}x/~` });
  const records = [...before, ...after].map(({ key, value }) => [key.slice(keys.state.length), value] as const);
  return records.length === 0 ? null : loadRoom(ports, records);
}
