import type { Policy } from "../policy/policy.js";
import { founded, invite, join, type Person, type TestLog } from "./testRelay.fixture.js";

/** Alice, who founded the room and owns it, and Bob and Carol, who joined by her link. Everybody is up to date. */
export function threeOfUs(policy?: Policy): {
  alice: Person;
  bob: Person;
  carol: Person;
  log: TestLog;
  secret: Uint8Array;
} {
  const { alice, log } = founded(policy);
  const secret = invite(alice, log);
  const [bob, carol] = [join(alice, "Bob", log, secret), join(alice, "Carol", log, secret)];
  alice.act(log, { type: "rekey" });
  everyone(log, alice, bob, carol);
  return { alice, bob, carol, log, secret };
}

export function everyone(log: TestLog, ...people: Person[]): void {
  for (const person of people) person.catchUp(log);
}
