import { toHex } from "@conclave/codec";
import type { Cast } from "./cast.js";
import { Broken } from "./broken.js";
import { OUTSIDER, type Parcel, WRONG } from "./parcel.js";
import type { Place, Scene } from "./scene.js";
import type { Done, Seat } from "./seat.js";

/** What holds of each record that a device takes in: it is the next one, and nobody is blamed for it. */
export function checkReceived(
  cast: Cast,
  scene: Scene,
  { device, seat, view }: Place,
  parcel: Parcel,
  done: Done,
): void {
  const about = `${device} takes “${parcel.by} ${parcel.what}”`;
  const { alarm, received } = done;
  if (received === "deferred") throw new Broken(`${about}: ${done.refused ?? ""}, though it is the next record`);
  if (received === "withheld") throw new Broken(`${about} as withheld, and it is there`);
  if (done.seat.look.n !== seat!.look.n + 1) throw new Broken(`${about}, and the cursor does not move by one`);
  if (parcel.what === WRONG) {
    checkWrong(about, cast, seat!, parcel, done);
    return;
  }
  // All others are honest but the relay: nobody is to be blamed, and no device was ever copied.
  if (alarm?.code === "RESTORED") throw new Broken(`${about}, and takes itself for a copy`);
  const isTelling = alarm?.code === "FORK";
  if (alarm?.person && !isTelling)
    throw new Broken(`${about}, and blames ${toHex(alarm.person.subarray(0, 4))}: ${alarm.code}`);
  // Junk is told, and nobody is named for it.
  if (parcel.by === OUTSIDER && alarm?.code === "JUNK") return;
  if (alarm !== null && scene.faults === 0) throw new Broken(`${about}: ${alarm.code} at an honest relay`);
  if (isTelling && view === null && scene.places.every((place) => place.view === null))
    throw new Broken(`${about}: a fork is seen, and there is none`);
  checkDecision(about, seat!, done);
  if (done.events.some(({ type }) => type === "entry" || type === "removed"))
    checkAgreed(about, cast, scene, seat!, parcel);
}

// What the rules refuse everybody refuses who stands where its author stood, for one reason, and lays it at the author's door. The
// author's own device takes itself for a copy, and stops: it did not make that. To who stands elsewhere it is nothing.
function checkWrong(about: string, cast: Cast, { device, look }: Seat, { by, base }: Parcel, done: Done): void {
  const { alarm, received } = done;
  if (received === "accepted") throw new Broken(`${about}, which the rules refuse`);
  if (look.status !== "active" || look.authenticator !== base) {
    if (alarm?.person) throw new Broken(`${about}, of another epoch, and blames somebody`);
    return;
  }
  const person = cast.person(cast.personOf(by));
  const told = [alarm?.code, alarm?.rejection?.code, alarm?.person && toHex(alarm.person)].join(" ");
  const isOwn = device === by;
  if (told !== (isOwn ? "RESTORED mls " : `REFUSED_CHANGE not_allowed ${toHex(person)}`))
    throw new Broken(`${about}, and says of it: ${told}`);
  if (isOwn && done.seat.look.paused.length === 0) throw new Broken(`${about}, which is its own, and goes on`);
}

/** What the messages about a proposal are called: asking, agreeing, saying no, taking back. */
export function proposalOf(words: string): string {
  return `proposal of ${words}`;
}
export function approvalOf(words: string): string {
  return `approval of ${words}`;
}
export function noTo(words: string): string {
  return `no to ${words}`;
}
export function withdrawalOf(words: string): string {
  return `withdrawal of ${words}`;
}

// Where it takes several to decide, as many have agreed: who carries it out, and those whose word is in the log. Counted
// without the protocol's help.
function checkAgreed(about: string, cast: Cast, scene: Scene, { look }: Seat, { by, what }: Parcel): void {
  const { policy, members } = look.roster;
  const rule = /^remove /.test(what) ? policy.rules.remove : /^setRole /.test(what) ? policy.rules.setRole : null;
  if (rule?.kind !== "quorum") return;
  const voters = [...members.values()].filter(({ role }) => role !== "member");
  const names = new Set(voters.map(({ person }) => cast.nameOf.get(toHex(person))));
  const said = scene.log.slice(0, look.n).map((no) => cast.parcels.get(no));
  const agreed = new Set([by, ...yesesTo(what, said, scene.faults === 0)].map((each) => cast.personOf(each)));
  const have = [...agreed].filter((name) => names.has(name)).length;
  const need = Math.min(rule.count, voters.length);
  if (have < need) throw new Broken(`${about}, to which ${String(have)} of ${String(need)} have agreed`);
}

// Whose yes is in the log. A relay that lies may bring in late what was made before a yes was taken back.
function yesesTo(words: string, said: readonly Parcel[], isLastWord: boolean): Set<string> {
  const [askers, yeses] = [new Set<string>(), new Set<string>()];
  for (const { by, what } of said) {
    if (what === proposalOf(words)) askers.add(by);
    if (what === approvalOf(words)) yeses.add(by);
    if (!isLastWord) continue;
    if (what === noTo(words) && !askers.has(by)) yeses.delete(by);
    if (what === withdrawalOf(words)) {
      yeses.delete(by);
      // With the last who asked all yeses go.
      if (askers.delete(by) && askers.size === 0) yeses.clear();
    }
    if (what === words) [askers, yeses].forEach((each) => each.clear());
  }
  return yeses;
}

function checkDecision(about: string, { look }: Seat, done: Done): void {
  if (look.pending === null || done.seat.look.pending !== null) return;
  const isKnown = done.events.some((event) => {
    if (event.type === "entry") return event.own;
    return event.type === "lostRace" || event.type === "rekeyed" || event.type === "removed";
  });
  if (!isKnown) throw new Broken(`${about}, and its own decision is gone without a word`);
}
