import { nodeCrypto } from "@conclave/crypto/node";
import type { NamedSshKey } from "@conclave/protocol";
import { SshKey, sshSignedBytes } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { MAX_SSH_PASSES } from "../src/store/sshPasses.js";
import { type Home, World } from "./world.js";

const host = "https://chat.example";
const seedOf = (name: string) => nodeCrypto.hash("sha256", new TextEncoder().encode(`ssh ${name}`));
const keyOf = (name: string): NamedSshKey => ({
  key: SshKey.of(nodeCrypto.ed25519PublicKey(seedOf(name))),
  comment: `${name}@laptop`,
});

/** What the SSH key of this name signs, as ssh-agent would. */
function signed(name: string, message: Uint8Array) {
  const signature = nodeCrypto.ed25519Sign(seedOf(name), sshSignedBytes(nodeCrypto, message, "sha512"));
  return { key: keyOf(name).key, hash: "sha512", signature } as const;
}

async function listed(mode: "direct" | "ask" = "direct") {
  const world = new World();
  const alice = world.home();
  await alice.open();
  await alice.found("Garden", "Alice");
  const options = { label: "keys", for: { class: "listed" }, notAfter: null, mode, host } as const;
  const { link } = await world.get(alice.room.createInvite(options));
  await world.get(alice.room.allowKeys([keyOf("bob"), keyOf("carol")]));
  return { world, alice, link: link! };
}

async function comes(world: World, home: Home, link: string, key: string, name = "Bob") {
  const invited = await world.get(home.client.previewInvite(link));
  const message = await world.get(invited.prepareKey());
  return world.run(invited.accept(name, "", { signature: signed(key, message) }));
}

describe("joining with a listed SSH key", () => {
  it("lets in its owner, and everybody sees by which key, and who had listed it", async () => {
    const { world, alice, link } = await listed();
    const bob = world.home();
    await bob.open();
    expect((await world.get(bob.client.previewInvite(link))).needsKey).toBe(true);
    expect(await comes(world, bob, link, "bob")).toMatchObject({ ok: true });
    await world.until(() => alice.room.members().length === 2 && bob.room.status().isConfirmed);
    for (const home of [alice, bob])
      expect(home.room.decisions().at(-1)?.right.sshKey).toMatchObject({
        comment: "bob@laptop",
        listedBy: { name: "Alice" },
      });
    expect(
      alice.room
        .sshKeys()
        .map(({ comment, usedBy }) => [comment, usedBy?.name])
        .sort(),
    ).toEqual([
      ["bob@laptop", "Bob"],
      ["carol@laptop", undefined],
    ]);
    // After a restart the decision still says so.
    bob.kill();
    await bob.open();
    expect(bob.room.decisions().at(-1)?.right.sshKey?.fingerprint).toMatch(/^SHA256:.{43}$/u);
  });

  it("without a signature, with another's, or with a key that is used or not listed, nobody comes in and nothing is stored", async () => {
    const { world, link } = await listed();
    const [bob, eve] = [world.home(), world.home()];
    await bob.open();
    await eve.open();
    const invited = await world.get(eve.client.previewInvite(link));
    const refusal = (code: string) => ({ ok: false, error: { kind: "refused", rejection: { code } } });
    expect(await world.run(invited.accept("Eve"))).toMatchObject(refusal("bad_ssh_signature"));
    expect(await comes(world, eve, link, "eve", "Eve")).toMatchObject(refusal("key_not_listed"));
    // Bob's message, signed by Bob: it is for his leaf.
    const bobs = await world.get(bob.client.previewInvite(link));
    const message = await world.get(bobs.prepareKey());
    expect(await world.run(invited.accept("Eve", "", { signature: signed("bob", message) }))).toMatchObject(
      refusal("bad_ssh_signature"),
    );
    expect(eve.client.rooms()).toEqual([]);
    expect(await comes(world, bob, link, "bob")).toMatchObject({ ok: true });
    expect(await comes(world, eve, link, "bob", "Eve")).toMatchObject(refusal("key_used"));
  });

  it("RULE client.ssh-once: what is to be signed is the same after a crash, and another one once it was used", async () => {
    const { world, alice, link } = await listed();
    const bob = world.home();
    await bob.open();
    const before = await world.get((await world.get(bob.client.previewInvite(link))).prepareKey());
    bob.kill();
    await bob.open();
    const invited = await world.get(bob.client.previewInvite(link));
    expect(await world.get(invited.prepareKey())).toEqual(before);
    await world.get(invited.accept("Bob", "", { signature: signed("bob", before) }));
    await world.until(() => alice.room.members().length === 2);
    expect([...bob.disk.records.keys()].filter((key) => key.startsWith("ssh-pass/"))).toEqual([]);
  });

  it("RULE client.ssh-one: who asks twice at once what is to be signed gets the same, and comes in by it", async () => {
    const { world, link } = await listed();
    const bob = world.home();
    await bob.open();
    const [first, second] = [
      await world.get(bob.client.previewInvite(link)),
      await world.get(bob.client.previewInvite(link)),
    ];
    const messages = [first, first, second].map((invited) => world.get(invited.prepareKey()));
    const [one, two, three] = await Promise.all(messages);
    expect([two, three]).toEqual([one, one]);
    expect(await world.run(second.accept("Bob", "", { signature: signed("bob", one!) }))).toMatchObject({ ok: true });
  });

  it("keeps 16 that nobody used, and forgets the oldest", async () => {
    const { world, alice, link } = await listed();
    const bob = world.home();
    await bob.open();
    const prepares = async (to: string) => {
      await world.get((await world.get(bob.client.previewInvite(to))).prepareKey());
      return [...bob.disk.records.keys()].filter((key) => key.startsWith("ssh-pass/"));
    };
    const [oldest] = await prepares(link);
    for (let at = 0; at < MAX_SSH_PASSES; at++) {
      await world.pass(1000);
      const options = { label: String(at), for: { class: "listed" }, notAfter: null, mode: "direct", host } as const;
      const kept = await prepares((await world.get(alice.room.createInvite(options))).link!);
      expect(kept.length).toBeLessThanOrEqual(MAX_SSH_PASSES);
      expect(kept.includes(oldest!)).toBe(at < MAX_SSH_PASSES - 1);
    }
  });

  it("survives a race: somebody else's commit comes first, and nothing is signed again", async () => {
    const { world, alice, link } = await listed();
    const bob = world.home();
    await bob.open();
    const invited = await world.get(bob.client.previewInvite(link));
    const message = await world.get(invited.prepareKey());
    // The slot that Bob has read is out of date by the time he comes.
    await world.get(alice.room.decide({ type: "setTitle", title: "Orchard" }));
    await world.get(invited.accept("Bob", "", { signature: signed("bob", message) }));
    await world.until(() => alice.room.members().length === 2 && bob.room.status().isConfirmed);
    expect(bob.room.title).toBe("Orchard");
  });

  it("to ask takes a key too, and whoever lets them in uses it up", async () => {
    const { world, alice, link } = await listed("ask");
    const bob = world.home();
    await bob.open();
    expect(await comes(world, bob, link, "eve")).toMatchObject({ error: { rejection: { code: "key_not_listed" } } });
    expect(await comes(world, bob, link, "bob")).toMatchObject({ ok: true });
    const [request] = await world.get(alice.room.requests());
    await world.get(alice.room.admit(request!.id));
    await world.until(() => bob.room.status().standing === "member");
    expect(alice.room.decisions().at(-1)?.right.sshKey).toMatchObject({ comment: "bob@laptop" });
  });

  it("the list takes many keys in few decisions, leaves out what is there, and gives keys back", async () => {
    const { world, alice } = await listed();
    const many = Array.from({ length: 600 }, (_, at) => keyOf(`many ${String(at)}`));
    const before = alice.room.decisions().length;
    expect(await world.get(alice.room.allowKeys([...many, keyOf("bob")]))).toMatchObject({ count: 600, left: 0 });
    expect(alice.room.decisions().length - before).toBe(3);
    expect(await world.get(alice.room.allowKeys(many))).toEqual({ progress: null, count: 0, left: 0 });
    expect(await world.get(alice.room.disallowKeys(many.map(({ key }) => key)))).toMatchObject({ count: 600 });
    expect(alice.room.sshKeys()).toHaveLength(2);
  });
});
