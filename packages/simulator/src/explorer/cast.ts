import type { Crypto } from "@conclave/crypto";
import { toHex } from "@conclave/codec";
import {
  type Action,
  type CommitRequest,
  type DeviceIdentity,
  foundRoom,
  type Identity,
  InviteId,
  type InviteLink,
  joinRoom,
  newDevice,
  newIdentity,
  type PersonId,
  type Policy,
  preset,
  previewRoom,
  readSlot,
  returnSecret,
  type RoomPreview,
} from "@conclave/protocol";
import { type Parcel, Parcels, type Post, WRONG } from "./parcel.js";
import { digestOfAll } from "./recallingCrypto.js";
import { NOW } from "./operation.js";
import { type Seat, Seats, type SeatWatch } from "./seat.js";
import { emptyPlace, type Scene } from "./scene.js";
import { wrongCommit } from "./wrongCommit.js";

/**
 * Who there is. Members are A (the owner), B (an admin), C, D …; N comes by the link, R is A's
 * second device.
 */
export interface Casting {
  readonly members: number;
  readonly policy?: Policy;
}

/** Who has which keys, and the room that they begin with. */
export class Cast {
  readonly seats: Seats;
  readonly parcels: Parcels;
  readonly devices: readonly string[];
  /** Names of people, by their key in hexadecimal. */
  readonly nameOf = new Map<string, string>();
  readonly start: Scene;
  private readonly identities = new Map<string, DeviceIdentity>();
  private readonly people = new Map<string, Identity>();
  private readonly wrongs = new Map<number, Parcel>();
  private readonly joins = new Map<string, { seat: Seat; post: Post } | string>();
  private charter = new Uint8Array(0);
  private links: { readonly direct: InviteLink; readonly back: InviteLink } | null = null;

  constructor(
    private readonly crypto: Crypto,
    { members, policy = preset("open") }: Casting,
    watch: SeatWatch,
  ) {
    this.seats = new Seats(crypto, watch);
    this.parcels = new Parcels(crypto);
    const names = Array.from({ length: members }, (_, at) => String.fromCharCode(65 + at));
    this.devices = [...names, "N", "R"];
    for (const device of [...names, "N"]) this.enrol(device);
    this.start = this.found(names, policy);
  }

  /** The person that a name stands for. */
  person(name: string): PersonId {
    return this.people.get(name)!.person;
  }

  /** Whose device it is. */
  personOf(device: string): string {
    return device === "R" ? "A" : device;
  }

  /** What a device sends of a seat's pending commit. */
  pendingOf(seat: Seat): Post | null {
    const { pending, authenticator } = seat.look;
    if (pending === null) return null;
    const { append, action } = pending;
    const parcel = this.parcels.of(append, { by: seat.device, what: this.wordsFor(action), base: authenticator });
    return { parcel, lastCommit: append.lastCommit };
  }

  /** What a program makes of a member's keys that asks no rule: a commit that the rules refuse. */
  wrong(seat: Seat): Parcel {
    const known = this.wrongs.get(seat.no);
    if (known !== undefined) return known;
    const append = wrongCommit(this.seats.provider(`wrong ${seat.digest}`), seat);
    const parcel = this.parcels.of(append, { by: seat.device, what: WRONG, base: seat.look.authenticator });
    this.wrongs.set(seat.no, parcel);
    return parcel;
  }

  /** An action in words. */
  wordsFor(action: Action | null): string {
    if (action === null) return "rekey";
    const of = "person" in action ? ` ${this.nameOf.get(toHex(action.person)) ?? "?"}` : "";
    const as = action.type === "setRole" ? ` ${action.role}` : "";
    const ban = action.type === "remove" && action.ban ? " ban" : "";
    return `${action.type}${of}${as}${ban}`;
  }

  /**
   * Comes in by the link (N, or somebody who was in the room) or comes back (R), by a slot that
   * `host` made. Or why not.
   */
  join(device: string, host: Seat, log: readonly number[]): { seat: Seat; post: Post } | string {
    // All who have read this log have the same to put into a slot: whose it is makes no difference.
    const question = `${device} ${host.look.logHead} ${host.look.authenticator} ${log.join(" ")}`;
    const known = this.joins.get(question);
    if (known !== undefined) return known;
    const made = this.joining(device, host, log, device === "R" ? this.links!.back : this.links!.direct);
    this.joins.set(question, made);
    return made;
  }

  /** The id of the invite that is a link. */
  get invite(): InviteId {
    return this.inviteId;
  }
  private inviteId = InviteId.of(new Uint8Array(16));

  private joining(
    device: string,
    host: Seat,
    log: readonly number[],
    link: InviteLink,
  ): { seat: Seat; post: Post } | string {
    const preview = this.preview(device, host, log, link);
    if (typeof preview === "string") return preview;
    const label = digestOfAll(this.crypto, ["join", device, host.digest, String(log.length)]);
    const identity = this.identities.get(device)!;
    const made = joinRoom(this.seats.provider(label), preview, {
      device: identity,
      name: this.personOf(device),
      now: NOW,
    });
    if (!made.ok) return made.error.code;
    const { append, delta } = made.value;
    const parcel = this.parcels.of(append, { by: device, what: "join", base: host.look.authenticator });
    return { seat: this.seats.begin(device, delta), post: { parcel, lastCommit: append.lastCommit } };
  }

  private preview(device: string, host: Seat, log: readonly number[], link: InviteLink): RoomPreview | string {
    const provider = this.seats.provider(`preview ${device}`);
    const room = this.seats.open(host);
    let why = "no slot";
    for (const { blob } of room.slots(NOW)) {
      const slot = readSlot(provider, link, blob);
      if (!slot.ok) continue;
      const seen = previewRoom(provider, link, slot.value, this.parcels.rosterLog(this.charter, log));
      if (seen.ok) return seen.value;
      why = seen.error.code;
    }
    return why;
  }

  private enrol(device: string): void {
    const provider = this.seats.provider(`person ${device}`);
    const identity = newIdentity(provider);
    this.people.set(device, identity);
    this.identities.set(device, newDevice(provider, identity, 1));
    this.nameOf.set(toHex(identity.person), device);
    if (device === "A") this.identities.set("R", newDevice(this.seats.provider("person R"), identity, 2));
  }

  // The room that everything begins with: all members are in it, in step, and A has a way back.
  private found(names: readonly string[], policy: Policy): Scene {
    const relayKey = this.crypto.ed25519PublicKey(new Uint8Array(32).fill(7));
    const founded = foundRoom(this.seats.provider("founding"), {
      ...{ device: this.identities.get("A")!, name: "A", title: "Explored", policy, now: NOW, suite: 1 },
      relay: { publicKey: relayKey, address: "ws://127.0.0.1:1" },
    });
    if (!founded.ok) throw new Error(`the room was not founded: ${founded.error.code}`);
    this.charter = founded.value.creation.attachment.slice();
    const inRoom = new Map<string, Seat>([["A", this.seats.begin("A", founded.value.delta)]]);
    const log: number[] = [];
    const put = (parcel: Parcel) => {
      log.push(parcel.no);
      for (const [name, seat] of inRoom) inRoom.set(name, this.deliver(seat, parcel));
    };
    const decide = (what: CommitRequest, words: string) => {
      const done = this.seats.do(inRoom.get("A")!, { type: "act", label: `act ${words}`, what });
      if (done.refused !== null) throw new Error(`the room does not begin: ${done.refused}`);
      inRoom.set("A", done.seat);
      put(this.pendingOf(done.seat)!.parcel);
    };
    const room = this.seats.open(inRoom.get("A")!);
    const terms = { for: { class: "multi", limit: 100 }, role: "member", notAfter: null, mode: "direct" } as const;
    const invite = room.newInvite(terms);
    const { seed } = this.people.get("A")!;
    const back = room.newReturn(seed)!;
    decide(invite.action, "invite");
    decide(back, "way back");
    this.inviteId = invite.action.invite.inviteId;
    const host = this.seats.open(inRoom.get("A")!);
    const backSecret = returnSecret(this.crypto, seed, host.id, 0);
    this.links = { direct: host.linkOf(invite.secret), back: host.linkOf(backSecret) };
    for (const name of names.slice(1)) {
      // Each by an invite of their own, which goes with them: the link stays.
      const owner = this.seats.open(inRoom.get("A")!);
      const own = owner.newInvite({ ...terms, for: { class: "single" } });
      decide(own.action, `invite ${name}`);
      const link = this.seats.open(inRoom.get("A")!).linkOf(own.secret);
      const joined = this.joining(name, inRoom.get("A")!, log, link);
      if (typeof joined === "string") throw new Error(`${name} does not come in: ${joined}`);
      inRoom.set(name, joined.seat);
      put(joined.post.parcel);
    }
    if (names.includes("B")) decide({ type: "setRole", person: this.person("B"), role: "admin" }, "promote B");
    const places = this.devices.map((device) => ({ ...emptyPlace(device), seat: inRoom.get(device) ?? null }));
    return { places, log, held: [], faults: 0, events: 0 };
  }

  private deliver(seat: Seat, parcel: Parcel): Seat {
    const item = this.parcels.item(parcel, seat.look.n + 1);
    return this.seats.do(seat, { type: "receive", label: `receive ${String(parcel.no)}`, item, availableFrom: 0 }).seat;
  }
}
