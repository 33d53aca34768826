import { describe, expect, it } from "vitest";
import type { Role } from "../policy/role.js";
import { askToJoin } from "./asking.js";
import { inside } from "./forger.fixture.js";
import { founded, invite, join, NOW, Person, preview, seeded, type TestLog } from "./testRelay.fixture.js";

/** What somebody asks by a link, as the host reads it. */
function requestOf(host: Person, guest: Person, log: TestLog, secret: Uint8Array, isSteward?: boolean) {
  const made = askToJoin(guest.primitives, preview(host, guest, log, secret), {
    ...{ device: guest.device, name: guest.name, note: "", now: NOW },
    ...(isSteward === undefined ? {} : { isSteward }),
  });
  if (!made.ok) throw new Error(made.error.code);
  const request = host.room.requests.open(made.value.blob, NOW);
  if (!request.ok) throw new Error(request.error.code);
  return request.value;
}

/** The proof in the entry of the commit that is on its way. */
const proofOf = (host: Person) => inside(host).pending!.judgement.transition!.entry.evidence.proof;

describe("letting somebody in who asked", () => {
  it("a request says whether it asks for a steward's place, and only then", () => {
    const { alice, log } = founded();
    const secret = invite(alice, log, { mode: "ask" });
    const asks = [undefined, false, true].map((isSteward, at) => {
      const guest = new Person(seeded(`guest ${String(at)}`), "Guest");
      return requestOf(alice, guest, log, secret, isSteward).isSteward;
    });
    expect(asks).toEqual([false, false, true]);
  });

  it("the link speaks for a member, and not for a steward", () => {
    for (const [role, speaks] of [
      ["member", true],
      ["steward", false],
    ] as [Role, boolean][]) {
      const { alice, log } = founded();
      const secret = invite(alice, log, { mode: "ask" });
      const request = requestOf(alice, new Person(seeded("guest"), "Guest"), log, secret, role === "steward");
      const { leafCert } = request;
      expect(alice.act(log, { type: "add", leafCert, role }, { request })).toBeNull();
      expect(proofOf(alice)).toEqual(speaks ? request.inviteProof : null);
      alice.catchUp(log);
      expect(alice.room.roster.invites.values().next().value!.uses).toBe(speaks ? 1 : 0);
      expect([...alice.room.roster.members.values()].map((each) => each.role)).toEqual(["owner", role]);
      expect(log.deliveries).toHaveLength(1);
    }
  });

  it("nor for somebody who is banned: those may let them in who may add people without a link", () => {
    for (const ban of [true, false]) {
      const { alice, log } = founded();
      const bob = join(alice, "Bob", log, invite(alice, log));
      expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban })).toBeNull();
      alice.catchUp(log);
      const secret = invite(alice, log, { mode: "ask" });
      const request = requestOf(alice, bob, log, secret);
      const { leafCert } = request;
      expect(alice.act(log, { type: "add", leafCert, role: "member" }, { request })).toBeNull();
      expect(proofOf(alice)).toEqual(ban ? null : request.inviteProof);
      alice.catchUp(log);
      expect([...alice.room.roster.members.values()].map(({ name }) => name)).toEqual(["Alice", "Bob"]);
    }
  });

  it("what brings nobody in answers no request", () => {
    const { alice, log } = founded();
    const secret = invite(alice, log, { mode: "ask" });
    const request = requestOf(alice, new Person(seeded("guest"), "Guest"), log, secret);
    expect(alice.act(log, { type: "setTitle", title: "Meadow" }, { request })).toBe("invalid_action");
    expect(log.deliveries).toEqual([]);
  });
});
