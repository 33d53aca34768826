import type { TimelineItem, TimelineMessage } from "@conclave/client";
import { toHex, utf8Bytes } from "@conclave/codec";
import { MessageId } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { World, type Home } from "./world.js";

const NAMES = ["Alice", "Bob", "Carol", "Dora"];
const EMOJI = ["👍", "🎂", "❤️", "😀"];

/** Numbers by chance that are the same for the same seed. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const messagesOf = (items: readonly TimelineItem[]) =>
  items.flatMap((item) => (item.kind === "message" ? [item.message] : []));

/** What everybody must see alike. */
function shown({ id, n, edited, body, deleted, reactions, author }: TimelineMessage): string {
  const text = new TextDecoder().decode(edited?.body ?? body);
  const by = deleted ? `deleted by ${deleted.by.name}` : "";
  const emoji = reactions.map((each) => `${each.emoji}${each.people.map(({ name }) => name).join("+")}`);
  return `${String(n)} ${toHex(id).slice(0, 8)} ${author.name}: ${text} ${by} ${emoji.join(" ")}`;
}

describe("what is done to messages by many at once", () => {
  for (const seed of [1, 2, 3]) {
    it(`is the same for all in the end: roles change, connections break, processes die (seed ${String(seed)})`, async () => {
      const world = new World();
      const roll = dice(seed);
      const homes = NAMES.map(() => world.home());
      const [alice] = homes as [Home, ...Home[]];
      for (const home of homes) await home.open();
      await alice.found("Garden", NAMES[0]!);
      const link = await alice.invite();
      for (const [at, home] of homes.entries()) if (at > 0) await home.join(link, NAMES[at]!);
      for (const home of homes) await world.until(() => home.room.members().length === NAMES.length);

      for (let step = 0; step < 120; step++) {
        const home = homes[roll(homes.length)]!;
        const all = messagesOf(await world.run(home.room.timeline({ limit: 1000 })));
        const { id: ref } = all[roll(all.length)] ?? { id: MessageId.of(new Uint8Array(16)) };
        const act = roll(12);
        if (act < 3 || all.length === 0) await world.get(home.room.send(`text ${String(step)}`));
        else if (act < 5) await world.run(home.room.edit(ref, `edit ${String(step)}`));
        else if (act < 8) await world.run(home.room.react(ref, EMOJI[roll(EMOJI.length)]!));
        else if (act === 8) await world.run(home.room.remove(ref));
        // A client that leaves the checks out.
        else if (act === 9) {
          const kind = ["edit", "delete", "remove", "reaction"][roll(4)]!;
          await world.run(home.room.post({ kind, ref, body: utf8Bytes(kind === "reaction" ? "👍" : "forged") }));
        } else if (act === 10) {
          const { person, role } = alice.room.members()[1 + roll(NAMES.length - 1)]!;
          // Not waited for: what others write meanwhile may come before or after it.
          void alice.room.decide({ type: "setRole", person, role: role === "admin" ? "member" : "admin" });
        } else if (roll(2) === 0) world.cut();
        else {
          home.kill();
          await home.open();
        }
        if (roll(3) === 0) await world.pass(roll(3000));
      }
      for (const home of homes) await world.get(home.room.flushed(600_000));
      const isLevel = () => new Set(homes.map(({ room }) => room.status().n)).size === 1;
      await world.pass(30_000);
      await world.until(isLevel);

      const seen: string[][] = [];
      for (const home of homes) {
        seen.push(messagesOf(await world.run(home.room.timeline({ limit: 1000 }))).map(shown));
      }
      for (const other of seen) expect(other).toEqual(seen[0]);
      for (const mark of ["edit ", "deleted by", "👍"]) expect(seen[0]!.join("\n")).toContain(mark);
      // And by the records alone, without what the processes remember.
      for (const home of homes) {
        await world.run(home.client.close());
        await home.open();
        expect(messagesOf(await world.run(home.room.timeline({ limit: 1000 }))).map(shown)).toEqual(seen[0]);
      }
    });
  }
});
