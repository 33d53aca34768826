import { existsSync } from "node:fs";
import type { Secret } from "@conclave/client/browser";
import { storageConformance } from "@conclave/client/conformance";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleVault, CHROMIUM, VaultBrowser } from "./vaultBrowser.js";

const device = { kind: "device" } as const;
const open = { kind: "open" } as const;
const create = { kind: "create" } as const;
const words = (passphrase: string) => ({ kind: "passphrase", passphrase }) as const;
const ok = { ok: true };
const no = (error: string) => ({ ok: false, error });

describe.skipIf(!existsSync(CHROMIUM))("keys at rest in Chromium (skipped without /usr/bin/chromium)", () => {
  let browser: VaultBrowser;
  let conformance: { title: string; error: string | null }[] = [];
  const call: VaultBrowser["call"] = (...args) => browser.call(...args);
  /** A new home in worker "w", closed again. */
  const made = async (home: string, protect: Secret = device) => {
    const opened = await call("w", "open", home, { kind: "create", protect });
    if (typeof opened === "string") throw new Error(opened);
    await call("w", "close");
    return opened;
  };
  /** Opens and closes: the person's words, or the problem. */
  const visit = async (home: string, secret?: Secret) => {
    const opened = await call("w", "open", home, secret ? { ...open, secret } : open);
    if (typeof opened === "string") return opened;
    await call("w", "close");
    return opened.words;
  };

  beforeAll(async () => {
    browser = await VaultBrowser.open(await bundleVault());
    conformance = await call("conformance", "conformance");
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    browser.remove();
  });

  describe("sealed storage over IndexedDB", () => {
    for (const { title } of storageConformance) {
      it(title, () => {
        expect(conformance.find((outcome) => outcome.title === title)).toEqual({ title, error: null });
      });
    }

    it("RULE sealed.place: a value that was moved to another key does not open there", async () => {
      expect(await call("w", "spoiled", "not")).toEqual(["read", "read", "read"]);
      const damaged = "StorageError damaged";
      expect(await call("w", "spoiled", "swap")).toEqual([damaged, "read", damaged]);
    });

    it("RULE sealed.damaged: a changed, cut or unknown record rejects, and so does the range that it is in", async () => {
      const damaged = "StorageError damaged";
      for (const how of ["flip", "cut", "version"] as const)
        expect(await call("w", "spoiled", how), how).toEqual([damaged, "read", damaged]);
    });

    it("a commit that breaks off between two of its writes leaves nothing", async () => {
      expect(await call("w", "interrupted")).toEqual({ outcome: "RangeError: out of memory", left: 0 });
    });

    it("a commit that the browser has no space for rejects as full, and nothing of it is there", async () => {
      // Another origin: the browser remembers for a while how much space it had granted to the first one.
      const page = await browser.context.newPage();
      const url = browser.url.replace("localhost", "127.0.0.1");
      await page.goto(url);
      const devtools = await browser.context.newCDPSession(page);
      await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(url).origin, quotaSize: 1_000_000 });
      const overflown = await browser.callOn(page, "w", "overflow");
      await page.close();
      expect(overflown).toEqual({ outcome: "StorageError full", left: 0 });
    });
  });

  describe("a home", () => {
    it("begins from nothing, opens again by itself, and is gone when erased", async () => {
      expect(await call("w", "inspect", "plain")).toEqual({ state: "none", slots: [], setAside: 0 });
      expect(await visit("plain")).toBe("none");
      const { words: phrase } = await made("plain");
      expect(await call("w", "inspect", "plain")).toEqual({
        state: "ready",
        slots: [{ id: "device", kind: "device" }],
        setAside: 0,
      });
      expect(await visit("plain")).toBe(phrase);
      expect(await call("w", "open", "plain", create)).toBe("exists");
      expect(await call("w", "erase", "plain", "everything")).toEqual(ok);
      expect(await call("w", "inspect", "plain")).toEqual({ state: "none", slots: [], setAside: 0 });
    });

    it("RULE vault.one-writer: A65: a second tab cannot open, recover or erase a home that is open", async () => {
      await made("shared");
      await call("one", "open", "shared", open);
      expect(await call("two", "open", "shared", open)).toBe("in_use");
      expect(await call("two", "open", "shared", { kind: "recover", phrase: "any" })).toBe("in_use");
      expect(await call("two", "erase", "shared", "everything")).toEqual(no("in_use"));
      expect(await call("two", "inspect", "shared")).toMatchObject({ state: "ready" });
      await call("one", "close");
      expect(await call("two", "open", "shared", open)).toMatchObject({ rooms: [] });
      // A tab that dies frees the home.
      await browser.kill("two");
      expect(await call("one", "open", "shared", open)).toMatchObject({ rooms: [] });
      await call("one", "close");
    });

    it("a page that came over plain http from elsewhere is told so", async () => {
      const page = await browser.context.newPage();
      await page.goto(browser.url.replace("localhost", "elsewhere.test"));
      const opened = await browser.callOn(page, "w", "open", "elsewhere", create);
      expect(opened).toBe("insecure_page");
      await page.close();
    });

    it("a page asks for storage that lasts", async () => {
      expect(["granted", "denied"]).toContain(await browser.onPage("askPersist"));
    });
  });

  describe("slots", () => {
    it("RULE vault.device-slot: a passphrase takes the device slot away, and then nothing else opens the home", async () => {
      const { words: phrase } = await made("secret");
      await call("w", "open", "secret", open);
      expect(await call("w", "add", device, words("correct horse"))).toEqual(ok);
      expect(await call("w", "slots")).toEqual(["passphrase"]);
      await call("w", "close");
      expect(await call("w", "inspect", "secret")).toMatchObject({ state: "locked" });
      expect(await visit("secret")).toBe("locked");
      expect(await visit("secret", device)).toBe("no_such_slot");
      expect(await visit("secret", words("correct house"))).toBe("wrong_secret");
      expect(await visit("secret", words(""))).toBe("malformed_secret");
      expect(await visit("secret", words("x".repeat(1025)))).toBe("malformed_secret");
      expect(await visit("secret", words("correct horse"))).toBe(phrase);
      expect(await browser.onPage("dump")).not.toContain("correct horse");
    });

    it("composed and decomposed letters are one passphrase", async () => {
      const { words: phrase } = await made("letters", words("caf\u00e9"));
      expect(await visit("letters", words("cafe\u0301"))).toBe(phrase);
    });

    it("RULE vault.by-secret: only who can open the home changes its slots", async () => {
      await made("guarded", words("mine"));
      await call("w", "open", "guarded", { ...open, secret: words("mine") });
      for (const by of [words("not mine"), words("")]) {
        expect(await call("w", "add", by, device)).toEqual(no("wrong_secret"));
        expect(await call("w", "remove", by, "passphrase")).toEqual(no("wrong_secret"));
      }
      expect(await call("w", "add", device, device)).toEqual(no("no_such_slot"));
      expect(await call("w", "changePassphrase", "not mine", "theirs")).toEqual(no("wrong_secret"));
      expect(await call("w", "slots")).toEqual(["passphrase"]);
      await call("w", "close");
    });

    it("a passphrase is changed, and the old one opens nothing", async () => {
      const { words: phrase } = await made("changing", words("old one"));
      await call("w", "open", "changing", { ...open, secret: words("old one") });
      expect(await call("w", "add", words("old one"), words("another"))).toEqual(no("slot_exists"));
      expect(await call("w", "changePassphrase", "old one", "")).toEqual(no("malformed_secret"));
      expect(await call("w", "changePassphrase", "old one", "new one")).toEqual(ok);
      await call("w", "close");
      expect(await visit("changing", words("old one"))).toBe("wrong_secret");
      expect(await visit("changing", words("new one"))).toBe(phrase);
    });

    it("RULE vault.last-slot: the last slot stays; the protection comes off by adding the device again", async () => {
      const { words: phrase } = await made("last", words("only"));
      await call("w", "open", "last", { ...open, secret: words("only") });
      expect(await call("w", "remove", words("only"), "passphrase")).toEqual(no("last_slot"));
      expect(await call("w", "remove", words("only"), "device")).toEqual(no("no_such_slot"));
      expect(await call("w", "add", words("only"), device)).toEqual(ok);
      expect(await call("w", "remove", words("only"), "passphrase")).toEqual(ok);
      expect(await call("w", "remove", device, "device")).toEqual(no("last_slot"));
      await call("w", "close");
      await expect(call("w", "add", device, words("late"))).rejects.toThrow("closed");
      expect(await visit("last")).toBe(phrase);
    });

    it("a device slot is kept beside a passphrase only where that is asked for", async () => {
      const { words: phrase } = await made("both");
      await call("w", "open", "both", open);
      expect(await call("w", "add", device, words("spare"), { keepDevice: true })).toEqual(ok);
      await call("w", "close");
      expect(await visit("both")).toBe(phrase);
      expect(await visit("both", words("spare"))).toBe(phrase);
      // With the device's key gone, the passphrase is left.
      await call("w", "lose", "both", "device key");
      expect(await call("w", "inspect", "both")).toMatchObject({ state: "locked" });
      expect(await visit("both", words("spare"))).toBe(phrase);
    });

    it("RULE vault.slot-bound: a slot that was put on another volume opens nothing there", async () => {
      await made("bound", words("mine"));
      await made("other", words("mine"));
      await call("w", "moveSlots", "bound", "other");
      expect(await visit("bound", words("mine"))).not.toBe("wrong_secret");
      expect(await visit("other", words("mine"))).toBe("wrong_secret");
    });
  });

  describe("a passkey", () => {
    const authenticator = { protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal" } as const;
    const abilities = { hasResidentKey: true, hasUserVerification: true, hasPrf: true };
    let devtools: Awaited<ReturnType<VaultBrowser["context"]["newCDPSession"]>>;
    let authenticatorId = "";
    const plug = async (given: object) => {
      const options = { ...authenticator, ...abilities, isUserVerified: true, ...given };
      ({ authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", { options }));
    };
    const unplug = () => devtools.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });

    beforeAll(async () => {
      devtools = await browser.context.newCDPSession(browser.page);
      await devtools.send("WebAuthn.enable");
    });

    const ask = (ids: Uint8Array[] | "make") => browser.onPage("passkey", ids) as Promise<Secret & { kind: "passkey" }>;

    it("opens a home when it is asked again, and what another passkey gives does not", async () => {
      await plug({});
      const { words: phrase } = await made("keyed");
      const secret = await ask("make");
      expect(secret).toMatchObject({ kind: "passkey", output: { length: 32 } });
      await call("w", "open", "keyed", open);
      expect(await call("w", "add", device, secret)).toEqual(ok);
      await call("w", "close");
      const { state, slots } = await call("w", "inspect", "keyed");
      const ids = slots.flatMap((slot) => (slot.kind === "passkey" ? [slot.credentialId] : []));
      expect([state, ids]).toEqual(["locked", [secret.credentialId]]);
      const again = await ask(ids);
      expect(again).toEqual(secret);
      expect(await visit("keyed", again)).toBe(phrase);
      const other = await ask("make");
      expect(other.output).not.toEqual(secret.output);
      expect(await visit("keyed", other)).toBe("no_such_slot");
      expect(await visit("keyed", { ...other, credentialId: secret.credentialId })).toBe("wrong_secret");
      expect(await visit("keyed", { ...secret, output: secret.output.subarray(1) })).toBe("malformed_secret");
      await unplug();
    });

    it("a passphrase and several passkeys open one home, each by itself", async () => {
      await plug({});
      const [first, second] = [await ask("make"), await ask("make")];
      const { words: phrase } = await made("many", first);
      await call("w", "open", "many", { ...open, secret: first });
      expect(await call("w", "add", first, second)).toEqual(ok);
      expect(await call("w", "add", second, words("spare"))).toEqual(ok);
      expect(await call("w", "remove", words("spare"), (await call("w", "slots"))[0]!)).toEqual(ok);
      await call("w", "close");
      expect(await visit("many", first)).toBe("no_such_slot");
      expect(await visit("many", second)).toBe(phrase);
      expect(await visit("many", words("spare"))).toBe(phrase);
      await unplug();
    });

    it("RULE passkey.verified: who only touches the authenticator, and is not verified, gets no secret", async () => {
      await plug({});
      const secret = await ask("make");
      await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
      // Chromium itself insists on it for PRF, other browsers need not: so what is asked for is looked at as well.
      await browser.page.evaluate(() => {
        const asked: unknown[] = [];
        const container = CredentialsContainer.prototype as unknown as Record<string, (given: never) => unknown>;
        for (const method of ["get", "create"]) {
          const original = container[method]!;
          container[method] = function (given: CredentialRequestOptions & CredentialCreationOptions) {
            const { userVerification, authenticatorSelection } = {
              ...given.publicKey,
            } as PublicKeyCredentialRequestOptions & PublicKeyCredentialCreationOptions;
            asked.push(userVerification ?? authenticatorSelection?.userVerification);
            return original.call(this, given as never);
          };
        }
        Object.assign(globalThis, { asked });
      });
      expect(await ask([secret.credentialId])).toBe("refused");
      expect(await ask("make")).toBe("refused");
      const asked = await browser.page.evaluate(() => (globalThis as unknown as { asked: unknown[] }).asked);
      expect(asked).toEqual(["required", "required"]);
      await unplug();
    });

    it("a page under an address instead of a name is told that it has none", async () => {
      const page = await browser.context.newPage();
      await page.goto(browser.url.replace("localhost", "127.0.0.1"));
      const asked = await page.evaluate(() =>
        (globalThis as unknown as { passkey: (ids: string) => Promise<unknown> }).passkey("make"),
      );
      expect(asked).toBe("unsupported");
      await page.close();
    });

    it("an authenticator without PRF is told as unsupported", async () => {
      await plug({ hasPrf: false });
      expect(await ask("make")).toBe("unsupported");
      await unplug();
    });
  });
});
