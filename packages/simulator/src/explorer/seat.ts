import { toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import {
  type Action,
  type ActionHash,
  type Append,
  type Delta,
  loadRoom,
  type OpenProposal,
  type Provider,
  type Room,
  type Roster,
} from "@conclave/protocol";
import { digestOfAll } from "./recallingCrypto.js";
import { Broken } from "./broken.js";
import { type OperationResult, type Operation, perform } from "./operation.js";

/**
 * A device's room at one moment: what is stored, and whether the process remembers more than that.
 * Never changed.
 */
export interface Seat {
  readonly no: number;
  readonly device: string;
  readonly stored: ReadonlyMap<string, Uint8Array>;
  /** Equal digests: the same bytes, so the same answers to everything from here on. */
  readonly digest: string;
  /**
   * Where the process has a commit in memory that it made itself: how it came to that. Null after a
   * start.
   */
  readonly process: { readonly from: Seat; readonly operation: Operation } | null;
  readonly look: SeatLook;
}

/** What came of an operation at a seat. */
export interface Done extends OperationResult {
  /** After it. */
  readonly seat: Seat;
}

/** What is to be seen of a seat. Bytes are in hexadecimal. */
export interface SeatLook {
  readonly status: Room["status"];
  readonly n: number;
  readonly logHead: string;
  readonly lastCommit: number;
  readonly epoch: number;
  /** Of the epoch's keys. */
  readonly authenticator: string;
  readonly roster: Roster;
  readonly rosterHead: string;
  readonly pending: { readonly append: Append; readonly action: Action | null } | null;
  /** Somebody has taken back what that rests on. */
  readonly isTakenBack: boolean;
  readonly paused: readonly string[];
  readonly farewells: readonly string[];
  /** What waits for agreement, as this device sees it. */
  readonly proposals: readonly SeenProposal[];
}

/** A proposal as a device sees it. People are in hexadecimal. */
export interface SeenProposal extends Pick<OpenProposal, "action" | "isAgreed" | "isOwn" | "isWanted" | "isAsked"> {
  readonly actionHash: ActionHash;
  /** Who asked for it. */
  readonly by: readonly string[];
  /** Whose yes counts. */
  readonly yes: readonly string[];
  /** How many yeses there are, whether they count or not. */
  readonly signed: number;
  /** Who said no. */
  readonly no: readonly string[];
}

/** Told of each seat that was never there before, and how it came to be. */
export type SeatWatch = (seat: Seat, before: Seat | null, done: OperationResult | null) => void;

/**
 * All seats that were ever reached, each once, and what each operation makes of each: the real
 * protocol is asked once for one question. Randomness is a function of the seat and the operation,
 * so the same path always gives the same bytes.
 */
export class Seats {
  /** How many operations the protocol was asked for. */
  asked = 0;
  private readonly known = new Map<string, Seat>();
  private readonly answers = new Map<string, Done>();
  private readonly labels = new WeakMap<Room, Label>();
  private readonly live = new Map<number, Room>();

  constructor(
    private readonly crypto: Crypto,
    private readonly watch: SeatWatch,
  ) {}

  get size(): number {
    return this.known.size;
  }

  /** A room that has just begun. */
  begin(device: string, delta: Delta): Seat {
    return this.seatOf({ device, kept: stored(new Map(), delta), process: null, live: null }, null, null);
  }

  /** What an operation comes to. */
  do(seat: Seat, operation: Operation): Done {
    const question = `${String(seat.no)} ${operation.label}`;
    const known = this.answers.get(question);
    if (known !== undefined) return known;
    this.asked++;
    const room = this.take(seat) ?? this.open(seat);
    this.labels.get(room)!.set(randomnessOf(seat, operation));
    const made = perform(room, operation);
    if (seat.process !== null) this.checkRestart(seat, operation, made);
    const done: Done = { ...made, seat: made.delta === null ? seat : this.after(seat, operation, made, room) };
    this.answers.set(question, done);
    return done;
  }

  /** Primitives whose randomness is a function of a label. */
  provider(label: string | Label): Provider {
    const chosen = typeof label === "string" ? new Label(label) : label;
    const random = (length: number) => {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 32) {
        const block = this.crypto.hash("sha256", Buffer.from(chosen.next(), "latin1"));
        bytes.set(block.subarray(0, Math.min(32, length - at)), at);
      }
      return bytes;
    };
    return { crypto: this.crypto, random };
  }

  /**
   * A room of one's own, from what is stored; where the process remembers more, as it came to that.
   */
  open(seat: Seat): Room {
    if (seat.process !== null) {
      const { from, operation } = seat.process;
      const room = this.open(from);
      this.labels.get(room)!.set(randomnessOf(from, operation));
      perform(room, operation);
      return room;
    }
    const label = new Label(randomnessOf(seat, null));
    const room = loadRoom(this.provider(label), seat.stored);
    room.caughtUp();
    this.labels.set(room, label);
    return room;
  }

  // A process that ended after what it did was stored, and began again, does the very same.
  private checkRestart(seat: Seat, operation: Operation, made: OperationResult): void {
    const room = loadRoom(this.provider(new Label(randomnessOf(seat, operation))), seat.stored);
    room.caughtUp();
    const again = perform(room, operation);
    if (outcomeOf(again) !== outcomeOf(made))
      throw new Broken(`${seat.device} does something else after a restart: ${operation.label}`);
  }

  // The room that led to a seat is good for one operation more: then it is another seat's.
  private take(seat: Seat): Room | null {
    const room = this.live.get(seat.no) ?? null;
    this.live.delete(seat.no);
    return room;
  }

  private keep(seat: Seat, room: Room): Seat {
    this.live.set(seat.no, room);
    if (this.live.size > LIVE) this.live.delete(this.live.keys().next().value!);
    return seat;
  }

  private after(before: Seat, operation: Operation, made: OperationResult, room: Room): Seat {
    const kept = stored(before.stored, made.delta!);
    const isSameEpoch = before.look.epoch === room.epoch && room.status === "active";
    const remembers = isSameEpoch && (operation.type === "act" || before.process !== null);
    const process = remembers ? { from: before, operation } : null;
    return this.keep(this.seatOf({ device: before.device, kept, process, live: room }, before, made), room);
  }

  private seatOf({ device, kept, process, live }: SeatParts, before: Seat | null, done: OperationResult | null): Seat {
    const content = [...kept].sort(([a], [b]) => (a < b ? -1 : 1)).flat();
    const digest = digestOfAll(this.crypto, [device, ...content]);
    const known = this.known.get(digest);
    if (known !== undefined) return known;
    const look = lookAt(live ?? loadRoom(this.provider("look"), kept));
    const isIn = look.status === "active" || look.status === "joining";
    // Nobody loads a room again that they are not in any more. To look at some is enough: the next
    // operation loads each.
    if (
      isIn &&
      live !== null &&
      this.known.size % 16 === 0 &&
      !isSameLook(look, lookAt(loadRoom(this.provider("look"), kept)))
    )
      throw new Broken(`${device} is another after a restart`);
    const seat: Seat = { no: this.known.size, device, stored: kept, digest, process, look };
    this.known.set(digest, seat);
    this.watch(seat, before, done);
    return seat;
  }
}

interface SeatParts {
  readonly device: string;
  readonly kept: ReadonlyMap<string, Uint8Array>;
  readonly process: Seat["process"];
  /** The room as the process has it. */
  readonly live: Room | null;
}

/** Rooms kept in memory. */
const LIVE = 4000;

/** Names the random bytes that are drawn next. */
class Label {
  private count = 0;
  constructor(private name: string) {}

  set(name: string): void {
    [this.name, this.count] = [name, 0];
  }

  next(): string {
    return `${this.name} ${String(this.count++)}`;
  }
}

function randomnessOf(seat: Seat, operation: Operation | null): string {
  return `${seat.digest} ${operation?.label ?? ""}`;
}

function lookAt(room: Room): SeatLook {
  const { status, cursor, lastCommit, epoch, roster, pending, pausingAlarms: paused, isPendingTakenBack } = room;
  return {
    ...{ status, n: cursor.n, logHead: toHex(cursor.head), lastCommit, epoch, roster, pending },
    isTakenBack: isPendingTakenBack,
    authenticator: toHex(room.epochAuthenticator),
    rosterHead: toHex(roster.head),
    paused: paused.map(({ code }) => code),
    farewells: room.farewells().map(toHex),
    proposals: room.proposals.list().map(({ action, actionHash, by, alsoBy, yes, approvals, declinedBy, ...rest }) => {
      const { isAgreed, isOwn, isWanted, isAsked } = rest;
      const people = { by: [by, ...alsoBy].map(toHex), yes: yes.map(toHex), no: declinedBy.map(toHex) };
      const signed = approvals.length;
      return { action, actionHash, ...people, signed, isAgreed, isOwn, isWanted, isAsked };
    }),
  };
}

function outcomeOf({ delta, refused, append, received, events, alarm }: OperationResult): string {
  const put = [...new Map(delta?.put ?? [])]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => [key, toHex(value)]);
  const told = events.map(({ type }) => type);
  return JSON.stringify([
    put,
    [...(delta?.delete ?? [])].sort(),
    refused,
    append && toHex(append.payload),
    received,
    told,
    alarm?.code,
  ]);
}

function isSameLook(a: SeatLook, b: SeatLook): boolean {
  const text = ({ roster, pending, ...look }: SeatLook) => {
    return JSON.stringify([
      look,
      toHex(roster.stateHash),
      pending && toHex(pending.append.appendId),
      pending?.action?.type,
    ]);
  };
  return text(a) === text(b);
}

function stored(before: ReadonlyMap<string, Uint8Array>, delta: Delta): ReadonlyMap<string, Uint8Array> {
  const after = new Map(before);
  for (const [key, value] of delta.put) after.set(key, value);
  for (const key of delta.delete) after.delete(key);
  return after;
}
