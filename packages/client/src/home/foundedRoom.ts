import type { Problem } from "../api/problem.js";
import { done, failed, type Result } from "@conclave/codec";
import { foundRoom, isLabel } from "@conclave/protocol";
import type { ClientPorts, OpenOptions, RoomOptions } from "../api/client.js";
import type { RoomSession } from "../api/roomSession.js";
import type { RoomMeta } from "../store/roomMeta.js";
import { whyLate } from "../work/movement.js";
import type { HomeIdentity } from "./identity.js";
import { type Relays, UNTIL_REACHED_MS } from "./relays.js";
import type { RoomSessions } from "./roomSessions.js";

/** Founds a room, keeps it, and has its relay open it. */
export async function foundedRoom(
  ports: ClientPorts,
  { relays, sessions }: { readonly relays: Relays; readonly sessions: RoomSessions },
  { device }: HomeIdentity,
  { title, name, policy, relay, permit = new Uint8Array(0) }: RoomOptions,
  suite: OpenOptions["suite"],
): Promise<Result<RoomSession, Problem>> {
  if (sessions.isClosed) return failed({ kind: "closed" });
  if (!isLabel(title)) return failed({ kind: "malformed", what: "title" });
  if (!isLabel(name)) return failed({ kind: "malformed", what: "name" });
  const connection = relays.get(relay);
  if (!connection) return failed({ kind: "malformed", what: "relay" });
  const founded = await connection.use(UNTIL_REACHED_MS, ({ relayKey }) => {
    const now = ports.clock.now();
    // The key that the relay shows now is written into the charter: from here on nobody else speaks for it.
    const address = connection.url;
    const founding = { device, name, title, policy, relay: { publicKey: relayKey, address }, now };
    return Promise.resolve(foundRoom(ports, suite === undefined ? founding : { ...founding, suite }));
  });
  if (!founded) return failed({ kind: "unreachable" });
  if (!founded.ok) return failed({ kind: "refused", rejection: founded.error });
  const { room, delta, creation, decision } = founded.value;
  const meta: RoomMeta = {
    ...{ roomId: room.id, roomTag: room.tag, relay: connection.url, title },
    phase: { is: "founding", creation: { ...creation, permit } },
  };
  const session = await sessions.make(meta, { room });
  const { engine } = session;
  const { state } = engine;
  const kept = await state.transact((tx) => {
    state.enter(tx);
    state.apply(tx, delta);
    state.decisionLog.add(tx, decision, 0);
  });
  if (!kept.ok) return kept;
  sessions.add(session);
  const opened = await engine.waiting.until(
    () => engine.problem ?? state.phase.is === "member",
    UNTIL_REACHED_MS,
    () => whyLate(engine),
  );
  if (opened.ok) return done(session);
  // What the relay refuses is no room; what it does not answer goes on by itself.
  if (opened.error.kind === "relay") await sessions.forget(room.id);
  return opened;
}
