import { encode, equalBytes, Writer } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { ExtensionType } from "../src/extension.js";
import {
  type Content,
  type FramedContent,
  framedContentTbs,
  signFramedContent,
  writeAuthData,
  writeContent,
} from "../src/framing.js";
import { Group } from "../src/index.js";
import { writeCredential } from "../src/leafNode.js";
import { decodeMessage, encodeMessage } from "../src/mlsMessage.js";
import { type PrivateMessage, sealPrivateMessage, senderDataKey } from "../src/privateMessage.js";
import type { Proposal } from "../src/proposal.js";
import { publicMessage } from "../src/publicMessage.js";
import {
  code,
  commitOf,
  EMPTY,
  engine,
  forge,
  inside,
  keyPackage,
  ok,
  random,
  reason,
  recordsOf,
  room,
  suite,
  text,
} from "./hostileMember.js";

/** The message with sender data that Alice sealed for it: any leaf, generation 0, no reuse guard. */
function resealSender(alice: Group, message: PrivateMessage, leafIndex: number): Uint8Array {
  const { senderData } = inside(alice).state.secrets;
  const sender = senderDataKey(suite, senderData, message.ciphertext);
  const aad = new Writer().opaque(message.groupId).u64(message.epoch).u8(1).finish();
  const plaintext = new Writer().u32(leafIndex).u32(0).u32(0).finish();
  const encryptedSenderData = nodeCrypto.aeadSeal("aes128gcm", sender.key, sender.nonce, aad, plaintext);
  return encodeMessage({ wireFormat: "private", message: { ...message, encryptedSenderData } });
}

describe("messages (RFC 9420 §6)", () => {
  it("RULE mls.content-signature and RULE mls.membership-tag: an altered public message is refused", () => {
    const { alice, bob } = room();
    const { message } = ok(alice.commit({ wireFormat: "public" }));
    const item = decodeMessage(message);
    if (item.wireFormat !== "public") throw new Error("not public");
    const tampered = { ...item.message, membershipTag: new Uint8Array(32) };
    expect(code(bob.stage(encodeMessage({ wireFormat: "public", message: tampered })))).toBe("bad_membership_tag");
    const { state } = inside(alice);
    const auth = { ...item.message.auth, signature: new Uint8Array(64) };
    const retagged = publicMessage(suite, item.message.content, auth, state.context, state.secrets.membership);
    expect(code(bob.stage(encodeMessage({ wireFormat: "public", message: retagged })))).toBe("bad_signature");
    expect(code(bob.stage(message))).toBe("ok");
  });
  it("RULE mls.right-group: a message for another group is refused", () => {
    const { alice, bob } = room();
    expect(code(bob.stage(forge(alice, commitOf([]), { groupId: text("other") })))).toBe("wrong_group");
  });
  it("RULE mls.application-encrypted: application data in the clear is refused", () => {
    const { alice, bob } = room();
    expect(code(bob.stage(forge(alice, { type: "application", data: text("hi") })))).toBe("not_encrypted");
  });
  it("RULE mls.public-sender: a blank leaf sends nothing", () => {
    const { alice, bob } = room();
    expect(code(bob.stage(forge(alice, commitOf([]), { sender: { type: "member", leafIndex: 3 } })))).toBe(
      "unknown_sender",
    );
  });
  it("RULE mls.current-handshake: a commit of an epoch that is over is refused", () => {
    const { alice, bob } = room();
    const first = ok(alice.commit({}));
    bob.apply(ok(bob.stage(first.message)));
    expect(code(bob.stage(first.message))).toBe("wrong_epoch");
  });
  it("RULE mls.external-sender and RULE mls.proposal-sender: strangers propose only what they may", () => {
    const { alice, bob } = room();
    const remove: Content = { type: "proposal", proposal: { type: "remove", removed: 2 } };
    expect(code(bob.stage(forge(alice, remove, { sender: { type: "external", senderIndex: 0 } })))).toBe(
      "unknown_sender",
    );
    expect(code(bob.stage(forge(alice, remove, { sender: { type: "new_member_proposal" } })))).toBe("proposal_sender");
    const init: Content = { type: "proposal", proposal: { type: "external_init", kemOutput: new Uint8Array(32) } };
    expect(code(bob.stage(forge(alice, init)))).toBe("proposal_sender");
  });
  it("RULE mls.external-sender: one whom the group lists proposes, and so does somebody who asks to be added", () => {
    const stranger = random(32);
    const signatureKey = nodeCrypto.ed25519PublicKey(stranger);
    const senders = encode([{ type: "basic" as const, identity: text("stranger") }], (writer, list) =>
      writer.vector(list, (w, credential) => writeCredential(w.opaque(signatureKey), credential)),
    );
    const { bob } = room([{ type: ExtensionType.externalSenders, data: senders }]);
    const { state } = inside(bob);
    const sent = (key: Uint8Array, sender: FramedContent["sender"], content: Content) => {
      const framed = { ...{ groupId: state.context.groupId, epoch: state.context.epoch }, sender, content };
      const whole = { ...framed, authenticatedData: EMPTY };
      const signature = signFramedContent(suite, "public", whole, state.context, key);
      const auth = { signature, confirmationTag: null };
      const { membership } = state.secrets;
      const message = publicMessage(suite, whole, auth, state.context, membership);
      return code(bob.stage(encodeMessage({ wireFormat: "public", message })));
    };
    const remove: Content = { type: "proposal", proposal: { type: "remove", removed: 2 } };
    expect(sent(stranger, { type: "external", senderIndex: 0 }, remove)).toBe("ok");
    expect(sent(stranger, { type: "external", senderIndex: 1 }, remove)).toBe("unknown_sender");
    expect(sent(random(32), { type: "external", senderIndex: 0 }, remove)).toBe("bad_signature");
    const dave = keyPackage("dave");
    const add: Content = { type: "proposal", proposal: { type: "add", keyPackage: dave.keyPackage } };
    expect(sent(dave.signaturePrivateKey, { type: "new_member_proposal" }, add)).toBe("ok");
    expect(sent(stranger, { type: "new_member_proposal" }, add)).toBe("bad_signature");
    expect(sent(dave.signaturePrivateKey, { type: "new_member_proposal" }, remove)).toBe("proposal_sender");
  });
  it("RULE mls.content-signature: members and who joins sign the group's epoch, and others only the message", () => {
    const [a, b] = [room().alice.view.context, room().alice.view.context];
    const content: Content = { type: "proposal", proposal: { type: "remove", removed: 2 } };
    const isBound = (sender: FramedContent["sender"]): boolean => {
      const framed = { groupId: text("room"), epoch: 1n, sender, authenticatedData: EMPTY, content };
      return !equalBytes(framedContentTbs("public", framed, a), framedContentTbs("public", framed, b));
    };
    expect(isBound({ type: "member", leafIndex: 0 })).toBe(true);
    expect(isBound({ type: "new_member_commit" })).toBe(true);
    expect(isBound({ type: "external", senderIndex: 0 })).toBe(false);
    expect(isBound({ type: "new_member_proposal" })).toBe(false);
  });
  it("RULE mls.current-handshake: nor is a public message of another epoch, whoever sent it", () => {
    const { alice, bob } = room();
    const remove: Content = { type: "proposal", proposal: { type: "remove", removed: 2 } };
    expect(code(bob.stage(forge(alice, remove)))).toBe("ok");
    expect(reason(bob.stage(forge(alice, remove, { epoch: 0n })))).toBe("wrong_epoch: public message");
  });
  it("RULE mls.external-path: an external commit brings its leaf", () => {
    const { alice, bob } = room();
    const init: Proposal = { type: "external_init", kemOutput: new Uint8Array(32) };
    expect(code(bob.stage(forge(alice, commitOf([init]), { sender: { type: "new_member_commit" } })))).toBe(
      "path_required",
    );
  });

  it("RULE mls.private-sender: a blank leaf sends nothing in private either", () => {
    const { alice, bob } = room();
    const { state, secretTree } = inside(alice);
    for (const leafIndex of [3, 2 ** 32 - 1]) {
      const content: FramedContent = {
        groupId: state.context.groupId,
        epoch: state.context.epoch,
        sender: { type: "member", leafIndex: 3 },
        authenticatedData: EMPTY,
        content: { type: "application", data: text("from nobody") },
      };
      const auth = {
        signature: signFramedContent(suite, "private", content, state.context, state.signaturePrivateKey),
        confirmationTag: null,
      };
      const secrets = { senderData: state.secrets.senderData, tree: secretTree };
      const { message } = sealPrivateMessage(suite, secrets, content, auth, (length) => new Uint8Array(length), 0);
      expect(reason(bob.stage(resealSender(alice, message, leafIndex)))).toBe("unknown_sender: private message");
    }
  });
  it("RULE mls.zero-padding: padding that says something is refused", () => {
    const { alice, bob } = room();
    const { state, secretTree } = inside(alice);
    const content: FramedContent = {
      groupId: state.context.groupId,
      epoch: state.context.epoch,
      sender: { type: "member", leafIndex: 0 },
      authenticatedData: EMPTY,
      content: { type: "application", data: text("hi") },
    };
    const signature = signFramedContent(suite, "private", content, state.context, state.signaturePrivateKey);
    const said = writeAuthData(writeContent(new Writer(), content.content), { signature, confirmationTag: null });
    const { key, nonce } = secretTree.next(0, "application").messageKey;
    const header = new Writer().opaque(content.groupId).u64(content.epoch).u8(1).opaque(EMPTY).finish();
    const results = [0, 1].map((last) => {
      const padded = new Writer().fixed(said.finish()).fixed(new Uint8Array(20)).u8(last).finish();
      const ciphertext = nodeCrypto.aeadSeal("aes128gcm", key, nonce, header, padded);
      const message = { groupId: content.groupId, epoch: content.epoch, contentType: "application" as const };
      const sealed = { ...message, authenticatedData: EMPTY, encryptedSenderData: EMPTY, ciphertext };
      return code(bob.stage(resealSender(alice, sealed, 0)));
    });
    expect(results).toEqual(["ok", "bad_padding"]);
  });
  it("RULE mls.own-message: a copy of a member at work is seen, and nobody else can make it look so", () => {
    const { alice, bob } = room();
    const copy = Group.load(engine, recordsOf(alice));
    expect(code(alice.stage(copy.encrypt(text("from the copy")).message))).toBe("own_message");
    expect(code(alice.stage(ok(copy.commit({ wireFormat: "public" })).message))).toBe("own_message");
    // Bob, with the keys that all members share, says that he is Alice.
    const { state, secretTree } = inside(bob);
    const content: FramedContent = {
      groupId: state.context.groupId,
      epoch: state.context.epoch,
      sender: { type: "member", leafIndex: 0 },
      authenticatedData: EMPTY,
      content: { type: "application", data: text("I am a copy") },
    };
    const signature = signFramedContent(suite, "private", content, state.context, state.signaturePrivateKey);
    const secrets = { senderData: state.secrets.senderData, tree: secretTree };
    const sealed = sealPrivateMessage(suite, secrets, content, { signature, confirmationTag: null }, random, 0);
    const item = { wireFormat: "private", message: sealed.message } as const;
    expect(code(alice.stage(encodeMessage(item)))).toBe("bad_signature");
    const claim = forge(bob, commitOf([]), { sender: { type: "member", leafIndex: 0 } });
    expect(code(alice.stage(claim))).toBe("bad_signature");
  });
  it("RULE mls.reinit-ends: after a ReInit nothing more is sent", () => {
    const { alice, bob } = room();
    const reinit = { type: "reinit", groupId: text("next"), version: 1, cipherSuite: 1, extensions: [] } as const;
    const created = ok(alice.commit({ proposals: [reinit] }));
    bob.apply(ok(bob.stage(created.message)));
    alice.apply(created.staged);
    for (const group of [alice, bob]) {
      expect(() => group.encrypt(text("late"))).toThrow("reinitialised");
      expect(() => group.propose({ type: "remove", removed: 2 })).toThrow("reinitialised");
      expect(() => group.proposeUpdate()).toThrow("reinitialised");
      expect(code(group.commit({}))).toBe("reinitialised");
    }
  });
});
