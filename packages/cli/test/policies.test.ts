import { mkdirSync, writeFileSync } from "node:fs";
import { preset } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { runHere } from "./inProcess.js";
import { run } from "./processes.js";
import { relayAndHomes } from "./relayAndHomes.js";

const { rules, settings } = preset("admins:2");

/** Alice owns the room, Bob is an admin and Carol a member. */
const { conclave, path, text } = relayAndHomes("policies", async (all) => {
  const { link } = await all.conclave("alice", "room", "new", "Garden", "--name", "Alice");
  for (const name of ["Bob", "Carol"]) await all.conclave(name.toLowerCase(), "join", link, "--name", name);
  await all.conclave("alice", "role", "Bob", "admin", "--yes");
});

/** A file with a policy in which something is in place of the preset's. */
function fileOf(name: string, changes: object): string {
  const file = path(name);
  writeFileSync(file, JSON.stringify({ rules: { ...rules, ...changes }, settings }));
  return file;
}

interface ActLine {
  readonly act: string;
  readonly alone: readonly string[];
  readonly ways: readonly { readonly need: number; readonly of: readonly string[] }[];
  readonly essential: readonly string[];
  readonly text: string;
}

describe("policies", () => {
  it("explains the room's own, for people and for programs, and one that is not set", async () => {
    const said = await text("carol", "policy", "explain");
    expect(said).toContain("Remove a member                 Alice alone");
    expect(said).toContain("Remove an owner                 nobody, even if everyone agrees");
    expect(said).toContain("An invite lets people in without another approval, unless it makes them ask.");
    expect(said).toContain("Without Alice, nobody can let somebody in, create an invite,");
    const own = await conclave("carol", "policy", "explain");
    const names = new Map(own.people.map((each: { id: string; name: string }) => [each.id, each.name]));
    const act = (document: { acts: ActLine[] }, name: string) => document.acts.find((each) => each.act === name)!;
    expect([own.preset, own.isCurrent, own.invites.length, own.doubts]).toEqual(["owner", true, 4, []]);
    expect(act(own, "setPolicy").alone.map((id) => names.get(id))).toEqual(["Alice"]);
    const other = await conclave("carol", "policy", "explain", "admins:3");
    expect([other.preset, other.isCurrent]).toEqual(["admins:3", false]);
    expect(act(other, "remove")).toMatchObject({ alone: [], ways: [{ need: 2 }], text: "Alice and Bob together" });
    expect(
      act(other, "remove")
        .essential.map((id) => names.get(id))
        .sort(),
    ).toEqual(["Alice", "Bob"]);
    expect(other.doubts[0]).toEqual({
      code: "count_too_large",
      message:
        "To let somebody in, remove a member, make a member an admin, change these rules or create an invite, 3 people must agree, " +
        "and there are only 2: until there are more, all of them must.",
    });
    expect(await text("carol", "policy", "explain", "admins:3")).toContain("This is not set");
    expect((await conclave("alice", "policy")).preset).toBe("owner");
  });

  it("tells every fault of a file with its place and a code, and nothing that is in it", async () => {
    const wrong = fileOf("wrong.json", { remove: { kind: "quorum", role: "hunter2", count: 0, half: false }, add: {} });
    for (const args of [
      ["policy", "explain", wrong],
      ["policy", "set", wrong, "--yes"],
      ["room", "new", "Shed", "--name", "Alice", "--policy", wrong],
    ]) {
      const refused = await conclave("alice", ...args);
      expect(refused).toMatchObject({ code: 2, kind: "error", error: { code: "POLICY_FILE" } });
      expect(refused.faults).toEqual([
        { code: "missing_field", place: "rules.add", message: "rules.add: kind is missing." },
        {
          code: "unknown_value",
          place: "rules.remove.role",
          message: "rules.remove.role: the value is unknown. It can be owner, admin or member.",
        },
        {
          code: "out_of_range",
          place: "rules.remove.count",
          message: "rules.remove.count: this must be a whole number from 1 to 65535.",
        },
      ]);
      expect(JSON.stringify(refused)).not.toContain("hunter2");
    }
    writeFileSync(path("words.txt"), "these are my words");
    expect(await conclave("alice", "policy", "explain", path("words.txt"))).toMatchObject({
      error: { code: "POLICY_FILE" },
      faults: [{ code: "not_json", place: "policy" }],
    });
    writeFileSync(path("large.json"), " ".repeat(100_000));
    expect((await conclave("alice", "policy", "set", path("large.json"))).faults[0].code).toBe("too_large");
    const locked = fileOf("locked.json", { setPolicy: { kind: "nobody" } });
    expect((await conclave("alice", "policy", "set", locked, "--yes")).faults[0].code).toBe("unchangeable");
    mkdirSync(path("folder"));
    for (const none of [path("folder"), path("nowhere"), "anarchy"])
      expect(await conclave("alice", "policy", "set", none)).toMatchObject({ code: 2, error: { code: "USAGE" } });
    expect((await conclave("alice", "policy")).preset).toBe("owner");
  });

  it("a word wins over a file of its name, which a path names", async () => {
    const before = process.cwd();
    mkdirSync(path("here"), { recursive: true });
    writeFileSync(path("here", "open"), JSON.stringify(preset("everyone")));
    process.chdir(path("here"));
    try {
      expect((await conclave("carol", "policy", "explain", "open")).preset).toBe("open");
      expect((await conclave("carol", "policy", "explain", "./open")).preset).toBe("everyone");
    } finally {
      process.chdir(before);
    }
  });

  it("tells what is doubtful before it is set, and asks; what `show` prints can be set again", async () => {
    const file = fileOf("ours.json", {
      remove: { kind: "nobody" },
      setPolicy: { kind: "role", role: "member" },
      setRole: { kind: "quorum", role: "owner", count: 2, half: false },
    });
    const asked = await conclave("alice", "policy", "set", file);
    expect(asked).toMatchObject({ code: 2, error: { code: "NEEDS_YES" } });
    expect(asked.doubts).toEqual([
      { code: "nobody_can", message: "As the room is now, nobody can remove a member, even if everyone agrees." },
      {
        code: "count_too_large",
        message:
          "To make a member an admin, 2 people must agree, and there is only one: until there are more, that one decides alone.",
      },
    ]);
    expect((await conclave("alice", "policy")).preset).toBe("owner");
    const shown = await run(["policy", "set", file, "--yes", "--home", path("alice")]);
    expect([shown.code, shown.stdout]).toEqual([0, "✔ The room's policy is now custom.\n"]);
    expect(shown.stderr).toContain("Remove a member                 nobody, even if everyone agrees");
    expect(shown.stderr).toContain("warning: As the room is now, nobody can remove a member");
    const { policy } = await conclave("carol", "policy", "show");
    expect(policy).toEqual({ rules: { ...rules, ...JSON.parse(JSON.stringify(policy)).rules }, settings });
    writeFileSync(path("shown.json"), (await runHere(["policy", "show", "--json", "--home", path("carol")])).stdout);
    // Carol may set rules now, and gives that away with these.
    const same = await conclave("carol", "policy", "set", path("shown.json"), "--yes");
    expect(same).toMatchObject({ code: 0, done: true });
    const away = fileOf("away.json", { setPolicy: { kind: "role", role: "admin" } });
    expect(
      (await conclave("carol", "policy", "set", away)).doubts.map((each: { code: string }) => each.code),
    ).toContain("locked_out");
    expect((await conclave("carol", "policy", "set", away, "--yes")).code).toBe(0);
    expect(await conclave("carol", "policy", "set", "open", "--yes")).toMatchObject({ error: { code: "NOT_ALLOWED" } });
  });

  it("founds a room with a file; where nobody could do something in it, only with consent", async () => {
    const file = fileOf("mine.json", { remove: { kind: "unanimous" } });
    const made = await conclave("alice", "room", "new", "Shed", "--name", "Alice", "--policy", file);
    expect(made).toMatchObject({ code: 0, room: { title: "Shed" }, warnings: [] });
    expect((await conclave("alice", "policy", "show", "--room", "Shed")).policy.rules.remove).toEqual({
      kind: "unanimous",
    });
    const nobody = fileOf("nobody.json", { remove: { kind: "nobody" } });
    expect(await conclave("alice", "room", "new", "Barn", "--name", "Alice", "--policy", nobody)).toMatchObject({
      code: 2,
      error: { code: "NEEDS_YES" },
      doubts: [{ code: "nobody_can" }],
    });
    const rooms = await conclave("alice", "rooms");
    expect(rooms.rooms.map(({ title }: { title: string }) => title)).not.toContain("Barn");
    expect((await conclave("alice", "room", "new", "Barn", "--name", "Alice", "--policy", nobody, "--yes")).code).toBe(
      0,
    );
  });
});
