import type { CommitBundle, Context, CoreCryptoModule } from "./coreCrypto.js";
import { type InteropMember, type MadeCommit, wirePerson } from "./interopMember.js";

const EXPORTED_BYTES = 32;
const HEADER_BYTES = 4;

/** A member by core-crypto: one device with its own database in memory, in one group. Each call is a transaction. */
export class CoreCryptoMember implements InteropMember {
  private newest: CommitBundle | null = null;
  private credential: unknown = null;
  private group: unknown = null;

  private constructor(
    private readonly module: CoreCryptoModule,
    private readonly core: ReturnType<CoreCryptoModule["CoreCrypto"]["new"]>,
    readonly number: number,
  ) {}

  /** A device of this number, in no group yet. */
  static async of(module: CoreCryptoModule, suite: number, number: number): Promise<CoreCryptoMember> {
    const member = new CoreCryptoMember(module, module.CoreCrypto.new(await module.Database.inMemory()), number);
    const id = member.clientId(number);
    const transport = {
      sendCommitBundle(bundle: CommitBundle) {
        member.newest = bundle;
        return Promise.resolve();
      },
      prepareForTransport: () => Promise.resolve(new Uint8Array()),
    };
    await member.inside(async (at) => {
      await at.mlsInit(id, transport);
      member.credential = await at.addCredential(module.Credential.basic(suite, id));
    });
    return member;
  }

  keyPackage(): Promise<Uint8Array> {
    return this.inside(async (at) => (await at.generateKeyPackage(this.credential)).serialize());
  }

  create(groupId: Uint8Array): Promise<void> {
    this.group = new this.module.ConversationId(groupId);
    return this.inside((at) => at.createConversation(this.group, this.credential));
  }

  async joinWelcome(groupId: Uint8Array, welcome: Uint8Array): Promise<void> {
    this.group = new this.module.ConversationId(groupId);
    await this.inside((at) => at.processWelcomeMessage(new this.module.Welcome(welcome)));
  }

  joinExternal(groupId: Uint8Array, groupInfo: Uint8Array): Promise<MadeCommit> {
    this.group = new this.module.ConversationId(groupId);
    return this.committed((at) => at.joinByExternalCommit(new this.module.GroupInfo(groupInfo), this.credential));
  }

  commit(): Promise<MadeCommit> {
    return this.committed((at) => at.updateKeyingMaterial(this.group));
  }

  add(keyPackages: readonly Uint8Array[]): Promise<MadeCommit> {
    const added = keyPackages.map((bytes) => new this.module.KeyPackage(bytes));
    return this.committed((at) => at.addClientsToConversation(this.group, added));
  }

  remove(number: number): Promise<MadeCommit> {
    return this.committed((at) => at.removeClientsFromConversation(this.group, [this.clientId(number)]));
  }

  commitPending(): Promise<MadeCommit> {
    return this.committed((at) => at.commitPendingProposals(this.group));
  }

  encrypt(text: Uint8Array): Promise<Uint8Array> {
    return this.inside((at) => at.encryptMessage(this.group, text));
  }

  receive(message: Uint8Array): Promise<Uint8Array | null> {
    return this.inside(async (at) => (await at.decryptMessage(this.group, message)).inner.plaintext ?? null);
  }

  groupInfo(): Uint8Array {
    // Given with the header, taken without it.
    return this.newest!.groupInfo.payload.subarray(HEADER_BYTES);
  }

  exported(): Promise<Uint8Array> {
    return this.inside(async (at) => (await at.exportSecretKey(this.group, EXPORTED_BYTES)).copyBytes());
  }

  private async committed(work: (at: Context) => Promise<unknown>): Promise<MadeCommit> {
    await this.inside(work);
    const { commit, welcome } = this.newest!;
    return { commit, welcome: welcome?.serialize() ?? null };
  }

  private async inside<T>(work: (at: Context) => Promise<T>): Promise<T> {
    let value!: T;
    await this.core.transaction(async (at) => {
      value = await work(at);
    });
    return value;
  }

  private clientId(number: number): unknown {
    const { ClientId, DeviceId, Uuid } = this.module;
    return new ClientId(new Uuid(wirePerson(number)), new DeviceId(BigInt(number)), "wire.com");
  }
}
