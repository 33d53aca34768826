import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seedOfPhrase } from "@conclave/protocol";
import { startRelay } from "@conclave/relay";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleVault, CHROMIUM, VaultBrowser } from "./vaultBrowser.js";

const device = { kind: "device" } as const;
const open = { kind: "open" } as const;
const create = { kind: "create" } as const;
const words = (passphrase: string) => ({ kind: "passphrase", passphrase }) as const;
const recover = (phrase: string) => ({ kind: "recover", phrase }) as const;
const OTHER =
  "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art";
const LOSSES = ["device key", "vault", "records", "identity"] as const;

describe.skipIf(!existsSync(CHROMIUM))(
  "a home that lost its keys, in Chromium (skipped without /usr/bin/chromium)",
  () => {
    let browser: VaultBrowser;
    let files: Map<string, string>;
    const call: VaultBrowser["call"] = (...args) => browser.call(...args);
    const made = async (home: string) => {
      const opened = await call("w", "open", home, create);
      if (typeof opened === "string") throw new Error(opened);
      await call("w", "close");
      return opened.words;
    };

    beforeAll(async () => {
      files = await bundleVault();
      browser = await VaultBrowser.open(files);
    }, 120_000);
    afterAll(async () => {
      await browser.close();
      browser.remove();
    });

    for (const lost of LOSSES) {
      it(`A102: start with keys missing leads to recovery, not to a dead end: the ${lost} is gone (RULE vault.no-quiet-start)`, async () => {
        const home = `lost-${lost.replace(" ", "-")}`;
        const phrase = await made(home);
        await call("w", "lose", home, lost);
        // Neither opening it nor starting over makes another person of it.
        if (lost !== "identity") expect(await call("w", "inspect", home)).toMatchObject({ state: "keys_missing" });
        expect(await call("w", "open", home, open)).toBe("keys_missing");
        expect(await call("w", "open", home, create)).toBe(lost === "identity" ? "exists" : "keys_missing");
        expect(await call("w", "open", home, recover("no such words"))).toBe("bad_phrase");
        expect(await call("w", "open", home, open)).toBe("keys_missing");
        // The words bring the person back, and what cannot be read is kept until somebody says otherwise.
        expect(await call("w", "open", home, recover(phrase))).toEqual({ words: phrase, rooms: [] });
        await call("w", "close");
        const setAside = lost === "records" ? 0 : 1;
        expect(await call("w", "inspect", home)).toMatchObject({ state: "ready", setAside });
        expect(await call("w", "erase", home, "set_aside")).toEqual({ ok: true });
        expect(await call("w", "inspect", home)).toMatchObject({ state: "ready", setAside: 0 });
        expect(await call("w", "open", home, open)).toEqual({ words: phrase, rooms: [] });
        await call("w", "close");
      });
    }

    it("A102: after the relay wiped the origin with Clear-Site-Data, the words bring the person back", async () => {
      const wiped = await VaultBrowser.open(files);
      const opened = await wiped.call("w", "open", "home", create);
      if (typeof opened === "string") throw new Error(opened);
      await wiped.call("w", "close");
      await wiped.page.goto(`${wiped.url}?wipe`);
      expect(await wiped.call("w", "inspect", "home")).toEqual({ state: "none", slots: [], setAside: 0 });
      expect(await wiped.call("w", "open", "home", open)).toBe("none");
      expect(await wiped.call("w", "open", "home", recover(opened.words))).toMatchObject({ words: opened.words });
      await wiped.call("w", "close");
      await wiped.close();
      wiped.remove();
    });

    it("where the home opens, the words open it if they are its own, and change nothing if they are not", async () => {
      const phrase = await made("whole");
      expect(await call("w", "open", "whole", recover(OTHER))).toBe("other_identity");
      expect(await call("w", "open", "whole", recover(phrase))).toMatchObject({ words: phrase });
      await call("w", "close");
      expect(await call("w", "inspect", "whole")).toMatchObject({ state: "ready", setAside: 0 });
    });

    it("who forgot the passphrase comes back by the words, with a new one, and may erase the rest at once", async () => {
      await call("w", "open", "forgotten", { ...create, protect: words("what was it") });
      await call("w", "close");
      const intent = { ...recover(OTHER), protect: words("this time"), unusable: "erase" } as const;
      expect(await call("w", "open", "forgotten", intent)).toMatchObject({ words: OTHER });
      await call("w", "close");
      expect(await call("w", "inspect", "forgotten")).toMatchObject({ state: "locked", setAside: 0 });
      expect(await call("w", "open", "forgotten", { ...open, secret: words("this time") })).toMatchObject({
        words: OTHER,
      });
      await call("w", "close");
    });

    it("a record that was spoiled on the disk is told as damage, and the words help", async () => {
      const phrase = await made("spoiled");
      await call("w", "spoil", "spoiled");
      expect(await call("w", "open", "spoiled", open)).toBe("damaged");
      expect(await call("w", "open", "spoiled", recover(phrase))).toMatchObject({ words: phrase });
      await call("w", "close");
    });

    /** Runs `work` in a worker that is killed at its first write, then its second, and so on, until it gets through. */
    const killedAtEachWrite = async (work: (worker: string) => Promise<unknown>, check: () => Promise<unknown>) => {
      for (let n = 1; n < 40; n++) {
        const worker = `victim-${String(n)}`;
        await call(worker, "haltAt", n);
        const outcome = await work(worker);
        await browser.kill(worker);
        if (outcome !== "halted") return n - 1;
        await check();
      }
      throw new Error("it never got through");
    };

    it("killed at any write of the first start, the next start begins from nothing or has the home", async () => {
      const states = new Set<string>();
      const writes = await killedAtEachWrite(
        (worker) => call(worker, "open", "first", create),
        async () => states.add((await call("w", "inspect", "first")).state),
      );
      expect(writes).toBeGreaterThanOrEqual(6);
      expect([...states]).toEqual(["none"]);
      expect(await call("w", "open", "first", open)).toMatchObject({ rooms: [] });
      await call("w", "close");
      expect(await call("w", "inspect", "first")).toMatchObject({ state: "ready", setAside: 0 });
    });

    it("killed at any write of a recovery, the home still asks for the words", async () => {
      const phrase = await made("again");
      await call("w", "lose", "again", "device key");
      const states = new Set<string>();
      const writes = await killedAtEachWrite(
        (worker) => call(worker, "open", "again", recover(phrase)),
        async () => states.add((await call("w", "inspect", "again")).state),
      );
      expect(writes).toBeGreaterThanOrEqual(6);
      expect([...states]).toEqual(["keys_missing"]);
      expect(await call("w", "open", "again", open)).toMatchObject({ words: phrase });
      await call("w", "close");
      expect(await call("w", "inspect", "again")).toMatchObject({ state: "ready", setAside: 1 });
    });

    it("killed at any write of a change of slots, the home opens as it did before", async () => {
      const phrase = await made("changed");
      const change = async (worker: string) => {
        const opened: unknown = await call(worker, "open", "changed", open);
        if (opened === "halted") return opened;
        return call(worker, "add", device, words("new"));
      };
      let killed = 0;
      // Opening writes one thing, who the writer is: the others are those of the change.
      const writes = await killedAtEachWrite(change, async () => {
        killed++;
        expect(await call("w", "open", "changed", open)).toMatchObject({ words: phrase });
        expect(await call("w", "slots")).toEqual(["device"]);
        await call("w", "close");
      });
      expect([writes, killed]).toEqual([3, 3]);
      expect(await call("w", "open", "changed", { ...open, secret: words("new") })).toMatchObject({ words: phrase });
      await call("w", "close");
    });

    it("RULE vault.at-rest: neither IndexedDB nor the profile's files hold a message, a name or the person's seed", async () => {
      const folder = mkdtempSync(join(tmpdir(), "conclave-at-rest-"));
      const relay = await startRelay({ dataDir: join(folder, "relay") });
      const sealed = await VaultBrowser.open(files);
      const plain = await VaultBrowser.open(files);
      const opened = await sealed.call("w", "open", "home", create);
      if (typeof opened === "string") throw new Error(opened);
      const plainWords = await plain.call("w", "openPlain", "home");
      for (const each of [sealed, plain])
        await each.call("w", "say", relay.address, "Rhubarb club", "meet at zanzibar");
      const traces = (phrase: string) => [
        ...["Rhubarb club", "meet at zanzibar", relay.address.replace(/^\w+:\/\//, "")],
        Buffer.from(seedOfPhrase(phrase)!).toString("latin1"),
      ];
      const dumps = [await sealed.onPage("dump"), await plain.onPage("dump")];
      for (const each of [sealed, plain]) {
        await each.call("w", "close");
        await each.close();
      }
      for (const trace of traces(opened.words)) {
        expect(dumps[0]).not.toContain(trace);
        expect(onDisk(sealed.profile, trace)).toBe(false);
      }
      // The same search finds all of it where the vault is left out.
      for (const trace of traces(plainWords)) expect(dumps[1]).toContain(trace);
      expect(onDisk(plain.profile, traces(plainWords)[3]!)).toBe(true);
      for (const each of [sealed, plain]) each.remove();
      await relay.close();
      rmSync(folder, { recursive: true, force: true });
    });
  },
);

/** Whether any file of the profile has these Latin-1 bytes. */
function onDisk(profile: string, trace: string): boolean {
  const found = readdirSync(profile, { recursive: true, encoding: "utf8" }).map((name) => join(profile, name));
  const stored = found.filter((path) => path.includes("IndexedDB") && statSync(path).isFile());
  return stored.some((path) => readFileSync(path).includes(Buffer.from(trace, "latin1")));
}
