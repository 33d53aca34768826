import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type {
  Client,
  Invited as ClientInvited,
  Result,
  RoomSession as ClientRoom,
  TimelineAlarm,
} from "@conclave/client";
import { isGone, readGivenLink } from "@conclave/client/pure";
import { fromHex, toHex, utf8Bytes } from "@conclave/codec";
import { CliError } from "../cliError.js";
import { findOne } from "../model/find.js";
import type { RoomSummary } from "../model/room.js";
import { LINK, nextCommand, noteRoom } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";
import { HomeRoom } from "./homeRoom.js";
import { namesOf } from "./personView.js";
import { policyOf } from "./policyView.js";
import { askedAlready, begunError, noWayBack, problemError, unreachable, valueOf } from "./problem.js";
import { refusesConnections, webAddress } from "./relayAddress.js";

/** How long a relay may take to tell a room's news, in ms. */
const PATIENCE_MS = 15_000;

/** A room to found. */
export interface NewRoom {
  readonly title: string;
  readonly name: string;
  readonly preset: string;
  readonly relay: string;
  /** What the relay's operator gave to people who may create rooms, or null. */
  readonly permit: string | null;
}

/** What an invite leads to, all of it checked before anything is sent. */
export interface Invited {
  readonly title: string;
  readonly roomId: string;
  readonly relay: string;
  /** `Alice and Bob`. */
  readonly owners: string;
  readonly people: number;
  /** When a member last confirmed the list of members, by their clock (ms). */
  readonly confirmed: number;
  readonly confirmedBy: string;
  /** `return`: this machine takes the place of a lost one of the same person. */
  readonly mode: "direct" | "ask" | "return";
  /** With `return`: what the person is called there. */
  readonly ownName: string | null;
  readonly role: string;
  /** Takes the place (direct: a member at once) or asks for it. `isLast`: of a return, nobody comes back by it again. */
  accept(name: string, note: string, isLast: boolean): Promise<HomeRoom>;
}

/** One home that is open: a person and their rooms, in the words of the command line. */
export class Home {
  constructor(
    readonly client: Client,
    private readonly folder: string,
  ) {}

  /** What the person calls themselves in a room of this home, or null. */
  get name(): string | null {
    const people = this.client.rooms().flatMap((room) => room.members());
    return people.find(({ isYou }) => isYou)?.name ?? null;
  }

  rooms(): readonly RoomSummary[] {
    return this.client.rooms().map((room) => this.roomOf(room).summary());
  }

  /** The room that the text names (title or the beginning of its id), else the only one, else the only one we are in. */
  room(selector: string | null): HomeRoom {
    const rooms = this.client.rooms().map((room) => ({ room, id: toHex(room.id), name: room.title }));
    if (selector !== null) return this.roomOf(findOne("room", selector, rooms).room);
    if (rooms.length === 0) throw noRooms();
    const isCurrent = ({ room }: { room: ClientRoom }) => !["removed", "left", "lost"].includes(room.status().standing);
    const current = rooms.length === 1 ? rooms : rooms.filter(isCurrent);
    if (current.length === 1) return this.roomOf(current[0]!.room);
    const list = rooms.map(({ id, name }) => `  --room ${id.slice(0, 12)}    ${safeName(name)}`);
    throw new CliError("AMBIGUOUS", "This home has several rooms.", `Say which:\n${list.join("\n")}`);
  }

  async createRoom({ title, name, preset, relay, permit }: NewRoom): Promise<HomeRoom> {
    const policy = policyOf(preset);
    if (await refusesConnections(relay)) throw unreachable(relay);
    const options = { title: title.trim(), name: name.trim(), policy, relay };
    const made = await this.client.createRoom(permit === null ? options : { ...options, permit: utf8Bytes(permit) });
    const isBegun = this.client.rooms().some((room) => room.status().standing === "founding");
    if (!made.ok && isBegun) throw begunError(made.problem, relay, "room");
    return this.newRoom(valueOf(made, relay));
  }

  /** Reads what an invite leads to, and checks all of it; sends nothing about us. */
  async lookAt(link: string): Promise<Invited> {
    const given = readGivenLink(link);
    const relay = given.ok ? webAddress(given.link.relay) : null;
    if (relay !== null && (await refusesConnections(relay))) throw unreachable(relay);
    const invited = valueOf(await this.lookedAt(link), relay ?? "this link");
    const { title, roomId, mode, owners, members, confirmed, confirmedBy, role } = invited;
    return {
      ...{ title, mode, role, confirmed },
      roomId: toHex(roomId),
      relay: webAddress(invited.relay),
      owners: namesOf(owners),
      people: members.length,
      confirmedBy: confirmedBy.name,
      ownName: members.find(({ isYou }) => isYou)?.name ?? null,
      accept: async (name, note, isLast) => {
        const joined = await invited.accept(name.trim(), note, { isLast });
        const standing = this.client.room(invited.roomId)?.status().standing;
        if (!joined.ok && (standing === "joining" || standing === "asking"))
          throw begunError(joined.problem, webAddress(invited.relay), "join");
        return this.newRoom(valueOf(joined, webAddress(invited.relay)));
      },
    };
  }

  /** A person who was removed while this home was closed learns of it first, and may then come back by a new link. */
  private async lookedAt(link: string): Promise<Result<ClientInvited>> {
    const looked = await this.client.lookAt(link);
    if (looked.ok || looked.problem.kind !== "already_here") return looked;
    const given = readGivenLink(link);
    const room = given.ok ? this.client.room(given.link.roomId) : null;
    await room?.synced(PATIENCE_MS);
    if (room?.status().standing === "asking") throw askedAlready(toHex(room.id));
    return room && isGone(room.status().standing) ? this.client.lookAt(link) : looked;
  }

  /** The person's fingerprint, for others to compare. */
  fingerprint(): { readonly words: readonly string[]; readonly digits: string } {
    const { words, digits } = this.client.fingerprint();
    return { words: words.split(" "), digits };
  }

  /** Marks a person (hexadecimal id) as checked, in all rooms of this home, or takes the mark away. */
  async mark(personId: string, isChecked: boolean): Promise<void> {
    const person = fromHex(personId);
    await (isChecked ? this.client.marks.mark(person, "words") : this.client.marks.unmark(person));
  }

  /** Deletes everything of a room (hexadecimal id) from this home. */
  async forget(roomId: string): Promise<void> {
    await this.client.forget(fromHex(roomId));
  }

  /** From now on the rooms that the person owns are made to take them back by their words. */
  async wantReturn(): Promise<void> {
    await this.client.wantReturn();
  }

  /** Comes back, by the person's own words, into a room where this home is a copy. @throws CliError RESTORED where that was not prepared. */
  async comeBack(room: HomeRoom): Promise<void> {
    const { id, relay } = room.summary();
    const back = await this.client.comeBack(fromHex(id));
    if (back.ok) return;
    throw back.problem.kind === "unknown" ? noWayBack() : problemError(back.problem, relay);
  }

  /** The rooms themselves, one by one. */
  sessions(): readonly HomeRoom[] {
    return this.client.rooms().map((room) => this.roomOf(room));
  }

  /** The 24 words that bring this person back. */
  recoveryWords(): readonly string[] {
    return this.client.recoveryPhrase().split(" ");
  }

  /** The person says that this machine's clock is right, whatever the relay's says. */
  trustClock(): void {
    this.client.trustClock();
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  private newRoom(room: ClientRoom): HomeRoom {
    if (this.client.rooms().length > 1) noteRoom(toHex(room.id).slice(0, 12));
    return this.roomOf(room);
  }

  private roomOf(room: ClientRoom): HomeRoom {
    return new HomeRoom(room, (of, alarm) => this.saveProof(of, alarm));
  }

  /** Writes an alarm's proof into the home, once; gives where it is. */
  private saveProof(room: ClientRoom, { proof, code }: TimelineAlarm): string | null {
    if (proof === null) return null;
    const folder = join(this.folder, "proofs");
    const digest = createHash("sha256").update(proof).digest("hex").slice(0, 8);
    const path = join(folder, `${toHex(room.id).slice(0, 8)}-${code.toLowerCase()}-${digest}.json`);
    if (existsSync(path)) return path;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(path, proof, { mode: 0o600 });
    } catch (error) {
      // A home that may only be read: the alarm is told, and its proof is written when the home may be.
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EACCES" || code === "EROFS") return null;
      throw error;
    }
    return path;
  }
}

/** There is no room in a home, and how to get into one. */
export function noRooms(): CliError {
  const hint = [
    `Start one:  ${nextCommand("room", "new", "Garden club", "--name", "Alice")}`,
    `Join one:   ${nextCommand("join", LINK, "--name", "Bob")}`,
  ].join("\n");
  return new CliError("NO_ROOMS", "This home has no rooms yet.", hint);
}
