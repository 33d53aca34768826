import type { Result } from "@conclave/codec";
import { nodeCrypto as crypto, systemRandom as random } from "@conclave/crypto/node";
import {
  authorEntry,
  foundRoom,
  inviteLink,
  newDevice,
  newIdentity,
  parseLink,
  preset,
  type Rejection,
} from "@conclave/protocol";

const now = 1_800_000_000_000;
const device = newDevice({ crypto, random }, newIdentity({ crypto, random }), 1);
const relay = { publicKey: random(32), address: "wss://chat.example" };
const verdict = (outcome: Result<unknown, Rejection>) => (outcome.ok ? "yes" : outcome.error.code);

// Found a room. Store its `delta` and send its `creation` before you use it.
const alice = {
  device,
  name: "Alice",
  title: "Garden club",
  policy: preset("owner"),
  relay,
  now,
};
const founded = foundRoom({ crypto, random }, alice);
if (!founded.ok) throw new Error(founded.error.code);
const { room } = founded.value;

// An invite: an action for the room to decide, and a secret that only the link contains.
const terms = { for: { class: "single" }, role: "member", notAfter: null, mode: "direct" } as const;
const { action, secret } = room.newInvite(terms);
const link = inviteLink("https://chat.example", room.linkOf(secret));
console.log("the link leads to", parseLink(link)?.relay);

// Entries that break the rules are refused, with a reason.
const { roster, self } = room;
const stepDown = { type: "setRole", person: self.person, role: "member" } as const;
console.log("Alice, the only owner, steps down:", verdict(room.act(stepDown, { now })));

const entry = { person: self.person, time: now, epoch: 0, transcript: new Uint8Array() };
const another = authorEntry(crypto, random(32), roster, { ...entry, action });
console.log("another key, in Alice's name:", verdict(another));
console.log("Alice makes the invite:", verdict(room.act(action, { now })));
