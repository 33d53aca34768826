import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everyCommand, commandNameOf } from "../src/program/commandNames.js";
import { buildProgram } from "../src/program/program.js";
import { people, SILENT } from "./inProcess.js";
import { run, type Running, startRelay } from "./processes.js";
import { type Cut, RewritingProxy } from "./rewritingProxy.js";

let folder = "";
/** A relay lets one address make 30 rooms at once. */
const ROOMS_AT_ONE = 20;
let relays: { relay: Running; address: string }[] = [];
let begun = 0;
let another: Running;
let anotherAddress = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-unanswered-"));
  relays = await Promise.all(["first", "second"].map((name) => startRelay(join(folder, name))));
  ({ relay: another, address: anotherAddress } = await startRelay(join(folder, "another")));
});
afterAll(async () => {
  await Promise.all([...relays.map(({ relay }) => relay.stop()), another.stop()]);
  rmSync(folder, { recursive: true });
});

type Document = Awaited<ReturnType<ReturnType<typeof people>>>;

/** A room of its own, behind a line of its own, for one command. */
class Scene {
  private readonly conclave: ReturnType<typeof people>;
  link = "";

  private constructor(
    readonly folder: string,
    readonly proxy: RewritingProxy,
  ) {
    this.conclave = people(folder);
  }

  static async begin(name: string): Promise<Scene> {
    const { address } = relays[Math.floor(begun++ / ROOMS_AT_ONE)]!;
    return new Scene(join(folder, name), await RewritingProxy.start(address));
  }

  /** A command that is to be done. */
  async do(who: string, ...args: string[]): Promise<Document> {
    const done = await this.conclave(who, ...args);
    if (done.code !== 0 && done.code !== 7) throw new Error(`${args.join(" ")}: ${JSON.stringify(done)}`);
    return done;
  }

  async found(...options: string[]): Promise<void> {
    ({ link: this.link } = await this.do(
      "alice",
      ...["room", "new", "Garden", "--name", "Alice", "--relay", this.proxy.address, ...options],
    ));
  }

  async join(...names: string[]): Promise<void> {
    for (const name of names) await this.do(name.toLowerCase(), "join", this.link, "--name", name);
    await this.do("alice", "sync");
  }

  /** A file with an SSH key. */
  keyFile(): string {
    const path = join(this.folder, "authorized_keys");
    const blob = Buffer.concat([Buffer.from("\0\0\0\u000bssh-ed25519\0\0\0 "), Buffer.alloc(32, 7)]);
    writeFileSync(path, `ssh-ed25519 ${blob.toString("base64")} carol@laptop\n`);
    return path;
  }

  /** Nothing is owed in the room, so that the command is the first to say something. */
  async together(): Promise<void> {
    await this.found();
    await this.join("Bob");
  }

  /** Two admins decide together, about Carol. */
  async deciding(): Promise<void> {
    await this.found("--policy", "open");
    await this.join("Bob", "Carol");
    await this.do("alice", "role", "Bob", "admin", "--yes");
    await this.do("alice", "policy", "set", "admins:2", "--yes");
    await this.do("bob", "sync");
  }

  /** How often the room has decided something like that. */
  async decided(fits: (decision: { action: string; summary: string }) => boolean, who = "alice"): Promise<number> {
    const { decisions } = await this.do(who, "log");
    return decisions.filter(fits).length;
  }

  async texts(who = "bob"): Promise<{ text: string; edited: unknown; deleted: unknown; reactions: unknown[] }[]> {
    const { items } = await this.do(who, "history");
    return items.flatMap(({ message }: { message?: unknown }) => message ?? []);
  }
}

interface Walk {
  /** Who acts, and how. Alice, where nobody is named. */
  readonly who?: string;
  readonly args: (scene: Scene) => string[] | Promise<string[]>;
  readonly prepare?: (scene: Scene) => Promise<unknown>;
  readonly at?: Cut["at"];
  readonly fate?: "kept" | "unknown";
  /** How often it is done in the end, seen by somebody else. */
  readonly count: (scene: Scene) => Promise<number>;
}

const together = (scene: Scene) => scene.together();
const said = async (scene: Scene) => {
  await scene.together();
  await scene.do("alice", "send", "hello");
};
const proposed = async (scene: Scene) => {
  await scene.deciding();
  await scene.do("alice", "remove", "Carol", "--yes");
  await scene.do("bob", "sync");
};
const proposal = async (scene: Scene, who: string): Promise<string> =>
  (await scene.do(who, "requests")).proposals[0].id;
const proposals = async (scene: Scene, who: string): Promise<Document[]> => (await scene.do(who, "requests")).proposals;
const asked = async (scene: Scene) => {
  await scene.found("--no-invite");
  scene.link = (await scene.do("alice", "invite", "--mode", "ask")).link;
  await scene.do("bob", "join", scene.link, "--name", "Bob");
};
const is = (fits: boolean) => (fits ? 1 : 0);

// Every command that gives something to the relay to keep.
const WALKS: Readonly<Record<string, Walk>> = {
  send: {
    args: () => ["send", "once"],
    count: async (s) => (await s.texts()).filter(({ text }) => text === "once").length,
  },
  reply: {
    prepare: said,
    args: () => ["reply", "last", "once"],
    count: async (s) => (await s.texts()).filter(({ text }) => text === "once").length,
  },
  edit: {
    prepare: said,
    args: () => ["edit", "last", "better"],
    count: async (s) => (await s.texts()).filter(({ text }) => text === "better").length,
  },
  delete: {
    prepare: said,
    args: () => ["delete", "last"],
    count: async (s) => (await s.texts()).filter(({ deleted }) => deleted !== null).length,
  },
  react: {
    prepare: said,
    args: () => ["react", "last", "👍"],
    count: async (s) => (await s.texts())[0]!.reactions.length,
  },
  invite: {
    args: () => ["invite", "--label", "late"],
    count: (s) => s.decided(({ action }) => action === "createInvite", "bob").then((n) => n - 1),
  },
  allow: {
    args: (s) => ["allow", s.keyFile()],
    count: (s) => s.decided(({ action }) => action === "allow", "bob"),
  },
  disallow: {
    prepare: async (s) => {
      await s.together();
      await s.do("alice", "allow", s.keyFile());
    },
    args: () => ["disallow", "carol@laptop"],
    count: (s) => s.decided(({ action }) => action === "disallow", "bob"),
  },
  revoke: {
    args: () => ["revoke", "first link"],
    count: (s) => s.decided(({ action }) => action === "revokeInvite", "bob"),
  },
  remove: {
    prepare: async (s) => {
      await s.found();
      await s.join("Bob", "Carol");
    },
    args: () => ["remove", "Carol", "--yes"],
    count: (s) => s.decided(({ action }) => action === "remove", "bob"),
  },
  ban: {
    prepare: async (s) => {
      await s.found();
      await s.join("Bob", "Carol");
    },
    args: () => ["ban", "Carol", "--yes"],
    count: (s) => s.decided(({ action }) => action === "remove", "bob"),
  },
  role: { args: () => ["role", "Bob", "admin"], count: (s) => s.decided(({ action }) => action === "setRole", "bob") },
  "hand-over": {
    args: () => ["hand-over", "Bob", "--yes"],
    count: (s) => s.decided(({ action }) => action === "transferOwnership", "bob"),
  },
  title: { args: () => ["title", "Allotment"], count: (s) => s.decided(({ action }) => action === "setTitle", "bob") },
  "reset-clock": {
    args: () => ["reset-clock", "--yes"],
    count: (s) => s.decided(({ action }) => action === "resetTime", "bob"),
  },
  seal: { args: () => ["seal", "--yes"], count: (s) => s.decided(({ action }) => action === "seal", "bob") },
  "policy set": {
    args: () => ["policy", "set", "add-only", "--yes"],
    count: (s) => s.decided(({ action }) => action === "setPolicy", "bob"),
  },
  leave: {
    who: "bob",
    args: () => ["leave", "--yes"],
    count: async (s) => {
      await s.do("alice", "sync");
      return s.decided(({ action }) => action === "leave");
    },
  },
  propose: {
    prepare: (s) => s.deciding(),
    args: () => ["remove", "Carol", "--yes"],
    count: async (s) => (await proposals(s, "bob")).length,
  },
  approve: {
    who: "bob",
    prepare: proposed,
    args: async (s) => ["approve", await proposal(s, "bob")],
    count: (s) => s.decided(({ action }) => action === "remove"),
  },
  withdraw: {
    prepare: proposed,
    args: async (s) => ["withdraw", await proposal(s, "alice")],
    count: async (s) => is((await proposals(s, "bob")).length === 0),
  },
  decline: {
    who: "bob",
    prepare: proposed,
    args: async (s) => ["decline", await proposal(s, "bob")],
    count: async (s) => (await proposals(s, "alice"))[0].declinedBy.length,
  },
  admit: {
    prepare: asked,
    args: () => ["admit", "Bob"],
    count: (s) => s.decided(({ action }) => action === "add"),
  },
  deny: {
    prepare: asked,
    args: () => ["deny", "Bob"],
    at: "answerRequest",
    fate: "unknown",
    count: async (s) => is((await s.do("alice", "requests")).requests.length === 0),
  },
  "leave --undo": {
    who: "bob",
    prepare: async (s) => {
      await s.together();
      await s.do("bob", "leave", "--yes");
    },
    args: () => ["leave", "--undo"],
    count: async (s) => {
      await s.do("alice", "sync");
      return is((await s.decided(({ action }) => action === "leave")) === 0);
    },
  },
  "room new": {
    prepare: () => Promise.resolve(),
    args: (s) => ["room", "new", "Garden", "--name", "Alice", "--no-invite", "--relay", s.proxy.address],
    at: "createRoom",
    count: async (s) =>
      (await s.do("alice", "rooms")).rooms.filter(({ standing }: Document) => standing === "member").length,
  },
  "room mirror add": {
    args: () => ["room", "mirror", "add", anotherAddress],
    count: (s) => s.decided(({ action }) => action === "setMirrors", "bob"),
  },
  "room mirror remove": {
    prepare: async (s) => {
      await s.together();
      await s.do("alice", "room", "mirror", "add", anotherAddress);
    },
    args: () => ["room", "mirror", "remove", anotherAddress],
    count: (s) => s.decided(({ action }) => action === "setMirrors", "bob").then((n) => n - 1),
  },
  "room move": {
    args: () => ["room", "move", anotherAddress, "--yes"],
    count: (s) => s.decided(({ action }) => action === "setRelay", "bob"),
  },
  join: {
    who: "bob",
    prepare: (s) => s.found(),
    args: (s) => ["join", s.link, "--name", "Bob"],
    count: (s) => s.decided(({ action }) => action === "add"),
  },
};

// Those that say nothing in a room (an upgrade has nothing to do in this build), those that go on by themselves as long as they run, and those that do what is owed anyway.
const OTHERS = new Set([
  "policy show",
  "policy explain",
  "room follow",
  "room mirror list",
  ...(
    "rooms chat history search files save members log invites allowed requests status verify verify-proof forget " +
    "recover recovery resume sync upgrade serve relay backup restore migrate doctor web verify-web sign-web gateway steward help man completion version"
  ).split(" "),
]);

describe("a line that is cut when something has left and its answer has not come", () => {
  it("is walked for every command there is", () => {
    const names = everyCommand(buildProgram(SILENT)).flatMap((command) =>
      command.commands.length === 0 ? commandNameOf(command) : [],
    );
    const unknown = names.filter((name) => !(name in WALKS || OTHERS.has(name) || OTHERS.has(name.split(" ")[0]!)));
    expect(unknown).toEqual([]);
  });

  it(
    "RULE client.unknown-told: each command says that it is on its way, with the exit code of an outage; it is done once, by itself",
    { timeout: 1_200_000 },
    async () => {
      const walks: { name: string; walk: Walk; scene: Scene; args: string[] }[] = [];
      for (const when of ["answered", "asked"] as const) {
        for (const [name, walk] of Object.entries(WALKS)) {
          if (when === "asked" && !["leave", "title"].includes(name)) continue;
          const scene = await Scene.begin(`${name}-${when}`.replaceAll(" ", "-"));
          await (walk.prepare ?? together)(scene);
          const args = await walk.args(scene);
          scene.proxy.cut = { at: walk.at ?? "append", when };
          walks.push({ name: `${name}, cut when it was ${when}`, walk, scene, args });
        }
      }
      const told = await Promise.all(
        walks.map(({ scene, walk, args }) =>
          run([...args, "--json", "--home", join(scene.folder, walk.who ?? "alice")], {
            env: { CONCLAVE_RELAY: scene.proxy.address },
          }),
        ),
      );
      for (const [at, { name, walk, scene }] of walks.entries()) {
        const { code, stdout } = told[at]!;
        const { error } = JSON.parse(stdout) as { error?: { code: string; message: string; fate?: string } };
        expect({ name, wasCut: scene.proxy.wasCut, code, fate: error?.fate, message: error?.message }).toMatchObject({
          ...{ name, wasCut: true, code: 3, fate: walk.fate ?? "kept" },
        });
        scene.proxy.mend();
        await scene.do(walk.who ?? "alice", "sync");
        expect({ name, count: await walk.count(scene) }).toEqual({ name, count: 1 });
        scene.proxy.stop();
      }
    },
  );

  it("RULE client.link-works: a link is made, and what it needs is not at the relay: that is said; it works when this home was there again", async () => {
    const scene = await Scene.begin("late-link");
    await scene.together();
    scene.proxy.cut = { at: "putSlot", when: "asked" };
    const made = await scene.do("alice", "invite", "--label", "late");
    expect(made).toMatchObject({ code: 0, done: true, warnings: [{ code: "LINK_LATE" }] });
    scene.proxy.mend();
    await scene.do("alice", "sync");
    expect((await scene.do("carol", "join", made.link, "--name", "Carol")).code).toBe(0);
    scene.proxy.stop();
  }, 240_000);
});
