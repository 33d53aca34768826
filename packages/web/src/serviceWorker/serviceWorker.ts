import { linkInAddress } from "@conclave/client/pure";
import type { PressedNotice } from "../model/systemNotice.js";
import type { PinNews, PinRequest } from "../trust/pin.js";
import { HeldBuild } from "./heldBuild.js";
import { heldHeaders } from "./heldHeaders.js";
import { PinStore } from "./pinStore.js";
import { scope } from "./scope.js";

// Serves the pages from the build that this browser holds, and from nowhere else. What it can do and what not is in
// docs/decisions/0005: above all, a host can replace this very script.
const base = new URL("./", scope.location.href);
const held = new HeldBuild(base, new PinStore());
/** Answers of the host itself, asked for by pages with `fetch`: small facts, never something that is run. */
const PASSED_ON = new Set(["conclave.json", "conclave-manifest.json", "healthz"]);
const CHECK_EVERY_MS = 10 * 60_000;
let lastCheck = 0;

// One thing after another: each reads the pin, and writes it returned.
let queue: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = queue.then(work);
  queue = result.catch(() => undefined);
  return result;
}

scope.addEventListener("install", (event) => {
  event.waitUntil(inTurn(() => held.install()));
});
scope.addEventListener("activate", (event) => {
  // Another script may have written the pin while this one waited.
  held.forget();
  event.waitUntil(scope.clients.claim());
});

scope.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) return;
  const path = url.pathname.slice(base.pathname.length);
  const { destination, mode } = event.request;
  if (mode === "navigate") {
    event.respondWith(linkInAddress(path + url.search) === null ? answer("index.html") : mended(path + url.search));
    event.waitUntil(inTurn(() => held.starts()).then(() => check(CHECK_EVERY_MS)));
  } else if (destination !== "" || !PASSED_ON.has(path)) event.respondWith(answer(path));
});

// RULE: web.only-held: no document, script or style of this origin comes from the network once a build is held; fragments
// stay in the page (attacks A36, A86).
async function answer(path: string): Promise<Response> {
  const [file, pin] = await Promise.all([held.file(path), held.pin()]);
  const connect = pin?.connect ?? "'self'";
  if (file) return new Response(file.body, { headers: heldHeaders(path, connect) });
  return new Response("not a file of the held build\n", { status: 404, headers: heldHeaders("", connect) });
}

// RULE: web.link-mended: an invite that something moved in front of the `#` goes back behind it before any server sees it
// (attack A36); the page reads it there.
function mended(lost: string): Promise<Response> {
  return Promise.resolve(Response.redirect(`${base.href}#/join/${lost}`, 302));
}

async function check(every: number): Promise<void> {
  if (Date.now() - lastCheck < every) return;
  lastCheck = Date.now();
  await changing(() => held.check());
}

/** Does something that may change the pin, and tells every page when it did. */
async function changing(work: () => Promise<void>): Promise<void> {
  const offered = async () => JSON.stringify([(await held.pin())?.build, (await held.pin())?.offer]);
  await inTurn(async () => {
    const before = await offered();
    await work();
    if ((await offered()) === before) return;
    const news: PinNews = { pin: await held.pin() };
    for (const client of await scope.clients.matchAll()) client.postMessage(news);
  });
}

scope.addEventListener("message", (event) => {
  const [port] = event.ports;
  const request = event.data as PinRequest;
  event.waitUntil(
    carryOut(request).then(async () => {
      port?.postMessage(await held.pin());
    }),
  );
});

async function carryOut(request: PinRequest): Promise<void> {
  switch (request.type) {
    case "status": {
      await inTurn(() => held.alive());
      return;
    }
    case "check": {
      await check(0);
      return;
    }
    case "accept": {
      await changing(() => held.accept(request.build));
      return;
    }
    case "decline": {
      await changing(() => held.decline(request.build));
      return;
    }
    case "take_over": {
      await scope.skipWaiting();
      return;
    }
  }
}

scope.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(leadTo(String(event.notification.data)));
});

// A hash of our own pages and nothing else: it is put behind the address of the start page.
async function leadTo(hash: string): Promise<void> {
  const pages = await scope.clients.matchAll();
  const page = pages.find(({ visibilityState }) => visibilityState === "visible") ?? pages[0];
  if (!page) {
    await scope.clients.openWindow(Object.assign(new URL(base), { hash }));
    return;
  }
  page.postMessage({ pressed: hash } satisfies PressedNotice);
  await page.focus().catch(() => undefined);
}
