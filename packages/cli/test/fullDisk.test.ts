import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toHex } from "@conclave/codec";
import { systemRandom } from "@conclave/crypto/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { messageAppend, newKey, SocketClient } from "@conclave/relay/testing";
import { RoomTag } from "@conclave/wire";
import { run, Running } from "./processes.js";

const isRoot = process.getuid?.() === 0 && process.platform === "linux";

describe.skipIf(!isRoot)(
  "a relay on a disk that is full (a real small file system: skipped where this is not root)",
  () => {
    let folder = "";
    let data = "";
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "conclave-disk-"));
      data = join(folder, "data");
      mkdirSync(data);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", data]);
      writeFileSync(join(data, "ballast"), new Uint8Array(1024 * 1024));
    });
    afterAll(() => {
      execFileSync("umount", [data]);
      rmSync(folder, { recursive: true });
    });

    const serve = async (...flags: string[]) => {
      const relay = new Running(["serve", "--port", "0", "--data", data, "--no-web", ...flags]);
      const address = (await relay.line((line) => line.includes("Address"))).trim().split(/\s+/u)[1]!;
      const client = await SocketClient.connect(`${address.replace("http", "ws")}/relay`);
      const readiness = async () => {
        const response = await fetch(`${address}/readyz`);
        return `${response.status} ${await response.text()}`.trim();
      };
      return { relay, client, readiness };
    };

    it("RULE relay.loud: loses nothing acknowledged, says so in the default log, serves reads, also after kill -9, and recovers by itself", async () => {
      const [roomTag, key] = [RoomTag.of(systemRandom(32)), newKey()];
      const stored: string[] = [];
      const logOf = async (client: SocketClient): Promise<string[]> => {
        const ids: string[] = [];
        for (;;) {
          const page = await client.ask({ type: "read", roomTag, fromN: ids.length + 1, limit: 1000 });
          if (page.type !== "page") throw new Error(page.type);
          if (page.items.length === 0) return ids;
          ids.push(...page.items.map((item) => (item.pruned ? "pruned" : toHex(item.payload.subarray(0, 16)))));
        }
      };
      const append = async (client: SocketClient): Promise<string> => {
        const payload = systemRandom(20_000);
        const answer = await client.ask(messageAppend(roomTag, { payload }));
        if (answer.type === "appended") stored.push(toHex(payload.subarray(0, 16)));
        return answer.type === "error" ? answer.error : answer.type;
      };

      const first = await serve("--keep-free", "0");
      const empty = new Uint8Array();
      await first.client.ask({
        type: "createRoom",
        roomTag,
        writeKey: key.publicKey,
        attachment: empty,
        permit: empty,
      });
      await first.client.prove(roomTag, 0, key);
      let answer = "appended";
      while (answer === "appended") answer = await append(first.client);
      expect(answer).toBe("storage_full");
      expect(stored.length).toBeGreaterThan(10);
      expect(await logOf(first.client)).toEqual(stored);
      expect(await first.readiness()).toBe("503 not ready: the disk is full");
      await expect
        .poll(() => first.relay.errors)
        .toContain("warning: the disk is full: nothing new is taken, and reading goes on");
      await first.relay.stop("SIGKILL");

      const second = await serve("--keep-free", "0");
      expect(await logOf(second.client)).toEqual(stored);
      await second.client.prove(roomTag, 0, key);
      expect(await second.client.ask({ type: "subscribe", roomTag, fromN: 1 })).toMatchObject({ type: "subscribed" });
      answer = "appended";
      while (answer === "appended") answer = await append(second.client);
      expect(answer).toBe("storage_full");
      rmSync(join(data, "ballast"));
      await expect.poll(() => append(second.client), { timeout: 15_000 }).toBe("appended");
      expect(await second.readiness()).toBe("200 ready");
      await expect.poll(() => second.relay.errors).toContain("writing works again");
      expect(await logOf(second.client)).toEqual(stored);
      expect(await second.relay.stop()).toBe(0);

      // With the floor that is the default, this disk is too full from the start.
      const third = await serve();
      await third.client.prove(roomTag, 0, key);
      expect(await append(third.client)).toBe("storage_full");
      expect(await third.readiness()).toBe("503 not ready: the disk is nearly full");
      expect(await logOf(third.client)).toEqual(stored);
      await third.relay.stop();
    }, 90_000);

    it("says that the disk is full when a new relay cannot make its database there", async () => {
      for (let n = 0; ; n++) {
        try {
          writeFileSync(join(data, `rest${n}`), new Uint8Array(64 * 1024));
        } catch {
          break;
        }
      }
      const started = await run(["serve", "--port", "0", "--data", join(data, "another")]);
      expect(started.code).toBe(1);
      expect(started.stderr).toMatch(/disk is full|ENOSPC|no space/u);
    });
  },
);
