import { expect, it } from "vitest";
import type { Storage } from "../src/ports/storage.js";
import { World } from "./world.js";

/** A storage that takes its time, as a disk does: what is read is as it was when the reading began, what is written is there at the end. */
function slow(storage: Storage): Storage {
  const pause = async () => {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    ...{ get: (key) => storage.get(key), close: () => storage.close() },
    range: async (query) => {
      const found = await storage.range(query);
      await pause();
      return found;
    },
    commit: async (writes) => {
      await pause();
      await storage.commit(writes);
    },
  };
}

it("RULE timeline.no-gap: a message is shown once, also at the very moment when it gets into the log", async () => {
  const world = new World();
  const alice = world.home();
  await alice.open(undefined, slow);
  await alice.found("Garden", "Alice");
  const { room } = alice;
  const said: string[] = [];
  const seen: Promise<{ expected: string[]; shown: string[] }>[] = [];
  const look = async (expected: string[]) => {
    const items = await room.timeline({ limit: 1000 });
    const shown = items.flatMap((item) =>
      item.kind === "message" ? [new TextDecoder().decode(item.message.body)] : [],
    );
    return { expected, shown };
  };
  const end = { isThere: false };
  // Somebody looks at every moment: while it is on its way to the disk, to the relay, and back.
  const looking = (async () => {
    while (!end.isThere) {
      seen.push(look([...said]));
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  for (let number = 0; number < 20; number++) {
    const text = `text ${String(number)}`;
    await world.get(room.send(text));
    said.push(text);
    await world.pass(1000);
  }
  end.isThere = true;
  await looking;
  // What was said after somebody began to look may be there too.
  for (const { expected, shown } of await Promise.all(seen)) {
    expect(shown.slice(0, expected.length)).toEqual(expected);
    expect(new Set(shown).size).toBe(shown.length);
  }
});
