import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { toHex } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import type { SshSignature } from "../invite/sshSignature.js";
import { preset } from "../policy/presets.js";
import { decodeAction, encodeAction } from "./action.js";
import { sortedKeys } from "./actions/allow.js";
import { Chain, type Someone, verdict } from "./chain.fixture.js";
import { MAX_KEYS_AT_ONCE, MAX_LISTED_KEYS, MAX_LISTERS } from "./limit.js";
import { letsIn } from "./outlook.js";
import { listedKeyOf } from "./roster.js";
import { ROOM_VERSION } from "./version.js";

/** A room with a link for listed keys, and these keys on its list. */
function listing(...names: string[]): Chain {
  const chain = new Chain(crypto);
  chain.must(chain.alice, { type: "createInvite", invite: chain.terms("list", { for: { class: "listed" } }) });
  if (names.length > 0) chain.must(chain.alice, chain.allowing(...names));
  return chain;
}

/** What the door says to somebody who comes in with this key. */
function coming(chain: Chain, who: Someone, ssh: SshSignature | null, invite = "list") {
  return chain.author(who, chain.adding(who), { proof: chain.proof(invite, who, "direct", ssh) }, true);
}

const enters = (chain: Chain, name: string, key: string) => {
  const who = chain.someone(name);
  const proof = chain.proof("list", who, "direct", chain.ssh(key, "list", who));
  return chain.act(who, chain.adding(who), { proof }, true);
};

describe("coming in by a listed SSH key", () => {
  it("takes the link and a key on the list; who it was is known", () => {
    const chain = listing("bob", "carol");
    const came = enters(chain, "Bob", "bob");
    expect(came.ok && [came.value.person, came.value.sshKey?.comment]).toEqual([chain.someone("Bob").person, "bob"]);
    expect(listedKeyOf(chain.roster, chain.sshKey("bob"))).toMatchObject({
      usedBy: chain.someone("Bob").person,
      usedSeq: 3,
      seq: 2,
      listers: [chain.alice.person],
    });
    expect(verdict(enters(chain, "Carol", "carol"))).toBe("ok");
    // The link lives on: it ends with its keys, and not by being used.
    expect(chain.roster.openInvites.size).toBe(1);
  });

  it("A131: RULE ssh.asked: the link alone lets nobody in, and other links take no key", () => {
    const chain = listing("bob");
    const bob = chain.someone("Bob");
    expect(verdict(coming(chain, bob, null))).toBe("bad_ssh_signature");
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("plain") });
    expect(verdict(coming(chain, bob, null, "plain"))).toBe("ok");
    expect(verdict(coming(chain, bob, chain.ssh("bob", "plain", bob), "plain"))).toBe("bad_invite_proof");
  });

  it("A131: RULE ssh.bound: a signature for another room, invite, person or leaf, or by another key, lets nobody in", () => {
    const chain = listing("bob", "carol");
    const [bob, eve] = [chain.someone("Bob"), chain.someone("Eve")];
    expect(verdict(coming(chain, bob, chain.ssh("bob", "list", bob)))).toBe("ok");
    for (const ssh of [
      chain.ssh("bob", "list", bob, { roomId: chain.someone("Bob").person as never }),
      chain.ssh("bob", "other", bob),
      chain.ssh("bob", "list", eve),
      chain.ssh("bob", "list", { ...bob, leaf: eve.leaf }),
      { ...chain.ssh("bob", "list", bob), key: chain.sshKey("carol") },
      { ...chain.ssh("bob", "list", bob), hash: "sha256" as const },
    ])
      expect(verdict(coming(chain, bob, ssh))).toBe("bad_ssh_signature");
    // Who has seen Bob's signature comes in by it as nobody: it names him.
    expect(verdict(coming(chain, eve, chain.ssh("bob", "list", bob)))).toBe("bad_ssh_signature");
  });

  it("A132: RULE ssh.once: a key lets in one person, once, and not after they were removed", () => {
    const chain = listing("bob");
    expect(verdict(enters(chain, "Bob", "bob"))).toBe("ok");
    expect(verdict(enters(chain, "Eve", "bob"))).toBe("key_used");
    const { person } = chain.someone("Bob");
    chain.must(chain.alice, { type: "remove", person, ban: false });
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("list 2", { for: { class: "listed" } }) });
    const bob = chain.again(chain.someone("Bob"));
    expect(verdict(coming(chain, bob, chain.ssh("bob", "list 2", bob), "list 2"))).toBe("key_used");
    // To list the same file again changes nothing; to take the key off and list it again does.
    chain.must(chain.alice, chain.allowing("bob", "carol"));
    expect(verdict(coming(chain, bob, chain.ssh("bob", "list 2", bob), "list 2"))).toBe("key_used");
    chain.must(chain.alice, chain.disallowing("bob"));
    expect(verdict(coming(chain, bob, chain.ssh("bob", "list 2", bob), "list 2"))).toBe("key_not_listed");
    chain.must(chain.alice, chain.allowing("bob"));
    expect(verdict(coming(chain, bob, chain.ssh("bob", "list 2", bob), "list 2"))).toBe("ok");
  });

  it("A132: RULE ssh.listed: a key that is not on the list, or was taken off, lets nobody in", () => {
    const chain = listing("bob");
    expect(verdict(enters(chain, "Eve", "eve"))).toBe("key_not_listed");
    chain.must(chain.alice, chain.disallowing("bob"));
    expect(verdict(enters(chain, "Bob", "bob"))).toBe("key_not_listed");
  });

  it("works by asking too: who may add lets them in, with the key, and it is used", () => {
    const chain = listing("bob");
    const terms = chain.terms("ask", { for: { class: "listed" }, mode: "ask" });
    chain.must(chain.alice, { type: "createInvite", invite: terms });
    const bob = chain.someone("Bob");
    const asks = (ssh: SshSignature | null) =>
      chain.author(chain.alice, chain.adding(bob), { proof: chain.proof("ask", bob, "ask", ssh) });
    expect(verdict(asks(null))).toBe("bad_ssh_signature");
    const outcome = asks(chain.ssh("bob", "ask", bob));
    expect(outcome.ok && listedKeyOf(outcome.value.roster, chain.sshKey("bob"))?.usedBy).toEqual(bob.person);
  });

  it("costs at most 5 ms more than to come in by a link", () => {
    const chain = listing("bob");
    chain.must(chain.alice, { type: "createInvite", invite: chain.terms("plain") });
    const bob = chain.someone("Bob");
    // The least of many: other work on the machine only adds.
    const least = (come: () => unknown): number =>
      Math.min(
        ...Array.from({ length: 30 }, () => {
          const begun = performance.now();
          come();
          return performance.now() - begun;
        }),
      );
    const ssh = chain.ssh("bob", "list", bob);
    expect(verdict(coming(chain, bob, ssh))).toBe("ok");
    const byLink = least(() => coming(chain, bob, null, "plain"));
    const byKey = least(() => coming(chain, bob, ssh));
    console.log(`to come in, ms: by a link ${byLink.toFixed(2)}, by a key ${byKey.toFixed(2)}`);
    expect(byKey - byLink).toBeLessThan(5);
  });

  it("needs a policy that takes such links: one for other classes of links does not", () => {
    const chain = listing("bob");
    const invite = [...chain.roster.openInvites.values()][0]!;
    expect(letsIn(chain.roster, invite)).toBe(true);
    const { rules, settings } = preset("owner");
    for (const [inviteClass, expected] of [
      ["multi", "not_allowed"],
      ["listed", "ok"],
    ] as const) {
      const policy = { rules: { ...rules, add: { kind: "invite", inviteClass } as const }, settings };
      chain.must(chain.alice, { type: "setPolicy", policy });
      const bob = chain.someone("Bob");
      expect(verdict(coming(chain, bob, chain.ssh("bob", "list", bob)))).toBe(expected);
      expect(letsIn(chain.roster, invite)).toBe(expected === "ok");
    }
  });

  it("RULE ssh.member-only: a link for listed keys gives membership and nothing more (attack A11)", () => {
    const chain = new Chain(crypto);
    const terms = chain.terms("list", { for: { class: "listed" }, role: "admin" });
    expect(verdict(chain.act(chain.alice, { type: "createInvite", invite: terms }))).toBe("invalid_action");
  });
});

describe("the list", () => {
  it("is for those to change who may invite, and for whoever listed a key and nobody used it", () => {
    const chain = listing("bob");
    const admin = chain.add("Adam", "admin");
    expect(verdict(chain.author(admin, chain.allowing("eve")))).toBe("not_allowed");
    expect(verdict(chain.author(admin, chain.disallowing("bob")))).toBe("not_allowed");
    chain.must(chain.alice, { type: "setPolicy", policy: preset("admins:1") });
    chain.must(admin, chain.allowing("carol", "dave"));
    enters(chain, "Dave", "dave");
    chain.must(chain.alice, { type: "setPolicy", policy: preset("owner") });
    expect(verdict(chain.author(admin, chain.disallowing("carol")))).toBe("ok");
    expect(verdict(chain.author(admin, chain.disallowing("carol", "bob")))).toBe("not_allowed");
    expect(verdict(chain.author(admin, chain.disallowing("dave")))).toBe("not_allowed");
    expect(verdict(chain.author(chain.alice, chain.disallowing("dave", "carol", "bob")))).toBe("ok");
    expect(verdict(chain.author(chain.alice, chain.disallowing("nobody's")))).toBe("key_not_listed");
  });

  it("RULE ssh.lister: with whoever goes, or becomes less, go the keys that they listed and nobody used (attacks A40, A43)", () => {
    const gone = (how: "remove" | "setRole" | "leave") => {
      const chain = listing("alices");
      const adam = chain.add("Adam", "admin");
      chain.must(chain.alice, { type: "setPolicy", policy: preset("admins:1") });
      chain.must(adam, chain.allowing("a way back", "used"));
      enters(chain, "Uma", "used");
      const { person } = adam;
      if (how === "leave") chain.must(chain.alice, { type: how, person }, { farewell: chain.farewell(adam) });
      else if (how === "remove") chain.must(chain.alice, { type: how, person, ban: false });
      else chain.must(chain.alice, { type: how, person, role: "member" });
      expect(verdict(enters(chain, "Puppet", "a way back"))).toBe("key_not_listed");
      expect(verdict(enters(chain, "Twin", "used"))).toBe("key_used");
      expect(verdict(enters(chain, "Bob", "alices"))).toBe("ok");
      expect([...chain.roster.listedKeys.values()].map(({ comment }) => comment).sort()).toEqual(["alices", "used"]);
    };
    gone("remove");
    gone("setRole");
    gone("leave");
  });

  it("RULE ssh.lister: what somebody else has listed as well stays, whoever was first, and whoever lists it last", () => {
    const chain = new Chain(crypto, preset("admins:1"));
    const [mallory, adam] = [chain.add("Mallory", "admin"), chain.add("Adam", "admin")];
    const names = () => [...chain.roster.listedKeys.values()].map(({ comment }) => comment).sort();
    chain.must(mallory, chain.allowing("bob", "mallory's"));
    chain.must(chain.alice, chain.allowing("bob", "carol"));
    chain.must(mallory, chain.allowing("bob", "carol"));
    chain.must(adam, chain.allowing("bob"));
    expect(listedKeyOf(chain.roster, chain.sshKey("bob"))?.listers).toEqual(
      [mallory, chain.alice, adam].map(({ person }) => person),
    );
    // One's own right is not enough for what others have listed as well.
    const led = { type: "setPolicy", policy: preset("owner") } as const;
    chain.must(chain.alice, led, { approvals: [chain.approval(adam, led, {}, chain.alice)] });
    expect(verdict(chain.author(adam, chain.disallowing("bob")))).toBe("not_allowed");
    chain.must(chain.alice, { type: "remove", person: mallory.person, ban: false });
    expect(names()).toEqual(["bob", "carol"]);
    chain.must(chain.alice, { type: "setRole", person: adam.person, role: "member" });
    expect(listedKeyOf(chain.roster, chain.sshKey("bob"))?.listers).toEqual([chain.alice.person]);
  });

  it("names at most 8 who listed a key: more change nothing, and are no error", () => {
    const chain = new Chain(crypto);
    const admins = Array.from({ length: MAX_LISTERS + 2 }, (_, at) => chain.add(`Admin ${String(at)}`, "admin"));
    chain.must(chain.alice, { type: "setPolicy", policy: preset("admins:1") });
    for (const admin of admins) chain.must(admin, chain.allowing("bob"));
    expect(listedKeyOf(chain.roster, chain.sshKey("bob"))?.listers).toHaveLength(MAX_LISTERS);
  });

  it("RULE approval.unlisted, RULE approval.listed: no yes brings a key back onto the list, or takes it off a second time (attack A48)", () => {
    const chain = listing();
    const bob = chain.add("Bob");
    chain.must(chain.alice, { type: "setPolicy", policy: preset("everyone") });
    const [on, off] = [chain.allowing("eve"), chain.disallowing("eve")];
    const [toList, early] = [chain.approval(bob, on), chain.approval(chain.alice, off, {}, bob)];
    const lists = (yes: Uint8Array) => verdict(chain.act(chain.alice, on, { approvals: [yes] }));
    const unlists = (yes: Uint8Array) => verdict(chain.act(bob, off, { approvals: [yes] }));
    expect(lists(toList)).toBe("ok");
    // Given before the key was listed: it was to something else.
    expect(unlists(early)).toBe("bad_approval");
    const toUnlist = chain.approval(chain.alice, off, {}, bob);
    expect(unlists(toUnlist)).toBe("ok");
    expect(lists(toList)).toBe("bad_approval");
    expect(lists(chain.approval(bob, on))).toBe("ok");
    expect(unlists(toUnlist)).toBe("bad_approval");
  });

  it(
    "RULE ssh.limit: it has at most 10,000 keys, of which an entry brings 500 (attack A83)",
    { timeout: 60_000 },
    () => {
      const chain = new Chain(crypto, preset("admins:1"));
      const adam = chain.add("Adam", "admin");
      const named = (from: number, count: number) =>
        sortedKeys(
          Array.from({ length: count }, (_, at) => ({
            key: chain.bytes(`key ${String(from + at)}`) as ReturnType<Chain["sshKey"]>,
            comment: "x".repeat(64),
          })),
        );
      expect(verdict(chain.author(chain.alice, { type: "allow", keys: named(0, MAX_KEYS_AT_ONCE + 1) }))).toBe(
        "malformed",
      );
      for (let from = 0; from < MAX_LISTED_KEYS; from += MAX_KEYS_AT_ONCE)
        chain.must(adam, { type: "allow", keys: named(from, MAX_KEYS_AT_ONCE) });
      expect(chain.roster.listedKeys.size).toBe(MAX_LISTED_KEYS);
      expect(verdict(chain.author(chain.alice, { type: "allow", keys: named(MAX_LISTED_KEYS, 1) }))).toBe("key_limit");
      expect(verdict(chain.author(chain.alice, { type: "allow", keys: named(0, 1) }))).toBe("ok");
      chain.must(chain.alice, { type: "disallow", keys: named(0, 1).map(({ key }) => key) });
      expect(verdict(chain.author(chain.alice, { type: "allow", keys: named(MAX_LISTED_KEYS, 1) }))).toBe("ok");
      // With somebody who has listed them all they all go, in one pass.
      const began = performance.now();
      chain.must(chain.alice, { type: "remove", person: adam.person, ban: false });
      const took = performance.now() - began;
      console.log(`to remove who listed 10,000 keys: ${String(Math.round(took))} ms`);
      expect(chain.roster.listedKeys.size).toBe(0);
    },
  );

  it("is one action in one way: in order, no key twice, some key, and comments that hide nothing", () => {
    const chain = listing();
    const good = chain.allowing("a", "b");
    const keys = good.type === "allow" ? good.keys : [];
    const reads = (changed: readonly { key: (typeof keys)[0]["key"]; comment: string }[]) =>
      decodeAction(encodeAction({ type: "allow", keys: changed }), ROOM_VERSION) !== null;
    expect(reads(keys)).toBe(true);
    expect([reads(keys.toReversed()), reads([keys[0]!, keys[0]!]), reads([])]).toEqual([false, false, false]);
    expect(reads([{ ...keys[0]!, comment: "a\u202eb" }])).toBe(false);
    expect(reads([{ ...keys[0]!, comment: "" }])).toBe(true);
    const off = (changed: readonly (typeof keys)[0]["key"][]) =>
      decodeAction(encodeAction({ type: "disallow", keys: changed }), ROOM_VERSION) !== null;
    const plain = keys.map(({ key }) => key);
    expect([off(plain), off(plain.toReversed()), off([])]).toEqual([true, false, false]);
    expect(toHex(plain[0]!) < toHex(plain[1]!)).toBe(true);
  });

  it("one bad comment among good ones spoils the action, and a key named twice is listed once", () => {
    const good = listing().allowing("a", "b");
    const [a, b] = good.type === "allow" ? [good.keys[0]!, good.keys[1]!] : [];
    const spoiled = { type: "allow", keys: [a!, { ...b!, comment: "a\u202eb" }] } as const;
    expect(decodeAction(encodeAction(spoiled), ROOM_VERSION)).toBeNull();
    expect(sortedKeys([b!, a!, b!])).toEqual([a, b]);
  });

  it("a yes to take off a key that is not on it is refused like the rest", () => {
    const chain = listing("bob");
    const adam = chain.add("Adam", "admin");
    chain.must(chain.alice, { type: "setPolicy", policy: preset("admins:2") });
    const off = chain.disallowing("nobody's");
    expect(verdict(chain.act(chain.alice, off, { approvals: [chain.approval(adam, off)] }))).toBe("key_not_listed");
  });
});
