import { writeProofBytes } from "@conclave/wire";
import { done, failed, type Result } from "@conclave/codec";
import type { Problem } from "../api/problem.js";
import type { RelayConnection } from "../relay/relayConnection.js";
import type { RoomState } from "./roomState.js";

const UNTIL_REACHED_MS = 10_000;

/**
 * Asks the relay that the room was at before for something, as a member: it knows the key of the commit that moved the room. Null where
 * the room did not move lately, or that relay does not answer.
 */
export async function atFormerRelay<T>(
  state: RoomState,
  find: (address: string) => RelayConnection | null,
  ask: (relay: RelayConnection) => Promise<T>,
): Promise<Result<T, Problem>> {
  const { relocation, room, ports } = state;
  const relay = relocation && find(relocation.from);
  if (!relay || !room) return failed({ kind: "unknown" });
  const { writeSeed: seed, adoption } = relocation;
  const [epoch, writeKey] = [adoption.epoch + 1, adoption.nextWriteKey];
  const asked = await relay.use(UNTIL_REACHED_MS, async ({ challenge }) => {
    const signature = ports.crypto.ed25519Sign(seed, writeProofBytes(challenge, room.tag, epoch));
    void relay.request<"prove">({ type: "prove", roomTag: room.tag, epoch, writeKey, signature });
    return done(await ask(relay));
  });
  return asked ?? failed({ kind: "unreachable" });
}
