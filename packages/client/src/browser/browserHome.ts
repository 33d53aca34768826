import { done, failed, type Result } from "@conclave/codec";
import { webCrypto } from "@conclave/crypto/web";
import { openClient } from "../home/homeClient.js";
import type { HeldLock } from "../ports/lock.js";
import { systemClock, systemRandom } from "../ports/system.js";
import { IDENTITY_KEY } from "../store/homeKey.js";
import type { Client, OpenOptions, OpenProblem } from "../api/client.js";
import { IndexedDbStorage } from "./indexedDbStorage.js";
import { SealedStorage } from "./sealedStorage.js";
import { StorageError } from "./storageError.js";
import { isSecret, type Secret } from "./vault/secret.js";
import { type HomeState, readHomeState, storeOf } from "./vault/homeState.js";
import { Vault } from "./vault/vault.js";
import type { VaultStore } from "./vault/vaultStore.js";
import { makeVolume, openVolume, type Volume } from "./vault/volume.js";
import { WebLock } from "./webLock.js";
import { WebSocketTransport } from "./webSocketTransport.js";

/** What to do with a home. `protect` is the first slot of a new volume; the device slot when left out. */
export type HomeIntent =
  /** Open what is there. */
  | { readonly kind: "open"; readonly secret?: Secret }
  /** Begin with a new person, where there is no home. */
  | { readonly kind: "create"; readonly protect?: Secret }
  /**
   * Bring a person back by the 24 words. Where a home opens by itself, it is opened if it is this person's. Where none
   * can be opened, a new one begins, and what is there is set aside or, where so asked, erased.
   */
  | {
      readonly kind: "recover";
      readonly phrase: string;
      readonly protect?: Secret;
      readonly unusable?: "set_aside" | "erase";
    };

/** Why a home was not opened. */
export type HomeProblem =
  | OpenProblem
  /** The page came over plain http from another machine: browsers give such pages neither locks nor keys. */
  | "insecure_page"
  /** There is no home: create or recover one. */
  | "none"
  /** A secret is needed. */
  | "locked"
  /** The secret does not open it. */
  | "wrong_secret"
  /** There is no slot for such a secret. */
  | "no_such_slot"
  /** An empty or too long passphrase, or not 32 bytes from a passkey. */
  | "malformed_secret"
  /** Keys or data are gone: recover. */
  | "keys_missing"
  /** What is stored was changed or spoiled: recover. */
  | "damaged"
  /** There is a home already: open it. */
  | "exists";

/** An open home. With `client.close()` the home is free again; `vault` changes what opens it. */
export interface OpenedHome {
  readonly client: Client;
  readonly vault: Vault;
}

/** A recovery phrase goes through the intent. */
export interface HomeOptions extends Omit<OpenOptions, "recoveryPhrase"> {
  /** Another tab has the home open and hangs: take it over. From then on that tab can store, and so send, nothing. */
  readonly takeOver?: boolean;
}

/**
 * Opens a home in this browser, for a dedicated worker: takes its lock, opens its volume by a secret, and hands the
 * sealed storage and the browser's own ports to `openClient`. Rejects when the browser denies storage, or when its
 * content is from a newer version.
 * @param name 1 to 32 of a-z, 0-9 and `-`: the same home in every tab of the origin.
 * @throws RangeError for another name.
 */
export async function openBrowserHome(
  name: string,
  intent: HomeIntent,
  options: HomeOptions = {},
): Promise<Result<OpenedHome, HomeProblem>> {
  const store = storeOf(name);
  if (!globalThis.isSecureContext) return failed("insecure_page");
  // RULE: vault.one-writer: not even the slots are read before the home is ours alone (attack A65).
  const lock = await new WebLock(name, options.takeOver).take();
  if (!lock) return failed("in_use");
  let opened: Result<OpenedHome, HomeProblem> | null = null;
  try {
    opened = await new HomeOpener(store, lock, options).open(intent);
    return opened;
  } finally {
    if (opened?.ok !== true) await lock.release();
  }
}

/**
 * Deletes a home from this browser, keys first; or only what recoveries set aside. Close the client before.
 * Nothing brings it back but the recovery words.
 */
export async function eraseBrowserHome(
  name: string,
  what: "everything" | "set_aside",
): Promise<Result<undefined, "in_use">> {
  const store = storeOf(name);
  const lock = await new WebLock(name).take();
  if (!lock) return failed("in_use");
  try {
    if (what === "everything") await store.erase();
    else await dropSetAside(store);
    return done(undefined);
  } finally {
    await lock.release();
  }
}

/** Opens one home whose lock is held. */
class HomeOpener {
  constructor(
    private readonly store: VaultStore,
    private readonly lock: HeldLock,
    private readonly options: HomeOptions,
  ) {}

  async open(intent: HomeIntent): Promise<Result<OpenedHome, HomeProblem>> {
    const { current, state, making } = await readHomeState(this.store);
    if (making !== null) await this.store.drop(making);
    if (intent.kind === "open") return this.openCurrent(current, state.state, intent.secret, null);
    // RULE: vault.no-quiet-start: where a home was, a new person begins only after the old one is given up by name (attack A102).
    if (intent.kind === "create") {
      if (state.state === "none") return this.begin(intent.protect, null);
      return failed(state.state === "keys_missing" ? "keys_missing" : "exists");
    }
    if (state.state === "ready") {
      const found = await this.openCurrent(current, state.state, undefined, intent.phrase);
      if (found.ok || (found.error !== "keys_missing" && found.error !== "damaged")) return found;
    }
    const begun = await this.begin(intent.protect, intent.phrase);
    if (begun.ok && intent.unusable === "erase") await dropSetAside(this.store);
    return begun;
  }

  private async openCurrent(
    volume: Volume | null,
    state: HomeState["state"],
    secret: Secret | undefined,
    phrase: string | null,
  ): Promise<Result<OpenedHome, HomeProblem>> {
    if (state === "none" || state === "keys_missing" || !volume) return failed(absence(state));
    if (!secret && state === "locked") return failed("locked");
    if (secret && !isSecret(secret)) return failed("malformed_secret");
    const key = await openVolume(volume, secret ?? { kind: "device" }, false);
    if (typeof key !== "string") return this.openVolumeClient(volume, key, phrase, true);
    if (secret) return failed(key);
    // A device slot that does not open was made by another browser, or spoiled: nobody typed anything wrong.
    const { slots } = volume;
    return failed(slots.some(({ lock }) => lock.kind !== "device") ? "locked" : "keys_missing");
  }

  /** A new volume takes the place of whatever was there only when the person is in it and durable. */
  private async begin(
    protect: Secret = { kind: "device" },
    phrase: string | null,
  ): Promise<Result<OpenedHome, HomeProblem>> {
    if (!isSecret(protect)) return failed("malformed_secret");
    const { volume, key } = await makeVolume(protect);
    await this.store.begin(volume.id);
    const opened = await this.openVolumeClient(volume, key, phrase, false);
    if (!opened.ok) {
      await this.store.drop(volume.id);
      return opened;
    }
    try {
      await this.store.finish(volume);
    } catch (error) {
      await opened.value.client.close();
      throw error;
    }
    return opened;
  }

  private async openVolumeClient(
    volume: Volume,
    key: CryptoKey,
    phrase: string | null,
    isOld: boolean,
  ): Promise<Result<OpenedHome, HomeProblem>> {
    // RULE: vault.at-rest: the client sees no other storage, so that nothing of a home is on the disk in clear.
    const storage = new SealedStorage(await IndexedDbStorage.open(this.store.records(volume.id)), key);
    const vault = new Vault(this.store, volume, () => storage.commit([]));
    let isOpen = false;
    const release = async () => {
      // Until the client stands the lock stays with `openBrowserHome`, which may have another volume to try.
      if (!isOpen) return;
      await vault.close();
      await this.lock.release();
    };
    const ports = {
      ...{ storage, transport: new WebSocketTransport(), crypto: webCrypto },
      ...{ clock: systemClock, random: systemRandom, lock: { take: () => Promise.resolve({ release }) } },
    };
    try {
      // An old volume without its person was emptied behind our back; to go on would make a new person of it (attack A102).
      const isEmptied = isOld && (await storage.get(IDENTITY_KEY)) === null;
      const opened = isEmptied
        ? failed("keys_missing" as const)
        : await openClient(ports, { ...this.options, ...(phrase === null ? {} : { recoveryPhrase: phrase }) });
      isOpen = opened.ok;
      if (opened.ok) return done({ client: opened.value, vault });
      await storage.close();
      return opened;
    } catch (error) {
      await storage.close();
      if (error instanceof StorageError && error.reason === "damaged") return failed("damaged");
      throw error;
    }
  }
}

function absence(state: HomeState["state"]): "none" | "keys_missing" {
  return state === "none" ? "none" : "keys_missing";
}

async function dropSetAside(store: VaultStore): Promise<void> {
  const { current } = await readHomeState(store);
  if (!current) return;
  for (const id of await store.volumes()) if (id !== current.id) await store.drop(id);
}
