import { toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import type { Cast } from "./cast.js";
import { standingOf } from "./moves.js";
import { digestOf } from "./recallingCrypto.js";
import type { Seat } from "./seat.js";
import { type Place, viewOf, type World } from "./world.js";

/** How worlds are told apart: by all their bytes, or by what they look like without chance and without history. */
export type Likeness = "bytes" | "view";

/** Names worlds: equal names, the same future. docs/simulation.md says why. */
export class WorldViews {
  private readonly shapes = new Map<number, string>();

  constructor(
    private readonly cast: Cast,
    private readonly likeness: Likeness,
  ) {}

  /** What a world is called. What it took to come here (events, faults) is not in it. */
  of(world: World): string {
    return this.likeness === "bytes" ? bytesOf(world) : this.viewOf(world);
  }

  private viewOf(world: World): string {
    const end = world.log.length;
    const first = Math.min(end, ...world.places.map((place) => (isReading(place) ? place.seat!.look.n : end)));
    // Epochs are called by when they are met; what matters of their numbers is how far apart they are.
    const epochs = new Map<string, string>();
    const nameOf = (authenticator: string): string => {
      const known = epochs.get(authenticator);
      if (known !== undefined) return known;
      const name = `e${String(epochs.size)}`;
      epochs.set(authenticator, name);
      return name;
    };
    const newest = Math.max(...world.places.map((place) => (isReading(place) ? place.seat!.look.epoch : 0)));
    const { parcels } = this.cast;
    const parcelOf = (no: number): string => {
      const { by, what, kind, base, content } = parcels.get(no);
      return `${by} ${what} ${kind} ${nameOf(base)} ${String(newest - content.epoch)}`;
    };
    const places = world.places.map((place) => {
      const { seat, outbox, wish, isLeaving, isStarting, view } = place;
      if (seat === null) return "-";
      // Whether somebody who is out could come in again, the roster of those who are in says.
      if (!isReading(place)) return seat.look.status;
      const { look } = seat;
      const pending = this.cast.pendingOf(seat);
      const own = view === null ? "" : this.ownLog(world, place, parcelOf);
      return [
        ...[this.shapeOf(seat), look.status, end - look.n, newest - look.epoch, nameOf(look.authenticator)],
        ...[end - look.lastCommit, pending && `${parcelOf(pending.parcel.no)} ${String(end - pending.lastCommit)}`],
        ...[
          outbox &&
            `${parcelOf(outbox.parcel.no)} ${String(end - outbox.lastCommit)} ${String(world.log.indexOf(outbox.parcel.no))}`,
        ],
        ...[wish && this.cast.wordsFor(wish), isLeaving, isStarting, seat.process === null, own],
      ].join(",");
    });
    const tail = world.log.slice(first).map(parcelOf);
    const held = world.held.map((no) => parcelOf(no)).sort();
    const lastCommit = end - 1 - world.log.findLastIndex((no) => parcels.get(no).kind === "commit");
    return [places.join("|"), tail.join("|"), held.join("|"), lastCommit].join("#");
  }

  // A log of one's own: what was shown since it went another way, and what of the common one was not.
  private ownLog(world: World, place: Place, parcelOf: (no: number) => string): string {
    const view = viewOf(world, place);
    const from = view.findIndex((no, at) => world.log[at] !== no);
    const unseen = world.log.filter((no) => !view.includes(no));
    return [...view.slice(from < 0 ? view.length : from).map(parcelOf), "/", ...unseen.map(parcelOf)].join(";");
  }

  /** A seat without its keys: who is in the room, the shape of the tree, and which secrets are held, of which epochs. */
  private shapeOf(seat: Seat): string {
    const known = this.shapes.get(seat.no);
    if (known !== undefined) return known;
    const shape = digestOf(nodeCrypto, [this.rosterOf(seat), this.recordsOf(seat)]).slice(0, 16);
    this.shapes.set(seat.no, shape);
    return shape;
  }

  private rosterOf(seat: Seat): string {
    const { look } = seat;
    const leaving = look.farewells.map((person) => this.cast.nameOf.get(person)).sort();
    return [standingOf(seat), look.paused.join(" "), leaving.join(" ")].join("/");
  }

  // Names and lengths of records, with numbers counted from the newest epoch and keys left out: a record that is unknown here
  // only keeps two worlds apart.
  private recordsOf({ stored, look }: Seat): string {
    const names: string[] = [];
    for (const [key, { length }] of stored) {
      if (/^(x|h)\//.test(key)) continue;
      const name = key
        .replace(/^(g\/[a-z])\/(\d+)/, (whole, kind: string, epoch: string) => {
          return /^g\/[rtpuq]$/.test(kind) ? `${kind}/-${String(look.epoch - Number(epoch))}` : whole;
        })
        .replace(/[0-9a-f]{32,}/g, (hex) => this.cast.nameOf.get(hex) ?? "*");
      names.push(`${name}:${String(length)}`);
    }
    return names.sort().join(" ");
  }
}

/** Whether a device still takes in records. */
function isReading({ seat }: Place): boolean {
  return seat !== null && seat.look.status !== "removed" && seat.look.status !== "left";
}

function bytesOf(world: World): string {
  const places = world.places.map(({ seat, outbox, wish, isLeaving, isStarting, view }) => {
    const post = outbox && `${String(outbox.parcel.no)}@${String(outbox.lastCommit)}`;
    return [seat?.no, post, wish && toHex(wishBytes(wish)), isLeaving, isStarting, view?.join(".")].join(",");
  });
  return [places.join("|"), world.log.join("."), world.held.join(".")].join("#");
}

function wishBytes(wish: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(wish));
}
