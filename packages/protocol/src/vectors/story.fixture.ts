import { toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { preset } from "../policy/presets.js";
import { type Action, actionHash, encodeAction } from "../roster/action.js";
import { Chain, type Someone } from "../roster/chain.fixture.js";
import { type Entry, signEntry } from "../roster/entry.js";
import { type Evidence, NO_EVIDENCE } from "../roster/entryHeader.js";
import { type Carriage, evaluate } from "../roster/evaluate.js";

/** One file of vectors: plain JSON, byte strings in hexadecimal. */
export type Vectors = Record<string, unknown>;

/** A room's life in which every action occurs, and entries that the door refuses on the way. */
export function story(crypto: Crypto): { entries: Vectors[]; refused: Vectors[]; chain: Chain } {
  const chain = new Chain(crypto);
  const entries: Vectors[] = [
    toldEntry(chain, { epoch: 0, transcript: new Uint8Array(0), committer: chain.alice.leaf, external: false }),
  ];
  const refused: Vectors[] = [];
  const act = (who: Someone, action: Action, evidence: Partial<Evidence> = {}, external = false): void => {
    const carriage = { epoch: chain.epoch, transcript: chain.transcript, committer: who.leaf, external };
    chain.must(who, action, evidence, external);
    entries.push(toldEntry(chain, carriage));
  };
  const refuse = (what: string, entry: Entry, change: Partial<Carriage> = {}): void => {
    const carriage = {
      epoch: chain.epoch,
      transcript: chain.transcript,
      committer: entry.author.leaf,
      external: false,
      ...change,
    };
    const outcome = evaluate(crypto, chain.roster, entry, carriage);
    if (outcome.ok) throw new Error(what);
    refused.push({
      what,
      afterSeq: chain.roster.seq,
      entry: toHex(entry.bytes),
      carriage: told(carriage),
      code: outcome.error.code,
    });
  };
  /** An allowed entry with something changed, signed by `signer`. */
  const forge = (who: Someone, action: Action, change: object, signer: Someone = who): Entry => {
    const outcome = chain.author(who, action);
    if (!outcome.ok) throw new Error(outcome.error.code);
    return signEntry(crypto, signer.leafSeed, { ...outcome.value.entry, ...change });
  };
  const { alice } = chain;
  const [bob, carol, dave, erin] = ["Bob", "Carol", "Dave", "Erin"].map((name) => chain.someone(name)) as [
    Someone,
    Someone,
    Someone,
    Someone,
  ];
  const [bob2, tick] = [chain.someone("Bob", 2), { type: "tick" } as const];
  act(alice, chain.adding(bob, "admin"));
  refuse("not the author's signature", forge(alice, tick, {}, bob));
  refuse("another leaf commits", forge(alice, tick, {}), { committer: bob.leaf });
  refuse("another room", forge(alice, tick, { roomId: chain.bytes("other") }));
  refuse("not the next entry", forge(alice, tick, { seq: 1 }));
  refuse("not on the newest entry", forge(alice, tick, { prev: chain.bytes("other") }));
  refuse("another epoch", forge(alice, tick, { epoch: 7 }));
  refuse("another transcript", forge(alice, tick, { transcript: chain.bytes("other") }));
  refuse("another policy", forge(alice, tick, { policyHash: chain.bytes("other") }));
  refuse("a false result", forge(alice, tick, { stateHash: chain.bytes("other") }));
  refuse(
    "an admin without the right",
    forge(alice, chain.adding(carol), { author: { person: bob.person, leaf: bob.leaf } }, bob),
  );
  refuse(
    "an admin makes an owner",
    forge(alice, chain.adding(carol, "owner"), { author: { person: bob.person, leaf: bob.leaf } }, bob),
  );
  act(bob, { type: "addDevice", leafCert: chain.certOf(bob2) });
  act(alice, {
    type: "createInvite",
    invite: chain.terms("direct", { notAfter: 1_700_000_500_000, welcomeText: "We meet on Saturday." }),
  });
  act(alice, { type: "createInvite", invite: chain.terms("ask", { mode: "ask", for: { class: "multi", limit: 3 } }) });
  act(alice, {
    type: "createInvite",
    invite: chain.terms("personal", { for: { class: "personal", person: erin.person }, role: "admin" }),
  });
  act(carol, chain.adding(carol), { proof: chain.proof("direct", carol) }, true);
  act(alice, { type: "createInvite", invite: chain.terms("list", { for: { class: "listed" } }) });
  act(alice, chain.allowing("frank", "grace"));
  const frank = chain.someone("Frank");
  const byKey = chain.proof("list", frank, "direct", chain.ssh("frank", "list", frank));
  act(frank, chain.adding(frank), { proof: byKey }, true);
  act(alice, chain.disallowing("grace"));
  act(alice, chain.adding(dave), { proof: chain.proof("ask", dave, "ask") });
  // A steward, which carries out a link that is the permission, and closes it when its time is over.
  const [stew, gina] = [chain.someone("Stew"), chain.someone("Gina")];
  const machine = chain.adding(stew, "steward");
  act(bob, machine, { approvals: [chain.approval(alice, machine, {}, bob)] });
  const auto = { mode: "auto", for: { class: "multi", limit: 3 }, notAfter: chain.time + 2500 } as const;
  act(alice, { type: "createInvite", invite: chain.terms("auto", auto) });
  const kept = chain.proof("auto", gina, "auto");
  act(stew, chain.adding(gina), { proof: kept });
  refuse("a steward removes", unasked(chain, alice, { type: "remove", person: gina.person, ban: false }, [], stew));
  act(bob, { type: "leave", person: gina.person }, { farewell: chain.farewell(gina) });
  refuse("a proof from before she left", unasked(chain, alice, chain.adding(gina), [], stew, kept));
  act(stew, tick);
  act(bob, tick);
  act(alice, { type: "setTitle", title: "Choir" });
  act(alice, { type: "setPolicy", policy: preset("admins:2") });
  const up: Action = { type: "setRole", person: carol.person, role: "admin" };
  act(alice, up, { approvals: [chain.approval(bob, up)] });
  const out: Action = { type: "remove", person: dave.person, ban: true };
  act(carol, out, { approvals: [chain.approval(bob, out)] });
  act(bob2, { type: "removeDevice", person: bob.person, leaf: bob.leaf });
  act(alice, { type: "revokeInvite", inviteId: chain.terms("personal").inviteId });
  const hand: Action = { type: "transferOwnership", person: carol.person };
  act(alice, hand, { approvals: [chain.approval(carol, hand)] });
  const relay = { publicKey: chain.bytes("relay 2"), address: "wss://elsewhere.test" };
  const move: Action = { type: "setRelay", relay, n: 31, logHead: chain.bytes("log head") };
  refuse("a room moves to no address", unasked(chain, carol, { ...move, relay: { ...relay, address: "elsewhere" } }));
  const mirror = {
    relay: { publicKey: chain.bytes("mirror"), address: "wss://mirror.test" },
    copyId: chain.bytes("copy"),
  };
  const first: Action = { type: "setMirrors", mirrors: [mirror] };
  const both = [mirror, { relay, copyId: chain.bytes("copy 2") }];
  const mirrors: Action = { type: "setMirrors", mirrors: both };
  const twice: Action = { type: "setMirrors", mirrors: [mirror, mirror] };
  refuse("a relay is a mirror once", unasked(chain, carol, twice));
  refuse("mirrors are named one at a time", unasked(chain, carol, mirrors));
  act(carol, first, { approvals: [chain.approval(bob2, first, {}, carol)] });
  act(carol, mirrors, { approvals: [chain.approval(bob2, mirrors, {}, carol)] });
  act(carol, move);
  act(carol, { type: "resetTime" });
  act(carol, { type: "leave", person: alice.person }, { farewell: chain.farewell(alice) });
  const seal: Action = { type: "seal" };
  act(carol, seal, { approvals: [chain.approval(bob2, seal, {}, carol)] });
  refuse("the room is sealed", unasked(chain, carol, chain.adding(erin)));
  const returned = chain.again(carol);
  const seat: Action = { type: "reseat", leafCert: chain.certOf(returned), leaf: carol.leaf, after: bob.person };
  act(returned, seat, { proof: chain.reseatProof(carol, returned) }, true);
  const next: Action = { type: "upgrade", version: 3 };
  refuse("a version left out", unasked(chain, returned, { type: "upgrade", version: 4 }, [bob2]));
  act(returned, next, { approvals: [chain.approval(bob2, next)] });
  return { entries, refused, chain };
}

// What a client without the rule would have signed: the state hash is of no matter, as the rule comes before it.
function unasked(
  chain: Chain,
  by: Someone,
  action: Action,
  approvedBy: readonly Someone[] = [],
  author = by,
  proof: Uint8Array | null = null,
): Entry {
  const outcome = chain.author(by, { type: "tick" });
  if (!outcome.ok) throw new Error(outcome.error.code);
  const evidence = { ...NO_EVIDENCE, proof, approvals: approvedBy.map((each) => chain.approval(each, action)) };
  const { person, leaf } = author;
  return signEntry(chain.crypto, author.leafSeed, {
    ...outcome.value.entry,
    action,
    evidence,
    author: { person, leaf },
  });
}

function toldEntry(chain: Chain, carriage: Carriage): Vectors {
  const { entry, roster, added, removed, approvedBy, revokedInvites } =
    chain.transitions[chain.transitions.length - 1]!;
  return {
    action: entry.action.type,
    actionBytes: toHex(encodeAction(entry.action)),
    actionHash: toHex(actionHash(chain.crypto, entry.action, entry.author.person)),
    carriage: told(carriage),
    entry: toHex(entry.bytes),
    hash: toHex(entry.hash),
    after: {
      stateHash: toHex(roster.stateHash),
      generation: roster.generation,
      chainTime: roster.chainTime,
      members: roster.members.size,
      leaves: roster.leaves.size,
    },
    added: added.map(({ leaf }) => toHex(leaf)),
    removed: removed.map(toHex),
    approvedBy: approvedBy.map(toHex),
    revokedInvites: revokedInvites.map(toHex),
  };
}

function told({ epoch, transcript, committer, external }: Carriage): Vectors {
  return { epoch, transcript: toHex(transcript), committer: toHex(committer), external };
}
