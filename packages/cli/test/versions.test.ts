import { describe, expect, it } from "vitest";
import { OtherBuild } from "./otherBuild.js";
import { relayAndHomes } from "./relayAndHomes.js";

// RULE entry.room-version and RULE room.upgrade-waits, with the apps of two versions of rooms: this build knows 2, the other one 3.
describe("a room whose members have apps of two versions", () => {
  let newer: OtherBuild;
  /** The same, but it holds what is new in version 3 for part of version 2. */
  let wrong: OtherBuild;
  let link = "";
  const here = relayAndHomes("versions", async ({ conclave, path }) => {
    newer = OtherBuild.make(path("newer"), 3);
    wrong = OtherBuild.make(path("wrong"), 2);
    ({ link } = await conclave("ann", "room", "new", "Garden", "--name", "Ann"));
    for (const who of ["ben", "cy"]) await conclave(who, "join", link, "--name", who === "ben" ? "Ben" : "Cy");
    await conclave("ben", "send", "hello");
    await conclave("ann", "sync");
  });

  it("A104: an action that the room's version does not have is refused by old and new apps alike, and stops nobody", async () => {
    // An honest newer app does not even begin it.
    expect((await newer.script(here.path("cy"), "wave")).done).toEqual(["malformed"]);
    expect((await wrong.script(here.path("cy"), "wave")).done).not.toEqual(["malformed"]);
    const old = await here.conclave("ben", "status");
    expect(old).toMatchObject({ code: 5, room: { title: "Garden" }, status: { paused: null } });
    expect(old.status.alarms).toMatchObject([{ code: "REFUSED_CHANGE", person: { name: "Cy" } }]);
    const told = await newer.script(here.path("ann"));
    expect(told).toMatchObject({
      synced: true,
      title: "Garden",
      version: 2,
      alarms: ["REFUSED_CHANGE Cy"],
      paused: null,
    });
    expect(await here.conclave("ben", "send", "we go on")).toMatchObject({ message: { state: "sent" } });
    await here.conclave("dee", "join", link, "--name", "Dee");
  }, 240_000);

  it("the newer app moves the room, and knows whose app is too old", async () => {
    const moved = await newer.conclave(here.path("ann"), ["upgrade", "--yes"], here.address);
    expect(moved).toMatchObject({
      code: 0,
      done: true,
      version: 3,
      behind: [{ name: "Ben" }],
      unknown: expect.any(Array),
    });
    expect(await newer.conclave(here.path("ann"), ["upgrade"], here.address)).toMatchObject({ code: 0, version: 3 });
    expect((await newer.script(here.path("ann"), "wave", "in version 3")).done).toEqual(["ok", "ok"]);
  }, 240_000);

  it("A104: the old app waits, says who moved the room, also after a restart, and can still be read", async () => {
    const told = "Ann moved the room to version 3. This app knows version 2: update it to go on.";
    const sent = await here.conclave("ben", "send", "anybody?");
    expect(sent).toMatchObject({ code: 8, error: { code: "UPDATE_NEEDED" } });
    expect(sent.error.message).toContain(told);
    for (const more of [[], ["--offline"]])
      expect(await here.conclave("dee", "status", ...more)).toMatchObject({
        code: 8,
        room: { title: "Garden" },
        status: { paused: { code: "update_needed", message: told }, alarms: [] },
      });
    for (const args of [["remove", "Cy", "--yes"], ["invite"], ["sync"]])
      expect([args, await here.conclave("dee", ...args)]).toMatchObject([
        args,
        { code: 8, error: { code: "UPDATE_NEEDED" } },
      ]);
    expect(JSON.stringify(await here.conclave("ben", "history"))).toContain("we go on");
  }, 240_000);

  it("A104: RULE client.too-old-sends-nothing: a newcomer with an old app is told the same, and sends nothing", async () => {
    const { n } = await newer.script(here.path("ann"));
    const joined = await here.conclave("eve", "join", link, "--name", "Eve");
    expect(joined).toMatchObject({ code: 8, error: { code: "UPDATE_NEEDED" } });
    expect(joined.error.message).toContain("Ann moved the room to version 3.");
    expect((await newer.script(here.path("ann"))).n).toBe(n);
    // Once it is updated she comes in by the same link.
    const asEve = (...args: string[]) => newer.conclave(here.path("eve"), args, here.address);
    expect(await asEve("join", link, "--name", "Eve")).toMatchObject({ code: 0 });
    expect(await asEve("send", "I am in")).toMatchObject({ code: 0 });
  }, 240_000);

  it("once it is updated it reads on from where it stood, and what was kept is sent", async () => {
    const told = await newer.script(here.path("ben"), "back again");
    expect(told).toMatchObject({ synced: true, title: "Waving", version: 3, paused: null });
    expect(told.texts).toEqual(["hello", "we go on", "in version 3", "I am in", "anybody?", "back again"]);
  }, 240_000);
});
