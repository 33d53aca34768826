import { systemRandom } from "@conclave/crypto/node";
import {
  acceptAll,
  type CiphersuiteImpl,
  type ClientConfig,
  type ClientState,
  createApplicationMessage,
  createCommit,
  createGroup,
  createGroupInfoWithExternalPubAndRatchetTree,
  decodeMlsMessage,
  emptyPskIndex,
  encodeMlsMessage,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  type GroupInfo,
  joinGroup,
  joinGroupExternal,
  type MLSMessage,
  processMessage,
  type Proposal,
} from "ts-mls";
import { defaultClientConfig } from "ts-mls/clientConfig.js";
import type { Sample } from "./mlsSample.js";
import type { FilledGroup } from "./mlsTree.js";
import { time } from "./stopwatch.js";

const MESSAGES = 20;
const lifetime = { notBefore: 0n, notAfter: 2n ** 64n - 1n };
const config: ClientConfig = { ...defaultClientConfig, paddingConfig: { kind: "alwaysPad", paddingLength: 0 } };

/** The same rounds as Conclave's, by ts-mls with its default provider (WebCrypto), over its own encoded messages. */
export class TsMlsRounds {
  private constructor(
    private readonly suite: CiphersuiteImpl,
    private acting: ClientState,
    private following: ClientState,
  ) {}

  /** Two members of this group (null: a group of two). */
  static async of(group: FilledGroup | null): Promise<TsMlsRounds> {
    const suite = await getCiphersuiteImpl(getCiphersuiteFromName("MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519"));
    const acting =
      group === null ? await founder(suite) : (await join(suite, decodeInfo(group.groupInfo(true)))).newState;
    const info = await createGroupInfoWithExternalPubAndRatchetTree(acting, [], suite);
    const { newState, publicMessage } = await join(suite, info);
    const message = encode({ version: "mls10", wireformat: "mls_public_message", publicMessage });
    return new TsMlsRounds(suite, await processed(suite, acting, message), newState);
  }

  async round(sample: Sample): Promise<void> {
    await this.commit(sample, "commit", []);
    const bundle = await keyPackage(this.suite);
    const proposal: Proposal = { proposalType: "add", add: { keyPackage: bundle.publicPackage } };
    const welcome = await this.commit(sample, "add", [proposal]);
    const joined = await time(() => {
      const item = decode(welcome!);
      if (item.wireformat !== "mls_welcome") throw new Error("not a Welcome");
      const { publicPackage, privatePackage } = bundle;
      return joinGroup(
        item.welcome,
        publicPackage,
        privatePackage,
        emptyPskIndex,
        this.suite,
        undefined,
        undefined,
        config,
      );
    });
    sample("join by Welcome", joined);
    const removed = joined.value.privatePath.leafIndex;
    await this.commit(sample, "remove", [{ proposalType: "remove", remove: { removed } }]);
    await this.heal();
    await this.external(sample);
    await this.messages(sample);
  }

  private async commit(sample: Sample, name: string, extraProposals: Proposal[]): Promise<Uint8Array | null> {
    const created = await time(async () => {
      const made = await createCommit(
        { state: this.acting, cipherSuite: this.suite },
        { extraProposals, ratchetTreeExtension: true },
      );
      const welcome = made.welcome && encode({ version: "mls10", wireformat: "mls_welcome", welcome: made.welcome });
      return { state: made.newState, message: encode(made.commit), welcome: welcome ?? null };
    });
    sample(`${name}: create`, created);
    const { state, message, welcome } = created.value;
    const followed = await time(() => processed(this.suite, this.following, message));
    sample(`${name}: process`, followed);
    this.acting = state;
    this.following = followed.value;
    return welcome;
  }

  private async external(sample: Sample): Promise<void> {
    const info = await time(async () => {
      const groupInfo = await createGroupInfoWithExternalPubAndRatchetTree(this.acting, [], this.suite);
      return encode({ version: "mls10", wireformat: "mls_group_info", groupInfo });
    });
    sample("group info with the tree", info);
    const joined = await time(async () => {
      const { publicMessage, newState } = await join(this.suite, decodeInfo(info.value));
      return { newState, message: encode({ version: "mls10", wireformat: "mls_public_message", publicMessage }) };
    });
    sample("external join: create", joined);
    const { newState, message } = joined.value;
    const followed = await time(() => processed(this.suite, this.following, message));
    sample("external join: process", followed);
    this.following = followed.value;
    this.acting = await processed(this.suite, this.acting, message);
    const { leafIndex: removed } = newState.privatePath;
    const out = await createCommit(
      { state: this.acting, cipherSuite: this.suite },
      { extraProposals: [{ proposalType: "remove", remove: { removed } }] },
    );
    this.acting = out.newState;
    this.following = await processed(this.suite, this.following, encode(out.commit));
    await this.heal();
  }

  private async heal(): Promise<void> {
    const made = await createCommit({ state: this.following, cipherSuite: this.suite });
    this.following = made.newState;
    this.acting = await processed(this.suite, this.acting, encode(made.commit));
  }

  private async messages(sample: Sample): Promise<void> {
    const data = systemRandom(256);
    const sent: Uint8Array[] = [];
    const send = async () => {
      const { newState, privateMessage } = await createApplicationMessage(this.acting, data, this.suite);
      this.acting = newState;
      sent.push(encode({ version: "mls10", wireformat: "mls_private_message", privateMessage }));
    };
    const receive = async () => {
      this.following = await processed(this.suite, this.following, sent.shift()!);
    };
    await send();
    await receive();
    sample("encrypt 256 B", await time(send, MESSAGES));
    sample("decrypt 256 B", await time(receive, MESSAGES));
  }
}

async function founder(suite: CiphersuiteImpl): Promise<ClientState> {
  const { publicPackage, privatePackage } = await keyPackage(suite);
  return createGroup(systemRandom(16), publicPackage, privatePackage, [], suite, config);
}

async function keyPackage(suite: CiphersuiteImpl) {
  const credential = { credentialType: "basic", identity: systemRandom(16) } as const;
  const capabilities = {
    versions: ["mls10" as const],
    ciphersuites: [suite.name],
    extensions: [],
    proposals: [],
    credentials: ["basic" as const],
  };
  return generateKeyPackage(credential, capabilities, lifetime, [], suite);
}

async function join(suite: CiphersuiteImpl, info: GroupInfo) {
  const { publicPackage, privatePackage } = await keyPackage(suite);
  return joinGroupExternal(info, publicPackage, privatePackage, false, suite, undefined, config);
}

async function processed(suite: CiphersuiteImpl, state: ClientState, bytes: Uint8Array): Promise<ClientState> {
  const message = decode(bytes);
  if (message.wireformat !== "mls_private_message" && message.wireformat !== "mls_public_message")
    throw new Error("not a message of a group");
  return (await processMessage(message, state, emptyPskIndex, acceptAll, suite)).newState;
}

function encode(message: MLSMessage): Uint8Array {
  return encodeMlsMessage(message);
}

function decode(bytes: Uint8Array): MLSMessage {
  const decoded = decodeMlsMessage(bytes, 0);
  if (decoded === undefined) throw new Error("ts-mls does not decode the message");
  return decoded[0];
}

function decodeInfo(bytes: Uint8Array): GroupInfo {
  const item = decode(bytes);
  if (item.wireformat !== "mls_group_info") throw new Error("not a GroupInfo");
  return item.groupInfo;
}
