import { toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import type { Cast } from "./cast.js";
import { rulesView } from "./moves.js";
import { digestOfAll } from "./recallingCrypto.js";
import type { Seat } from "./seat.js";
import { logShownTo, type Place, type Scene } from "./scene.js";

/**
 * How scenes are told apart: by all their bytes, or by what they look like without chance and
 * without history.
 */
export type Likeness = "bytes" | "view";

/** Names scenes: equal names, the same future. docs/simulation.md says why. */
export class SceneViews {
  private readonly shapes = new Map<number, string>();

  constructor(
    private readonly cast: Cast,
    private readonly likeness: Likeness,
  ) {}

  /** What a scene is called. What it took to come here (events, faults) is not in it. */
  of(scene: Scene): string {
    return this.likeness === "bytes" ? bytesOf(scene) : this.lookOf(scene);
  }

  private lookOf(scene: Scene): string {
    const end = scene.log.length;
    const first = Math.min(end, ...scene.places.map((place) => (isReading(place) ? place.seat!.look.n : end)));
    // Epochs are called by when they are met; what matters of their numbers is how far apart they
    // are.
    const epochs = new Map<string, string>();
    const nameOf = (authenticator: string): string => {
      const known = epochs.get(authenticator);
      if (known !== undefined) return known;
      const name = `e${String(epochs.size)}`;
      epochs.set(authenticator, name);
      return name;
    };
    const newest = Math.max(...scene.places.map((place) => (isReading(place) ? place.seat!.look.epoch : 0)));
    const { parcels } = this.cast;
    const parcelOf = (no: number): string => {
      const { by, what, kind, base, content } = parcels.get(no);
      return `${by} ${what} ${kind} ${nameOf(base)} ${String(newest - content.epoch)}`;
    };
    const places = scene.places.map((place) => {
      const { seat, outbox, intent, isLeaving, isStarting, view } = place;
      if (seat === null) return "-";
      // Whether somebody who is out could come in again, the roster of those who are in says.
      if (!isReading(place)) return seat.look.status;
      const { look } = seat;
      const pending = this.cast.pendingOf(seat);
      const own = view === null ? "" : this.ownLog(scene, place, parcelOf);
      return [
        ...[this.shapeOf(seat), look.status, end - look.n, newest - look.epoch, nameOf(look.authenticator)],
        ...[end - look.lastCommit, pending && `${parcelOf(pending.parcel.no)} ${String(end - pending.lastCommit)}`],
        ...[
          outbox &&
            `${parcelOf(outbox.parcel.no)} ${String(end - outbox.lastCommit)} ${String(scene.log.indexOf(outbox.parcel.no))}`,
        ],
        ...[intent && this.cast.wordsFor(intent), isLeaving, isStarting, seat.process === null, own],
      ].join(",");
    });
    const tail = scene.log.slice(first).map(parcelOf);
    const held = scene.held.map((no) => parcelOf(no)).sort();
    const lastCommit = end - 1 - scene.log.findLastIndex((no) => parcels.get(no).kind === "commit");
    return [places.join("|"), tail.join("|"), held.join("|"), lastCommit].join("#");
  }

  // A log of one's own: what was shown since it went another way, and what of the common one was
  // not.
  private ownLog(scene: Scene, place: Place, parcelOf: (no: number) => string): string {
    const view = logShownTo(scene, place);
    const from = view.findIndex((no, at) => scene.log[at] !== no);
    const unseen = scene.log.filter((no) => !view.includes(no));
    return [...view.slice(from < 0 ? view.length : from).map(parcelOf), "/", ...unseen.map(parcelOf)].join(";");
  }

  /**
   * A seat without its keys: who is in the room, the shape of the tree, and which secrets are held,
   * of which epochs.
   */
  private shapeOf(seat: Seat): string {
    const known = this.shapes.get(seat.no);
    if (known !== undefined) return known;
    const shape = digestOfAll(nodeCrypto, [this.rosterOf(seat), this.recordsOf(seat)]).slice(0, 16);
    this.shapes.set(seat.no, shape);
    return shape;
  }

  private rosterOf(seat: Seat): string {
    const { look } = seat;
    const leaving = look.farewells.map((person) => this.cast.nameOf.get(person)).sort();
    return [rulesView(seat), look.paused.join(" "), leaving.join(" ")].join("/");
  }

  // Names and lengths of records, with numbers counted from the newest epoch and keys left out: a
  // record that is unknown here only keeps two scenes apart.
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

function bytesOf(scene: Scene): string {
  const places = scene.places.map(({ seat, outbox, intent, isLeaving, isStarting, view }) => {
    const post = outbox && `${String(outbox.parcel.no)}@${String(outbox.lastCommit)}`;
    return [seat?.no, post, intent && toHex(intentBytes(intent)), isLeaving, isStarting, view?.join(".")].join(",");
  });
  return [places.join("|"), scene.log.join("."), scene.held.join(".")].join("#");
}

function intentBytes(intent: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(intent));
}
