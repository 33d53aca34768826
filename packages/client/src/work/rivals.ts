import { equalBytes, toHex } from "@conclave/codec";
import type { PersonId, RoomEvent } from "@conclave/protocol";
import type { Rival } from "../api/problem.js";
import { named } from "../timeline/roomView.js";
import type { RoomState } from "./roomState.js";

/** How many are named. */
const NAMED = 3;

/** Whose commits came before this device's, again and again. Of one that nobody could use there is no telling whose it was. */
export class Rivals {
  private readonly wins = new Map<string, { readonly person: PersonId; count: number }>();
  private newest: PersonId | null = null;

  constructor(private readonly state: RoomState) {}

  /** An event of the room. */
  heard(event: RoomEvent): void {
    if (event.type === "rekeyed") this.newest = event.by;
    if (event.type === "entry") this.newest = event.decision.by;
    const { newest } = this;
    if (event.type !== "lostRace" || newest === null || equalBytes(newest, this.state.person)) return;
    const known = this.wins.get(toHex(newest));
    this.wins.set(toHex(newest), { person: newest, count: (known?.count ?? 0) + 1 });
  }

  /** Nobody is ahead of anything any more. */
  forget(): void {
    this.wins.clear();
  }

  /**
   * Those who came first most often, and are still here.
   *
   * RULE: client.rivals-named: a member needs no right to make new keys without end, so who keeps losing to the same people is
   * told who they are, and whether they can be removed (attack A23).
   */
  list(): Rival[] {
    const { room } = this.state;
    if (!room) return [];
    const here = [...this.wins.values()].filter(({ person }) => room.roster.members.has(toHex(person)));
    const most = here.sort((a, b) => b.count - a.count).slice(0, NAMED);
    return most.map(({ person, count }) => {
      const { can } = room.outlook({ type: "remove", person, ban: false }, this.state.now());
      return { person: named(this.state, person), count, canRemove: can !== "no" };
    });
  }
}
