import { equalBytes, toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import type { PersonId, Roster } from "@conclave/protocol";
import type { Cast } from "./cast.js";
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
  private readonly shapes = new Map<string, string>();

  constructor(
    private readonly cast: Cast,
    private readonly likeness: Likeness,
  ) {}

  /** What a scene is called. What it took to come here (events, faults) is not in it. */
  of(scene: Scene): string {
    return this.likeness === "bytes" ? bytesOf(scene) : this.lookOf(scene);
  }

  private lookOf(scene: Scene): string {
    const naming = this.namingOf(scene);
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
      return `${naming.rename(`${by} ${what}`)} ${kind} ${nameOf(base)} ${String(newest - content.epoch)}`;
    };
    // Keys of messages of epochs before matter while a message of then may still come.
    const isOldRead = scene.places.some(({ view }) => view !== null) || this.messagesIn(scene);
    const places = naming.order.map((at) => {
      const place = scene.places[at]!;
      const { seat, outbox, intent, isLeaving, view, isLost } = place;
      if (seat === null) return isLost ? "lost" : "-";
      // Whether somebody who is out could come in again, the roster of those who are in says.
      if (!isReading(place)) return seat.look.status;
      const { look } = seat;
      const pending = this.cast.pendingOf(seat);
      const own = view === null ? "" : this.ownLog(scene, place, parcelOf);
      return [
        ...[this.shapeOf(seat, isOldRead, naming), look.status, end - look.n, newest - look.epoch],
        ...[nameOf(look.authenticator), end - look.lastCommit],
        pending && `${parcelOf(pending.parcel.no)} ${String(end - pending.lastCommit)}`,
        ...[
          outbox &&
            `${parcelOf(outbox.parcel.no)} ${String(end - outbox.lastCommit)} ${String(scene.log.indexOf(outbox.parcel.no))}`,
        ],
        ...[intent && naming.rename(this.cast.wordsFor(intent)), isLeaving, own],
      ].join(",");
    });
    const tail = scene.log.slice(first).map(parcelOf);
    const held = scene.held.map((no) => parcelOf(no)).sort();
    const lastCommit = end - 1 - scene.log.findLastIndex((no) => parcels.get(no).kind === "commit");
    return [places.join("|"), tail.join("|"), held.join("|"), lastCommit].join("#");
  }

  // People other than the owner are called by what they are, in an order that comes of that: who they are makes no
  // difference. (Where two look alike their order is as it happens; then two scenes are kept apart that are one.)
  private namingOf({ places }: Scene): Naming {
    const roster = places.find((place) => isReading(place))?.seat?.look.roster ?? null;
    const others = places.flatMap(({ device }, at) => (device === "A" || device === "R" ? [] : [{ device, at }]));
    const keyed = others.map(({ device, at }) => {
      const { seat, outbox, intent, isLeaving, view } = places[at]!;
      const status = seat?.look.status ?? "-";
      const pending = seat?.look.pending ?? null;
      const standing = roster === null ? "" : this.standingOf(roster, this.cast.person(device));
      const own = pending === null ? "" : (pending.action?.type ?? "rekey");
      return {
        device,
        at,
        key: [standing, status, own, outbox?.parcel.what, intent?.type, isLeaving, view !== null].join(),
      };
    });
    keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.at - b.at));
    const names = new Map(keyed.map(({ device }, index) => [device, `P${String(index)}`]));
    const rest = places.flatMap(({ device }, at) => (names.has(device) ? [] : [at]));
    return {
      order: [...rest, ...keyed.map(({ at }) => at)],
      id: keyed.map(({ device }) => device).join(""),
      rename: (text) => text.replace(/\b[B-Q]\b/g, (name) => names.get(name) ?? name),
    };
  }

  // A log of one's own: what was shown since it went another way, and what of the common one was
  // not.
  private ownLog(scene: Scene, place: Place, parcelOf: (no: number) => string): string {
    const view = logShownTo(scene, place);
    const from = view.findIndex((no, at) => scene.log[at] !== no);
    const unseen = scene.log.filter((no) => !view.includes(no));
    return [...view.slice(from < 0 ? view.length : from).map(parcelOf), "/", ...unseen.map(parcelOf)].join(";");
  }

  // Whether a message is on its way, or held up.
  private messagesIn({ held, places }: Scene): boolean {
    const { parcels } = this.cast;
    const isHeld = held.some((no) => parcels.get(no).kind === "message");
    return isHeld || places.some(({ outbox }) => outbox?.parcel.kind === "message");
  }

  /**
   * A seat without its keys: who is in the room, the shape of the tree, and which secrets are held,
   * of which epochs.
   */
  private shapeOf(seat: Seat, isOldRead: boolean, naming: Naming): string {
    const question = `${String(seat.no)} ${String(isOldRead)} ${naming.id}`;
    const known = this.shapes.get(question);
    if (known !== undefined) return known;
    const parts = [this.rosterOf(seat, naming), this.recordsOf(seat, isOldRead, naming)];
    const shape = digestOfAll(nodeCrypto, parts).slice(0, 16);
    this.shapes.set(question, shape);
    return shape;
  }

  private rosterOf({ look }: Seat, { rename }: Naming): string {
    const { roster, farewells, paused, proposals } = look;
    const people = [...roster.members.values(), ...roster.former.values()].map(({ person }) => {
      return rename(`${this.cast.nameOf.get(toHex(person))!} ${this.standingOf(roster, person)}`);
    });
    const invites = [...roster.invites.values()].map(({ mode, revoked }) => `${mode} ${String(revoked)}`);
    const leaving = farewells.map((person) => rename(this.cast.nameOf.get(person)!)).sort();
    const asked = proposals.map(({ action, by, yes, no, isAgreed, signed }) => {
      const people = [by, yes, no].map((each) => each.map((id) => rename(this.cast.nameOf.get(id)!)).sort());
      return [rename(this.cast.wordsFor(action)), ...people, isAgreed, signed].join(" ");
    });
    const rest = [roster.sealed, paused.join(" "), leaving.join(" "), ...asked];
    return [people.sort(), invites.sort(), ...rest].join("/");
  }

  // What somebody is, as far as any rule asks. Who came by the link takes it with them when they are removed.
  private standingOf({ members, former }: Roster, person: PersonId): string {
    const member = members.get(toHex(person));
    if (member === undefined) return `out ${String(former.get(toHex(person))?.banned)}`;
    const isByLink = member.inviteId !== null && equalBytes(member.inviteId, this.cast.invite);
    return `${member.role} ${String(member.devices.length)} ${String(isByLink)}`;
  }

  // Names and lengths of records, with numbers counted from the newest epoch and keys left out: a
  // record that is unknown here only keeps two scenes apart.
  private recordsOf({ stored, look }: Seat, isOldRead: boolean, { rename }: Naming): string {
    const names: string[] = [];
    for (const [key, { length }] of stored) {
      // The chain's entries, the log's hashes, and the keys of join requests of epochs before: they say how long the room has
      // been there.
      if (/^(x|h)\//.test(key) || key === "s/keys") continue;
      const old = /^g\/[rtpuq]\/(\d+)/.exec(key);
      if (!isOldRead && old !== null && Number(old[1]) < look.epoch) continue;
      const name = key
        .replace(/^(g\/[a-z])\/(\d+)/, (whole, kind: string, epoch: string) => {
          return /^g\/[rtpuq]$/.test(kind) ? `${kind}/-${String(look.epoch - Number(epoch))}` : whole;
        })
        .replace(/[0-9a-f]{32,}/g, (hex) => rename(this.cast.nameOf.get(hex) ?? "*"));
      names.push(`${name}:${String(length)}`);
    }
    return names.sort().join(" ");
  }
}

/** What people are called in a look. */
interface Naming {
  /** In which order places come. */
  readonly order: readonly number[];
  readonly id: string;
  readonly rename: (text: string) => string;
}

/** Whether a device still takes in records. */
function isReading({ seat }: Place): boolean {
  return seat !== null && seat.look.status !== "removed" && seat.look.status !== "left";
}

function bytesOf(scene: Scene): string {
  const places = scene.places.map(({ seat, outbox, intent, isLeaving, view, isLost }) => {
    const post = outbox && `${String(outbox.parcel.no)}@${String(outbox.lastCommit)}`;
    return [seat?.no, post, intent && toHex(intentBytes(intent)), isLeaving, view?.join("."), isLost].join(",");
  });
  return [places.join("|"), scene.log.join("."), scene.held.join(".")].join("#");
}

function intentBytes(intent: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(intent));
}
