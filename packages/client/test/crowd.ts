import { createHash } from "node:crypto";
import type { RoomSession } from "@conclave/client";
import { systemClock, systemRandom, WsTransport } from "@conclave/client/node";
import type { Crypto } from "@conclave/crypto";
import { nodeCrypto } from "@conclave/crypto/node";
import { openGroupInfo } from "@conclave/mls";
import {
  encodeAppend,
  inviteKeys,
  inviteOf,
  joinRoom,
  memberOfLeaf,
  newDevice,
  newIdentity,
  parseLink,
  readSlot,
  type RoomPreview,
} from "@conclave/protocol";
import { roomEngine } from "@conclave/protocol/testing";
import { giveSlotProof } from "../src/joining/slotProof.js";
import { RelayConnection } from "../src/relay/relayConnection.js";
import type { LiveSession } from "../src/room/liveSession.js";

/** The relay lets 30 in by one invite at once, then slows down; and an invite that is used up needs no slot any more. */
const BY_INVITE = 25;
/** Longer than a member needs who has lost the connection meanwhile. */
const SEEN_WITHIN_MS = 90_000;

/**
 * Lets people come in one after another through the room's relay, each by a join of their own that every member judges.
 * Only what they would read to decide whether they want to is left out: the room's whole history, again for each of them,
 * which makes a thousand joins ten times as long. Nobody of them stays.
 *
 * @param room Of somebody in this process who may make invites.
 * @param newLink Makes a direct invite for so many, and gives its link.
 */
export async function fillRoom(
  room: RoomSession,
  count: number,
  newLink: (limit: number) => Promise<string>,
): Promise<void> {
  const { state } = (room as unknown as Pick<LiveSession, "engine">).engine;
  const primitives = { crypto: remembering(nodeCrypto), random: systemRandom };
  const connection = new RelayConnection(new WsTransport(), state.meta.relay, systemClock, systemRandom);
  await connection.use(20_000, async () => {
    let link = "";
    for (let number = 1; number <= count; number++) {
      if (number % BY_INVITE === 1) link = await newLink(Math.min(BY_INVITE, count - number + 1));
      const name = `Person ${number}`;
      for (let isIn = false; !isIn;) {
        const { epoch } = state.room!;
        isIn = await comeIn(link, name);
        const until = performance.now() + SEEN_WITHIN_MS;
        while (state.room!.epoch === epoch) {
          if (performance.now() > until) throw new Error(`nobody saw ${name} come: ${told(room)}`);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }
    }
  });

  /** Resolves with false where a member's commit came first: there is one to read then. */
  async function comeIn(text: string, name: string): Promise<boolean> {
    const link = parseLink(text)!;
    const now = Date.now();
    const device = newDevice(primitives, newIdentity(primitives), 1);
    const joining = joinRoom(primitives, lookAt(text, now), { device, name, now });
    if (!joining.ok) throw new Error(joining.error.code);
    const proof = giveSlotProof(primitives, connection, link);
    const answer = await connection.append(encodeAppend(joining.value.append));
    await proof;
    if (answer.type !== "error") return true;
    if (answer.error === "stale_epoch") return false;
    throw new Error(answer.error);
  }

  /** What a newcomer sees who believes this member's roster. */
  function lookAt(text: string, now: number): RoomPreview {
    const link = parseLink(text)!;
    const { roster } = state.room!;
    const { inviteId } = inviteKeys(nodeCrypto, link.roomId, link.secret);
    const slot = state.room!.slots(now).flatMap(({ blob }) => {
      const read = readSlot(primitives, link, blob);
      return read.ok ? [read.value] : [];
    })[0]!;
    const entrance = openGroupInfo(roomEngine(primitives), slot.entrance!.groupInfo);
    if (!entrance.ok) throw entrance.error;
    return {
      ...{ link, slot, roster, invite: inviteOf(roster, inviteId)!, decisions: [], keys: [] },
      entrance: entrance.value,
      history: { roster, delta: { put: [], delete: [] }, transitions: [] },
      ...{ confirmedBy: memberOfLeaf(roster, slot.leaf)!, confirmedAt: slot.time },
    };
  }
}

function told(room: RoomSession): string {
  const { connection, epoch, seq, n, pending, alarms } = room.status();
  return JSON.stringify({ connection, epoch, seq, n, pending, alarms: alarms.map(({ code }) => code) });
}

/** All these people are one process: what one of them has verified, the others need not. */
function remembering(crypto: Crypto): Crypto {
  const held = new Set<string>();
  return {
    ...crypto,
    ed25519Verify(publicKey, message, signature) {
      const name = createHash("sha256").update(publicKey).update(signature).update(message).digest("base64");
      if (held.has(name)) return true;
      const holds = crypto.ed25519Verify(publicKey, message, signature);
      if (holds) held.add(name);
      return holds;
    },
  };
}
