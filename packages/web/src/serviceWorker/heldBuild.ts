import { MANIFEST } from "@conclave/client/pure";
import { type BuildManifest, readAtMost, readManifest, sha256 } from "../trust/buildManifest.js";
import type { Offer, Pin } from "../trust/pin.js";
import type { PinStore } from "./pinStore.js";

const MINUTE_MS = 60_000;
/** Starts without a sign of life, for a minute or more, after which a build counts as broken. */
const BROKEN = 3;

/** The build that this browser holds on to, and what the host offers instead. Calls must not overlap: see serviceWorker.ts. */
export class HeldBuild {
  constructor(
    private readonly base: URL,
    private readonly store: PinStore,
  ) {}

  pin(): Promise<Pin | null> {
    return this.store.read();
  }

  /** Reads the pin again the next time. */
  forget(): void {
    this.store.forget();
  }

  /** The first time: fetches what the host serves, whole, and holds it. Rejects when the files are not what the manifest says. */
  async install(): Promise<void> {
    if (await this.store.read()) return;
    const response = await this.fetch(MANIFEST);
    const connect = connectSourcesOf(response);
    const manifest = response.ok ? await readManifest(response) : null;
    if (!manifest || !(await this.collect(manifest, null))) throw new Error("the host's pages are not whole");
    const { build, version } = manifest;
    const now = Date.now();
    const silent = { starts: 0, since: now };
    await this.store.write({ build, version, since: now, previous: null, offer: null, connect, silent });
  }

  /** Looks at what the host serves now. An answer that does not come, or no manifest at all, changes nothing. */
  async check(): Promise<void> {
    const pin = await this.store.read();
    if (!pin) {
      await this.install();
      return;
    }
    const response = await this.fetch(MANIFEST).catch(() => null);
    if (!response?.ok) return;
    const connect = connectSourcesOf(response);
    const manifest = await readManifest(response);
    if (manifest?.build === pin.build) {
      await this.store.write({ ...pin, connect, offer: null });
    } else if (!manifest) {
      await this.store.write({ ...pin, offer: this.offer(pin, "unreadable-manifest", "", "unreadable") });
    } else if (manifest.build !== pin.offer?.build || pin.offer.fault !== null) {
      const isWhole = await this.collect(manifest, pin.build);
      const offer = this.offer(pin, manifest.build, manifest.version, isWhole ? null : "files_differ");
      await this.store.write({ ...pin, connect, offer });
    }
    await this.tidy();
  }

  // RULE: web.pinned: another build never takes over by itself: the person takes it, or keeps the one they have (attack A86).
  /** The person takes the offered build. */
  async accept(build: string): Promise<void> {
    const pin = await this.store.read();
    if (pin?.offer?.build !== build || pin.offer.fault !== null) return;
    const { version } = pin.offer;
    const now = Date.now();
    const silent = { starts: 0, since: now };
    await this.store.write({ ...pin, build, version, since: now, previous: pin.build, offer: null, silent });
    await this.tidy();
  }

  /** The person keeps the one they have. The offer stays, so that it can still be taken. */
  async decline(build: string): Promise<void> {
    const pin = await this.store.read();
    if (pin?.offer?.build === build) await this.store.write({ ...pin, offer: { ...pin.offer, isDeclined: true } });
  }

  /** A page reports that it runs. */
  async alive(): Promise<void> {
    const pin = await this.store.read();
    if (pin && pin.silent.starts > 0) await this.store.write({ ...pin, silent: { starts: 0, since: Date.now() } });
  }

  /** A page starts. A held build that never comes to life could not ask anybody: then a whole offer is taken without. */
  async starts(): Promise<void> {
    const pin = await this.store.read();
    if (!pin) return;
    const { starts, since } = pin.silent;
    const now = Date.now();
    if (starts >= BROKEN && now - since > MINUTE_MS && pin.offer?.fault === null) {
      await this.accept(pin.offer.build);
      return;
    }
    await this.store.write({ ...pin, silent: { starts: starts + 1, since: starts === 0 ? now : since } });
  }

  /** A file of the held build, or of the one before it; null when neither has it. */
  async file(path: string): Promise<Response | null> {
    const pin = await this.store.read();
    for (const build of [pin?.build, pin?.previous]) {
      const stored = build ? await (await caches.open(cacheOf(build))).match(this.address(path)) : undefined;
      if (stored) return stored;
    }
    return null;
  }

  // RULE: web.verified-cache: a file is stored only when its SHA-256 is the manifest's (attack A86).
  /** Fetches and checks every file of a build; false when one is not what the manifest says, and then keeps none. */
  private async collect(manifest: BuildManifest, held: string | null): Promise<boolean> {
    const name = cacheOf(manifest.build);
    const cache = await caches.open(name);
    const old = held === null ? null : await caches.open(cacheOf(held));
    for (const { path, size, sha256: expected } of manifest.files) {
      const known = await old?.match(this.address(path));
      let bytes = known ? new Uint8Array(await known.arrayBuffer()) : null;
      if (!bytes || (await sha256(bytes)) !== expected) {
        const response = await this.fetch(path);
        bytes = response.ok ? await readAtMost(response, size) : null;
      }
      if (!bytes || (await sha256(bytes)) !== expected) {
        await caches.delete(name);
        return false;
      }
      await cache.put(this.address(path), new Response(bytes));
    }
    return true;
  }

  private offer(pin: Pin, build: string, version: string, fault: Offer["fault"]): Offer {
    const isKnown = pin.offer?.build === build;
    return {
      build,
      version,
      fault,
      at: isKnown ? pin.offer.at : Date.now(),
      isDeclined: isKnown && pin.offer.isDeclined,
    };
  }

  private async tidy(): Promise<void> {
    const pin = await this.store.read();
    const wanted = [pin?.build, pin?.previous, pin?.offer?.build].map((build) => cacheOf(build ?? ""));
    for (const name of await caches.keys())
      if (name.startsWith("conclave-") && !wanted.includes(name)) await caches.delete(name);
  }

  private fetch(path: string): Promise<Response> {
    // Whatever a cache gives is checked like anything else.
    const cache = path === MANIFEST ? "no-store" : "default";
    return fetch(this.address(path), { cache, credentials: "omit", redirect: "error" });
  }

  private address(path: string): string {
    return new URL(path, this.base).href;
  }
}

function cacheOf(build: string): string {
  return `conclave-${build}`;
}

function connectSourcesOf(response: Response): string {
  const policy = response.headers.get("content-security-policy") ?? "";
  return /(?:^|;)\s*connect-src ([^;,]{1,4000})/u.exec(policy)?.[1] ?? "'self'";
}
