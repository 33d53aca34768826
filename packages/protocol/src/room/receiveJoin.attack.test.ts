import { describe, expect, it } from "vitest";
import { joinRoom } from "./joinRoom.js";
import { founded, invite, join, NOW, Person, preview, seeded, type TestLog } from "./testRelay.fixture.js";

/** Carol's join by a slot, and how the log went on before it came there. */
function racing(meanwhile: (log: TestLog, bob: Person, byLink: (name: string) => Person) => void) {
  const { alice, log } = founded();
  const secret = invite(alice, log, { for: { class: "multi", limit: 9 } });
  const bob = join(alice, "Bob", log, secret);
  for (const person of [alice, bob]) person.catchUp(log);
  const carol = new Person(seeded("carol"), "Carol");
  // Alice's slot stays as it is: she is asleep.
  const found = preview(alice, carol, log, secret);
  const comeIn = (after?: number) => {
    const joining = joinRoom(carol.primitives, found, { device: carol.device, name: "Carol", now: NOW, after });
    if (!joining.ok) throw new Error(joining.error.code);
    carol.records.clear();
    carol.begin(joining.value.room, joining.value.delta);
    return joining.value.append;
  };
  comeIn();
  meanwhile(log, bob, (name) => join(alice, name, log, secret));
  carol.catchUp(log);
  carol.restart();
  return { alice, bob, carol, log, slot: found.slot, comeIn };
}

function junk(log: TestLog, epoch: number): void {
  const n = log.items.length + 1;
  const payload = new Uint8Array(256).fill(n);
  log.items.push({ n, kind: "commit", epoch, payload, attachment: new Uint8Array(0), time: 0, pruned: false });
  log.lastCommit = n;
}

describe("a newcomer whose slot nobody refreshes", () => {
  it("A106: RULE room.join-past-junk: follows commits of another epoch, and those that nobody can open", () => {
    const { alice, bob, carol, log, slot, comeIn } = racing((log, bob) => {
      junk(log, bob.room.epoch);
      junk(log, bob.room.epoch - 1);
      junk(log, bob.room.epoch + 7);
    });
    expect(carol.room.joinPlace(slot)).toBe(log.lastCommit);
    expect(log.append(comeIn(log.lastCommit))).toBe(true);
    for (const person of [alice, bob, carol]) person.catchUp(log);
    expect(carol.room.status).toBe("active");
    expect(new Set([alice, bob, carol].map(({ room }) => room.code())).size).toBe(1);
  });

  for (const [what, act] of [
    ["a member's commit", (log: TestLog, bob: Person) => expect(bob.act(log, { type: "rekey" })).toBeNull()],
    ["another newcomer's", (_log: TestLog, _bob: Person, byLink: (name: string) => Person) => void byLink("Dave")],
  ] as const)
    it(`A103: RULE room.join-past-junk: follows nothing behind ${what}, which may be the room's next`, () => {
      const { carol, log, slot } = racing((log, bob, byLink) => {
        act(log, bob, byLink);
        junk(log, bob.room.epoch);
      });
      expect(carol.room.joinPlace(slot)).toBeNull();
      // By a newer slot they begin again; by an older one never.
      expect(carol.room.joinPlace({ lastCommit: slot.lastCommit + 1 })).toBe(slot.lastCommit + 1);
      expect(carol.room.joinPlace({ lastCommit: slot.lastCommit - 1 })).toBeNull();
      expect(carol.room.joinPlace({ lastCommit: log.lastCommit })).toBe(log.lastCommit);
    });
});
