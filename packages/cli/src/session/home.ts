import type { Client, InvitePreview, RoomSession, Problem } from "@conclave/client";
import { isGone, readGivenLink } from "@conclave/client/pure";
import { toHex, utf8Bytes, type Result } from "@conclave/codec";
import type { Policy, SshSignature } from "@conclave/protocol";
import { CliError } from "../cliError.js";
import { findOne } from "../room/find.js";
import { orThrow } from "../room/orThrow.js";
import { LINK, nextCommand, noteRoom } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";
import { begunError } from "./fate.js";
import { noWayBack, problemError } from "./problem.js";
import { mustAnswer } from "./reach.js";
import { askedAlready } from "./standing.js";
import { webAddress } from "./relayAddress.js";

/** How long a relay may take to deliver what is new in a room (ms). */
const PATIENCE_MS = 15_000;

/** A room to found. */
export interface NewRoom {
  readonly title: string;
  readonly name: string;
  readonly policy: Policy;
  readonly relay: string;
  /** The permit from the relay's operator to create rooms, or null. */
  readonly permit: string | null;
}

/** What the person calls themselves in a room of this home, or null. */
export function ownName(client: Client): string | null {
  const people = client.rooms().flatMap((room) => room.members());
  return people.find(({ isYou }) => isYou)?.name ?? null;
}

/** The room that the text names (title or the beginning of its id), else the only one, else the only one we are in. */
export function findRoom(client: Client, selector: string | null): RoomSession {
  const rooms = client.rooms();
  if (selector !== null) return findOne("room", selector, rooms, ({ id, title }) => ({ id: toHex(id), name: title }));
  if (rooms.length === 0) throw noRooms();
  const current = rooms.length === 1 ? rooms : rooms.filter((room) => !isGone(room.status().standing));
  if (current.length === 1) return current[0]!;
  const list = rooms.map(({ id, title }) => `  --room ${toHex(id).slice(0, 12)}    ${safeName(title)}`);
  throw new CliError("AMBIGUOUS", "This home has several rooms.", `Say which:\n${list.join("\n")}`);
}

/** Founds a room. @throws CliError */
export async function createRoomHere(
  client: Client,
  { title, name, policy, relay, permit }: NewRoom,
): Promise<RoomSession> {
  await mustAnswer(relay);
  const options = { title: title.trim(), name: name.trim(), policy, relay };
  const made = await client.createRoom(permit === null ? options : { ...options, permit: utf8Bytes(permit) });
  const isBegun = client.rooms().some((room) => room.status().standing === "founding");
  if (!made.ok && isBegun) throw begunError(made.error, relay, "room");
  return newRoom(client, orThrow(made, relay));
}

/** Reads what an invite leads to, and checks all of it; sends nothing about us. @throws CliError */
export async function lookAt(client: Client, link: string): Promise<InvitePreview> {
  const given = readGivenLink(link);
  const relay = given.ok ? webAddress(given.value.link.relay) : null;
  if (relay !== null) await mustAnswer(relay);
  return orThrow(await lookedAt(client, link), relay ?? "this link");
}

/** A person who was removed while this home was closed learns of it first, and can then come back with a new link. */
async function lookedAt(client: Client, link: string): Promise<Result<InvitePreview, Problem>> {
  const looked = await client.previewInvite(link);
  if (looked.ok || looked.error.kind !== "already_here") return looked;
  const given = readGivenLink(link);
  const room = given.ok ? client.room(given.value.link.roomId) : null;
  await room?.synced(PATIENCE_MS);
  if (room?.status().standing === "asking") throw askedAlready(toHex(room.id));
  return room && isGone(room.status().standing) ? client.previewInvite(link) : looked;
}

/** What a person accepts an invite with. */
export interface AcceptOptions {
  readonly name: string;
  readonly note: string;
  /** For a return: nobody can come back with the words again. */
  readonly isLast: boolean;
  /** Of an SSH key, where the invite asks for one. */
  readonly signature: SshSignature | null;
  /** Asks to be let in as a steward. */
  readonly asSteward: boolean;
}

/** Joins (with a direct invite), or asks to join. @throws CliError */
export async function accept(
  client: Client,
  invited: InvitePreview,
  { name, note, isLast, signature, asSteward }: AcceptOptions,
): Promise<RoomSession> {
  const joined = await invited.accept(name.trim(), note, { isLast, asSteward, ...(signature && { signature }) });
  const standing = client.room(invited.roomId)?.status().standing;
  const relay = webAddress(invited.relay);
  if (!joined.ok && (standing === "joining" || standing === "asking")) throw begunError(joined.error, relay, "join");
  return newRoom(client, orThrow(joined, relay));
}

/** Comes back with the person's own words into a room where this home is a copy. @throws CliError RESTORED if that was not prepared. */
export async function comeBack(client: Client, room: RoomSession): Promise<void> {
  const back = await client.comeBack(room.id);
  if (back.ok) return;
  throw back.error.kind === "unknown" ? noWayBack() : problemError(back.error, webAddress(room.relay));
}

/** There is no room in this home; says how to get into one. */
export function noRooms(): CliError {
  const hint = [
    `Create one:  ${nextCommand("room", "new", "Garden club", "--name", "Alice")}`,
    `Join one:    ${nextCommand("join", LINK, "--name", "Bob")}`,
  ].join("\n");
  return new CliError("NO_ROOMS", "This home has no rooms yet.", hint);
}

function newRoom(client: Client, room: RoomSession): RoomSession {
  if (client.rooms().length > 1) noteRoom(toHex(room.id).slice(0, 12));
  return room;
}
