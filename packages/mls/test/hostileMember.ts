import { decode, Writer, type Result } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { CipherSuite } from "../src/cipherSuite.js";
import type { Commit } from "../src/commit.js";
import { type Content, type FramedContent, type Sender, signFramedContent } from "../src/framing.js";
import { encodeGroupInfo, type GroupInfo, readGroupInfo, signGroupInfo } from "../src/groupInfo.js";
import type { GroupInternals } from "../src/groupInternals.js";
import {
  type Delta,
  type Engine,
  generateKeyPackage,
  Group,
  type KeyPackageBundle,
  type MlsError,
} from "../src/index.js";
import { keyPackageRef } from "../src/keyPackage.js";
import { epochSecrets, welcomeSecret } from "../src/keySchedule.js";
import { decodeMessage, encodeMessage } from "../src/mlsMessage.js";
import { pskSecret } from "../src/preSharedKey.js";
import type { Proposal } from "../src/proposal.js";
import { publicMessage } from "../src/publicMessage.js";
import { type GroupSecrets, readGroupSecrets, welcomeKey, writeGroupSecrets } from "../src/welcome.js";

// A member who breaks one rule at a time: it signs whatever it likes with its own keys, as a hostile member could.

export const lifetime = { notBefore: 0n, notAfter: 2n ** 64n - 1n };
export const EMPTY = new Uint8Array(0);
export const suite = CipherSuite.of(1, nodeCrypto);
export const capabilities = { versions: [1], cipherSuites: [1], extensions: [], proposals: [], credentials: [1] };
export const text = (value: string) => new TextEncoder().encode(value);

let counter = 0;
/** Bytes that never repeat within a file's tests, and are the same in each run. */
export const random = (length: number) => {
  counter++;
  return nodeCrypto.hash("sha512", Uint8Array.of(length, counter & 255, counter >> 8)).slice(0, length);
};

/** The application's verdicts: a test replaces one and puts it back. */
export const application = { vouch: (name: string): boolean => name !== "" };
/** The secret that every pre-shared key of these tests has. */
export const psk = new Uint8Array(32).fill(9);

export const engine: Engine = {
  crypto: nodeCrypto,
  random,
  validateCredential: ({ credential }) =>
    credential.type === "basic" && application.vouch(new TextDecoder().decode(credential.identity)),
  psk: () => psk,
};

export function leaf(name: string) {
  return {
    credential: { type: "basic" as const, identity: text(name) },
    capabilities,
    extensions: [],
    signaturePrivateKey: random(32),
  };
}

export function keyPackage(name: string, over: object = {}) {
  return generateKeyPackage(engine, { ...leaf(name), ...over, suite: 1, lifetime });
}

/** What a group keeps to itself. */
export const inside = (group: Group) => (group as unknown as { inner: GroupInternals }).inner;

/** Makes a member's own copy of the engine lie: `over` replaces some of its primitives. */
export function corrupt(group: Group, over: Partial<Engine["crypto"]>): void {
  const crypto = { ...nodeCrypto, ...over };
  const { engine: honest, ...rest } = inside(group);
  const inner = { ...rest, engine: { ...honest, crypto }, suite: CipherSuite.of(1, crypto) };
  Object.assign(group, { inner });
}

export function ok<T>(result: Result<T, MlsError>): T {
  if (!result.ok) throw result.error;
  return result.value;
}

export const code = (result: Result<unknown, MlsError>) => (result.ok ? "ok" : result.error.code);
/** Code and detail: for rules that share a code with others. */
export const reason = (result: Result<unknown, MlsError>) => (result.ok ? "ok" : result.error.message);

export interface Room {
  alice: Group;
  bob: Group;
  carol: Group;
}

/** Alice, Bob and Carol at leaves 0, 1 and 2, after one commit of Alice's with a path; all read these credential types. */
export function room(extensions = [] as { type: number; data: Uint8Array }[], credentials = [1]): Room {
  const over = { capabilities: { ...capabilities, credentials } };
  const { group: alice } = Group.create(engine, {
    groupId: text("room"),
    suite: 1,
    leaf: { ...leaf("alice"), ...over, lifetime },
    extensions,
  });
  const bundles = ["bob", "carol"].map((name) => keyPackage(name, over));
  const added = ok(
    alice.commit({ proposals: bundles.map((bundle) => ({ type: "add", keyPackage: bundle.keyPackage })) }),
  );
  alice.apply(added.staged);
  const [bob, carol] = bundles.map(
    (bundle) => ok(Group.join(engine, { welcome: added.welcome!, keyPackage: bundle })).group,
  ) as [Group, Group];
  return { alice, bob, carol };
}

/** A public message that its member signs and tags rightly, whatever it says. */
export function forge(
  group: Group,
  content: Content,
  over: { sender?: Sender; epoch?: bigint; groupId?: Uint8Array; confirmationTag?: Uint8Array } = {},
) {
  const { state } = inside(group);
  const framed: FramedContent = {
    groupId: over.groupId ?? state.context.groupId,
    epoch: over.epoch ?? state.context.epoch,
    sender: over.sender ?? { type: "member", leafIndex: state.ownLeaf },
    authenticatedData: EMPTY,
    content,
  };
  const signature = signFramedContent(suite, "public", framed, state.context, state.signaturePrivateKey);
  const auth = {
    signature,
    confirmationTag: content.type === "commit" ? (over.confirmationTag ?? new Uint8Array(32)) : null,
  };
  return encodeMessage({
    wireFormat: "public",
    message: publicMessage(suite, framed, auth, state.context, state.secrets.membership),
  });
}

export const commitOf = (proposals: Proposal[], path: Commit["path"] = null): Content => ({
  type: "commit",
  commit: { proposals: proposals.map((proposal) => ({ type: "proposal", proposal })), path },
});

/** An honest public commit of Alice's, taken apart, altered and signed again. */
export function altered(alice: Group, alter: (commit: Commit) => Commit, confirmationTag?: Uint8Array): Uint8Array {
  const { message } = ok(alice.commit({ wireFormat: "public" }));
  const item = decodeMessage(message);
  if (item.wireFormat !== "public" || item.message.content.content.type !== "commit") throw new Error("not a commit");
  const tag = confirmationTag ?? item.message.auth.confirmationTag!;
  return forge(alice, { type: "commit", commit: alter(item.message.content.content.commit) }, { confirmationTag: tag });
}

/** What a committer may change in the Welcome it makes. */
export interface WelcomeChange {
  secrets?: (secrets: GroupSecrets) => Partial<GroupSecrets>;
  info?: (info: GroupInfo) => Partial<GroupInfo>;
  /** Change the tag too, which is otherwise made again so that it fits. */
  tag?: Uint8Array;
}

/** A Welcome of Alice's to one newcomer, opened, changed, confirmed, signed and sealed again by Alice. */
export function alteredWelcome(
  alice: Group,
  newcomer: KeyPackageBundle,
  welcome: Uint8Array,
  change: WelcomeChange,
): Uint8Array {
  const item = decodeMessage(welcome);
  if (item.wireFormat !== "welcome") throw new Error("not a welcome");
  const { encryptedGroupInfo, secrets } = item.message;
  const sealed = secrets[0]!.encryptedGroupSecrets;
  const opened = suite.decryptWithLabel(newcomer.initPrivateKey, "Welcome", encryptedGroupInfo, sealed)!;
  const before = whole(opened, readGroupSecrets);
  const aead = suite.algorithms.aead;
  const zero = pskSecret(suite, []);
  const old = welcomeKey(suite, welcomeSecret(suite, before.joinerSecret, zero));
  const info = whole(nodeCrypto.aeadOpen(aead, old.key, old.nonce, EMPTY, encryptedGroupInfo)!, readGroupInfo);

  const after = { ...before, ...change.secrets?.(before) };
  const used = pskSecret(
    suite,
    after.psks.map((id) => ({ id, secret: psk })),
  );
  const content = { ...info, ...change.info?.(info) };
  const { confirmation } = epochSecrets(suite, after.joinerSecret, used, content.groupContext);
  const confirmationTag = change.tag ?? suite.mac(confirmation, content.groupContext.confirmedTranscriptHash);
  const signed = signGroupInfo(suite, { ...content, confirmationTag }, inside(alice).state.signaturePrivateKey);
  const { key, nonce } = welcomeKey(suite, welcomeSecret(suite, after.joinerSecret, used));
  const newInfo = nodeCrypto.aeadSeal(aead, key, nonce, EMPTY, encodeGroupInfo(signed));
  const { initKey } = newcomer.keyPackage;
  const plaintext = writeGroupSecrets(new Writer(), after).finish();
  const encryptedGroupSecrets = suite.encrypterWithLabel("Welcome", newInfo)(initKey, plaintext, random)!;
  const newMember = keyPackageRef(suite, newcomer.keyPackage);
  return encodeMessage({
    wireFormat: "welcome",
    message: { cipherSuite: 1, secrets: [{ newMember, encryptedGroupSecrets }], encryptedGroupInfo: newInfo },
  });
}

/** A GroupInfo of Alice's, changed and signed again by Alice. */
export function alteredGroupInfo(alice: Group, change: (info: GroupInfo) => Partial<GroupInfo>): Uint8Array {
  const item = decodeMessage(alice.view.groupInfo());
  if (item.wireFormat !== "groupInfo") throw new Error("not a group info");
  const { signaturePrivateKey } = inside(alice).state;
  const message = signGroupInfo(suite, { ...item.message, ...change(item.message) }, signaturePrivateKey);
  return encodeMessage({ wireFormat: "groupInfo", message });
}

function whole<T>(bytes: Uint8Array, read: Parameters<typeof decode<T>>[1]): T {
  const decoded = decode(bytes, read);
  if (!decoded.ok) throw decoded.error;
  return decoded.value;
}

/** All records of a group as it stands: what a copy of the device would hold. */
export function recordsOf(group: Group): Iterable<readonly [string, Uint8Array]> {
  const { began } = Group as unknown as { began: (inner: GroupInternals) => { delta: Delta } };
  return began(inside(group)).delta.put;
}
