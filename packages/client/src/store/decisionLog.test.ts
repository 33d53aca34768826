import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { type Action, type DecisionRecord, LeafKey, PersonId, RoomId } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { DecisionLog } from "./decisionLog.js";
import { RoomKeys } from "./homeKey.js";

const person = (n: number) => PersonId.of(new Uint8Array(32).fill(n));
const [you, alice, bob, carol, stranger] = [person(1), person(2), person(3), person(4), person(9)];
const keys = new RoomKeys(RoomId.of(new Uint8Array(32)));

/** A room that you look at, with these people in it. */
function room(...people: readonly PersonId[]) {
  const log = new DecisionLog(crypto, keys, you, []);
  let seq = 0;
  const take = (by: PersonId, about: PersonId, action: Action) => {
    const decision: DecisionRecord = {
      ...{ seq: seq++, hash: new Uint8Array(32), by, approvedBy: [], time: 0, epoch: 0, action },
      ...{ person: about, name: "Somebody", inviteId: null, revokedInvites: [], sshKey: null },
    };
    return log.take(decision, 0);
  };
  const letIn = (who: PersonId) => take(alice, who, { type: "add", leafCert: new Uint8Array(0), role: "member" });
  const claim = (by: PersonId, after: PersonId | null) => {
    const leaf = LeafKey.of(new Uint8Array(32));
    const logged = take(by, by, { type: "reseat", leafCert: new Uint8Array(0), leaf, after });
    return [logged.after, logged.isAgain];
  };
  for (const each of people) letIn(each);
  return { letIn, claim };
}

describe("whom a device names when it comes back", () => {
  it("is told where it is somebody else who is, or was, in the room, and not a name of later", () => {
    const { claim, letIn } = room(you, alice, bob);
    expect(claim(alice, bob)).toEqual([bob, false]);
    expect(claim(alice, null)).toEqual([null, false]);
    expect(claim(alice, alice)).toEqual([null, false]);
    expect(claim(alice, carol)).toEqual([null, false]);
    letIn(carol);
    expect(claim(alice, carol)).toEqual([carol, false]);
  });

  it("A107: RULE client.claims-counted: what names nobody counts for nothing, nor what was said before they were let in again", () => {
    const { claim, letIn } = room(you, alice, bob, carol);
    expect([claim(you, stranger), claim(alice, stranger)]).toEqual([
      [null, false],
      [null, false],
    ]);
    for (let n = 0; n < 5; n++) expect(claim(alice, bob)).toEqual([bob, false]);
    expect(claim(carol, bob)).toEqual([bob, true]);
    letIn(bob);
    expect(claim(carol, bob)).toEqual([bob, false]);
    expect(claim(you, bob)).toEqual([bob, true]);
  });
});
