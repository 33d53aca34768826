import { MANIFEST } from "@conclave/client/pure";
import { signal } from "@preact/signals";
import { recallText, remember } from "../app/preference.js";
import { type BuildRef, readManifest } from "./buildManifest.js";
import { hostSays, type Host } from "./host.js";
import { levelOf, type TrustLevel } from "./level.js";
import type { Offer, Pin, PinNews, PinRequest } from "./pin.js";
import { trustedScript } from "./trustedScript.js";

/** What is known about where this page came from. It is the page's own word: a page that was replaced can say anything. */
export interface Trust {
  readonly level: TrustLevel;
  /** The build that the host says it serves, or that the service worker holds; null until it is known. */
  readonly buildHash: string | null;
  readonly version: string | null;
  /** The build that this browser holds on to; null when nothing is held (first visit, no service worker here). */
  readonly pinned: (BuildRef & { readonly since: number }) | null;
  /** This page came from the network, not from the held build: the first visit, or a forced reload. */
  readonly isFromNetwork: boolean;
  /** The host now serves another build than the held one. */
  readonly changed: BuildChange | null;
  /** What serves the pages in this browser was replaced while this one was open, and nobody here agreed to it. When, in ms. */
  readonly replaced: number | null;
}

/** "This server now serves a different Conclave." Without a fault it can be taken; with one it can only be looked at. */
export interface BuildChange {
  readonly from: BuildRef;
  readonly to: BuildRef;
  readonly seen: number;
  readonly fault: Offer["fault"];
  /** The person has decided to keep the held one: no banner, a line in the settings. */
  readonly isDeclined: boolean;
}

const CHECK_EVERY_MS = 30 * 60_000;
/** How long after a first visit's first screen its files are fetched to be held (ms): what the person waits for goes first. */
const HOLD_AFTER_MS = 1_500;
/** Null for a first visit, for a forced reload, and where pages may have no service worker (no TLS). */
const controllerAtStart = "serviceWorker" in navigator ? navigator.serviceWorker.controller : null;

/** Where this page came from. Changes when more is known, and when the host serves something else. */
export const trust = signal<Trust>({
  level: "L0",
  buildHash: null,
  version: null,
  pinned: null,
  isFromNetwork: controllerAtStart === null,
  changed: null,
  replaced: null,
});

/** The build that a person took last, in any tab. Kept where pages can write and a service worker cannot. */
const TAKEN = "conclave.build";
/** How long a service worker may take to answer (ms): one that is not ours may never do. */
const ANSWER_TIMEOUT_MS = 5_000;

let host: Host | null = null;
let relays: readonly string[] = [];
let registration: ServiceWorkerRegistration | null = null;

/**
 * Finds out where the page came from, has the service worker hold its build, and watches for another. Once for each page,
 * after the first screen: it competes for the network. Resolves when `trust` says all there is to know; never rejects.
 */
export async function startTrust(): Promise<void> {
  if (import.meta.env.DEV) return;
  host = await hostSays();
  setLevel();
  await holdBuild().catch(() => undefined);
  if (trust.value.buildHash === null) await askHost();
}

/** The addresses of the relays of this person's rooms: the level depends on them. Call it whenever they change. */
export function relaysInUse(addresses: readonly string[]): void {
  relays = addresses;
  setLevel();
}

/** Asks the host now what it serves. */
export async function checkForChange(): Promise<void> {
  await tell({ type: "check" });
}

/** Takes the build that the host offers, and loads the page returned. Nothing happens when it has a fault. */
export async function useOffered(): Promise<void> {
  const { changed } = trust.value;
  if (!changed || changed.fault !== null) return;
  remember(TAKEN, changed.to.build);
  await tell({ type: "accept", build: changed.to.build });
  registration?.waiting?.postMessage({ type: "take_over" } satisfies PinRequest);
  location.reload();
}

/** Keeps the held build: the banner goes, `changed` stays for the settings. */
export async function keepHeld(): Promise<void> {
  const { changed } = trust.value;
  if (changed) await tell({ type: "decline", build: changed.to.build });
}

async function holdBuild(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  if (controllerAtStart === null) await new Promise((resolve) => setTimeout(resolve, HOLD_AFTER_MS));
  serviceWorker.addEventListener("message", ({ data }: MessageEvent<PinNews>) => {
    takePin(data.pin);
  });
  let controller = controllerAtStart;
  serviceWorker.addEventListener("controllerchange", () => {
    // The first one takes hold of the page that brought it.
    if (controller !== null) void checkController();
    controller = serviceWorker.controller;
  });
  registration = await serviceWorker.register(trustedScript("serviceWorker.js"), { updateViaCache: "none" });
  await untilActive(registration);
  await tell({ type: "status" });
  const look = () => {
    if (document.visibilityState === "visible") void checkForChange();
  };
  setInterval(look, CHECK_EVERY_MS);
  if (controllerAtStart !== null) await checkForChange();
}

// The files are fetched and checked while it installs; when that fails there is no service worker, and nothing is held.
async function untilActive({ installing, waiting, active }: ServiceWorkerRegistration): Promise<void> {
  const worker = active ?? waiting ?? installing;
  if (!worker || worker.state === "activated") return;
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve();
      if (worker.state === "redundant") reject(new Error("the service worker was not installed"));
    });
  });
}

/**
 * Another service worker controls this page. Ours never takes over by itself: it does when a person takes another build, in
 * this tab or another one, and then it holds that build.
 *
 * RULE: web.replaced: whatever else took over was brought by the host, and whatever it says about itself, one is told (A86).
 */
async function checkController(): Promise<void> {
  const taken = recallText(TAKEN);
  const own = trust.peek().pinned?.build;
  const isAgreed = taken !== "" && taken !== own && (await ask({ type: "status" }, ANSWER_TIMEOUT_MS))?.build === taken;
  if (!isAgreed) trust.value = { ...trust.peek(), replaced: Date.now() };
}

async function tell(request: PinRequest): Promise<void> {
  takePin(await ask(request));
}

async function ask(request: PinRequest, within?: number): Promise<Pin | null> {
  const worker = registration?.active;
  if (!worker) return null;
  const { port1, port2 } = new MessageChannel();
  const pin = await new Promise<Pin | null>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<Pin | null>) => resolve(data);
    if (within !== undefined) setTimeout(() => resolve(null), within);
    worker.postMessage(request, [port2]);
  });
  port1.close();
  return pin;
}

function takePin(pin: Pin | null): void {
  // What a replaced one says is worth nothing: what was known stays.
  if (!pin || trust.value.replaced !== null) return;
  const { build, version, since, offer } = pin;
  trust.value = {
    ...trust.value,
    buildHash: build,
    version,
    pinned: { build, version, since },
    changed: offer && {
      from: { build, version },
      to: { build: offer.build, version: offer.version },
      seen: offer.at,
      fault: offer.fault,
      isDeclined: offer.isDeclined,
    },
  };
}

// Nothing is held here: then all there is, is what the host says about itself.
async function askHost(): Promise<void> {
  const response = await fetch(MANIFEST, { cache: "no-store" }).catch(() => null);
  const manifest = response?.ok ? await readManifest(response) : null;
  if (manifest) trust.value = { ...trust.value, buildHash: manifest.build, version: manifest.version };
}

function setLevel(): void {
  // Called from effects, which must not follow what they change.
  trust.value = { ...trust.peek(), level: levelOf(new URL(location.href), host, relays) };
}
