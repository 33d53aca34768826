import {
  acceptAll,
  type CiphersuiteImpl,
  type ClientState,
  createApplicationMessage,
  createCommit,
  type CreateCommitOptions,
  createGroup,
  createProposal,
  decodeMlsMessage,
  emptyPskIndex,
  encodeMlsMessage,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  joinGroupExternal,
  type KeyPackage,
  type MLSMessage,
  mlsExporter,
  type PrivateKeyPackage,
  processMessage,
  type Proposal,
} from "ts-mls";

const suite: CiphersuiteImpl = await getCiphersuiteImpl(
  getCiphersuiteFromName("MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519"),
);
const lifetime = { notBefore: 0n, notAfter: 2n ** 64n - 1n };

/** A key package of ts-mls, in bytes for others. */
export interface TsMlsNewcomer {
  readonly publicPackage: KeyPackage;
  readonly privatePackage: PrivateKeyPackage;
  readonly encoded: Uint8Array;
}

/** A member whose client is ts-mls: in goes what others sent, in bytes, and out comes what it sends. */
export class TsMlsMember {
  private constructor(private state: ClientState) {}

  static async newcomer(name: string): Promise<TsMlsNewcomer> {
    const credential = { credentialType: "basic", identity: new TextEncoder().encode(name) } as const;
    const capabilities = {
      versions: ["mls10" as const],
      ciphersuites: [suite.name],
      extensions: [],
      proposals: [],
      credentials: ["basic" as const],
    };
    const made = await generateKeyPackage(credential, capabilities, lifetime, [], suite);
    const message = { wireformat: "mls_key_package", keyPackage: made.publicPackage } as const;
    return { ...made, encoded: encodeMlsMessage({ version: "mls10", ...message }) };
  }

  static async found(name: string, groupId: Uint8Array): Promise<TsMlsMember> {
    const { publicPackage, privatePackage } = await TsMlsMember.newcomer(name);
    return new TsMlsMember(await createGroup(groupId, publicPackage, privatePackage, [], suite));
  }

  static async join(newcomer: TsMlsNewcomer, welcome: Uint8Array): Promise<TsMlsMember> {
    const item = decode(welcome);
    if (item.wireformat !== "mls_welcome") throw new Error("not a Welcome");
    const { publicPackage, privatePackage } = newcomer;
    return new TsMlsMember(await joinGroup(item.welcome, publicPackage, privatePackage, emptyPskIndex, suite));
  }

  static async joinExternal(
    name: string,
    groupInfo: Uint8Array,
  ): Promise<{ member: TsMlsMember; message: Uint8Array }> {
    const { publicPackage, privatePackage } = await TsMlsMember.newcomer(name);
    const item = decode(groupInfo);
    if (item.wireformat !== "mls_group_info") throw new Error("not a GroupInfo");
    const joined = await joinGroupExternal(item.groupInfo, publicPackage, privatePackage, false, suite);
    const message = { wireformat: "mls_public_message", publicMessage: joined.publicMessage } as const;
    return { member: new TsMlsMember(joined.newState), message: encodeMlsMessage({ version: "mls10", ...message }) };
  }

  get leafIndex(): number {
    return this.state.privatePath.leafIndex;
  }

  get epoch(): bigint {
    return this.state.groupContext.epoch;
  }

  get epochAuthenticator(): Uint8Array {
    return this.state.keySchedule.epochAuthenticator;
  }

  get isActive(): boolean {
    return this.state.groupActiveState.kind === "active";
  }

  export(label: string, context: Uint8Array, length: number): Promise<Uint8Array> {
    return mlsExporter(this.state.keySchedule.exporterSecret, label, context, length, suite);
  }

  async commit(options: CreateCommitOptions = {}): Promise<{ message: Uint8Array; welcome: Uint8Array | null }> {
    const made = await createCommit(
      { state: this.state, cipherSuite: suite },
      { ratchetTreeExtension: true, ...options },
    );
    this.state = made.newState;
    const { welcome } = made;
    return {
      message: encodeMlsMessage(made.commit),
      welcome: welcome ? encodeMlsMessage({ version: "mls10", wireformat: "mls_welcome", welcome }) : null,
    };
  }

  async propose(proposal: Proposal, isPublic: boolean): Promise<Uint8Array> {
    const { newState, message } = await createProposal(this.state, isPublic, proposal, suite);
    this.state = newState;
    return encodeMlsMessage(message);
  }

  async encrypt(data: Uint8Array): Promise<Uint8Array> {
    const { newState, privateMessage } = await createApplicationMessage(this.state, data, suite);
    this.state = newState;
    return encodeMlsMessage({ version: "mls10", wireformat: "mls_private_message", privateMessage });
  }

  /** Takes any message; gives the data of an application message. */
  async receive(bytes: Uint8Array): Promise<Uint8Array | null> {
    const message = decode(bytes);
    if (message.wireformat !== "mls_private_message" && message.wireformat !== "mls_public_message")
      throw new Error("not a message of a group");
    const result = await processMessage(message, this.state, emptyPskIndex, acceptAll, suite);
    this.state = result.newState;
    return result.kind === "applicationMessage" ? result.message : null;
  }
}

/** The ts-mls form of a key package that came in bytes. */
export function tsMlsKeyPackage(bytes: Uint8Array): KeyPackage {
  const item = decode(bytes);
  if (item.wireformat !== "mls_key_package") throw new Error("not a key package");
  return item.keyPackage;
}

function decode(bytes: Uint8Array): MLSMessage {
  const decoded = decodeMlsMessage(bytes, 0);
  if (decoded === undefined || decoded[1] !== bytes.length) throw new Error("ts-mls does not decode the message");
  return decoded[0];
}
