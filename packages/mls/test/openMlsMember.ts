import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type * as openMls from "openmls-wasm";
import type { KeyPackage } from "../src/index.js";

/** What the package's module for its WebAssembly file exports: the same as the package, and how to set the instance. */
type Binding = typeof openMls & { __wbg_set_wasm(exports: WebAssembly.Exports): void };

const { resolve } = createRequire(import.meta.url);
const binding = (await import(resolve("openmls-wasm/openmls_wasm_bg.js"))) as Binding;
const file = readFileSync(resolve("openmls-wasm/openmls_wasm_bg.wasm"));
const { instance } = await WebAssembly.instantiate(file, { "./openmls_wasm_bg.js": { ...binding } });
binding.__wbg_set_wasm(instance.exports);
(instance.exports["__wbindgen_start"] as () => void)();

/** How openmls stores a key package of its own, as far as it is needed. */
interface StoredKeyPackage {
  payload: {
    init_key: { key: Vec };
    leaf_node: {
      payload: {
        encryption_key: { key: Vec };
        signature_key: { value: Vec };
        credential: { serialized_credential_content: Vec };
        capabilities: { ciphersuites: number[] };
        leaf_node_source: { KeyPackage: { not_before: number; not_after: number } };
      };
      signature: { value: Vec };
    };
  };
  signature: { value: Vec };
}
interface Vec {
  vec: number[];
}

/** A client with openmls-wasm: suite 3, and a store in the instance's memory. */
export class OpenMlsClient {
  private readonly provider: openMls.Provider = new binding.Provider();
  private readonly identity: openMls.Identity;

  constructor(readonly name: string) {
    this.identity = new binding.Identity(this.provider, name);
  }

  found(groupId: string): OpenMlsMember {
    return new OpenMlsMember(
      this.provider,
      this.identity,
      binding.Group.create_new(this.provider, this.identity, groupId),
    );
  }

  /** A key package, both as openmls's own object and as we would have decoded it. */
  newcomer() {
    const own = this.identity.key_package(this.provider);
    return { own, keyPackage: readFromStore(this.name) };
  }

  /** Joins by a Welcome that holds the tree, or with the tree of a member. */
  join(welcome: Uint8Array, member?: OpenMlsMember): OpenMlsMember {
    // The function wants a tree in any case, and takes the Welcome's own where it has one.
    const tree = member?.tree() ?? new OpenMlsClient("nobody").found("nowhere").tree();
    return new OpenMlsMember(this.provider, this.identity, binding.Group.join(this.provider, welcome, tree));
  }
}

/** A member whose client is openmls-wasm. */
export class OpenMlsMember {
  constructor(
    private readonly provider: openMls.Provider,
    private readonly identity: openMls.Identity,
    private readonly group: openMls.Group,
  ) {}

  tree() {
    return this.group.export_ratchet_tree();
  }

  export(label: string, context: Uint8Array, length: number): Uint8Array {
    return this.group.export_key(this.provider, label, context, length);
  }

  encrypt(data: Uint8Array): Uint8Array {
    return this.group.create_message(this.provider, this.identity, data);
  }

  receive(message: Uint8Array): Uint8Array {
    return this.group.process_message(this.provider, message);
  }

  /** Adds another client of openmls: a proposal, and a commit that names it. */
  add(newcomer: ReturnType<OpenMlsClient["newcomer"]>) {
    const { proposal, commit, welcome } = this.group.propose_and_commit_add(this.provider, this.identity, newcomer.own);
    this.group.merge_pending_commit(this.provider);
    return { proposal, commit, welcome };
  }
}

// openmls-wasm 0.1.0 has no function that gives a key package's bytes. But its store keeps it as JSON in the instance's
// memory, where it can be read: the last one of that name.
function readFromStore(name: string): KeyPackage {
  const memory = Buffer.from((instance.exports["memory"] as WebAssembly.Memory).buffer);
  const start = '{"key_package":';
  for (let at = memory.lastIndexOf(start); at !== -1; at = memory.lastIndexOf(start, at - 1)) {
    const text = memory.subarray(at + start.length, memory.indexOf(',"private_init_key"', at)).toString("latin1");
    const keyPackage = parsed(text);
    if (keyPackage?.leafNode.credential.type !== "basic") continue;
    if (new TextDecoder().decode(keyPackage.leafNode.credential.identity) === name) return keyPackage;
  }
  throw new Error("openmls's store has changed its form");
}

// Memory that was freed may hold the beginning of what stood there: such a piece is no JSON, and is passed over.
function parsed(text: string): KeyPackage | null {
  let stored: StoredKeyPackage;
  try {
    stored = JSON.parse(text) as StoredKeyPackage;
  } catch {
    return null;
  }
  const { payload, signature } = stored;
  const leaf = payload.leaf_node.payload;
  const { not_before: notBefore, not_after: notAfter } = leaf.leaf_node_source.KeyPackage;
  const capabilities = {
    versions: [1],
    cipherSuites: leaf.capabilities.ciphersuites,
    extensions: [],
    proposals: [],
    credentials: [1],
  };
  return {
    version: 1,
    cipherSuite: 3,
    initKey: bytes(payload.init_key.key),
    leafNode: {
      encryptionKey: bytes(leaf.encryption_key.key),
      signatureKey: bytes(leaf.signature_key.value),
      credential: { type: "basic", identity: bytes(leaf.credential.serialized_credential_content) },
      capabilities,
      source: { type: "key_package", lifetime: { notBefore: BigInt(notBefore), notAfter: BigInt(notAfter) } },
      extensions: [],
      signature: bytes(payload.leaf_node.signature.value),
    },
    extensions: [],
    signature: bytes(signature.value),
  };
}

const bytes = ({ vec }: Vec): Uint8Array => Uint8Array.from(vec);
