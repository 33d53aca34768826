import { describe, expect, it } from "vitest";
import { relayAndHomes } from "./relayAndHomes.js";

const { conclave, text } = relayAndHomes("asking");

/** Ann's room, and a link that lets people ask to join. */
async function askLink(): Promise<{ link: string; id: string }> {
  const { room } = await conclave("Ann", "room", "new", "Garden club", "--name", "Ann");
  const { link } = await conclave("Ann", "invite", "--mode", "ask", "--room", room.id);
  return { link, id: room.id };
}

describe("somebody who has asked to join", () => {
  it("is told so, and not that they are in; no command sends them in a circle; the request can be taken back", async () => {
    const { link, id } = await askLink();
    expect((await conclave("Ben", "join", link, "--name", "Ben")).room.standing).toBe("asking");
    const again = await conclave("Ben", "join", link, "--name", "Ben");
    expect(again).toMatchObject({ code: 1, error: { code: "ASKED_ALREADY" } });
    expect(JSON.stringify(again)).not.toContain("already in this room");
    for (const command of [["leave", "--yes"], ["requests"], ["members"], ["send", "hello"]]) {
      const { code, error } = await conclave("Ben", ...command);
      expect([command[0], code, error.code]).toEqual([command[0], 1, "NOT_MEMBER"]);
      expect(error.message).toContain("asked to join");
    }
    const { hint } = (await conclave("Ben", "leave", "--yes")).error;
    expect(hint).toContain(`forget ${id.slice(0, 12)}`);
    expect(await conclave("Ben", "forget", id.slice(0, 12))).toMatchObject({ code: 2, error: { code: "NEEDS_YES" } });
    expect(await conclave("Ben", "forget", id.slice(0, 12), "--yes")).toMatchObject({ code: 0 });
    expect((await conclave("Ben", "rooms")).rooms).toEqual([]);
    expect((await conclave("Ben", "join", link, "--name", "Ben")).room.standing).toBe("asking");
  }, 120_000);

  it("and was let in while the home was closed: the first command knows it, whichever it is", async () => {
    for (const command of [["requests"], ["title", "Shed"], ["join"], ["forget", "--yes"]]) {
      const who = `Cy-${command[0]!}`;
      const { link, id } = await askLink();
      await conclave(who, "join", link, "--name", "Cy");
      expect((await conclave("Ann", "admit", "Cy", "--room", id)).code).toBe(0);
      const more = command[0] === "join" ? [link] : command[0] === "forget" ? [id] : [];
      const { error } = await conclave(who, ...command, ...more);
      const refused = { title: "NOT_ALLOWED", join: "ALREADY_HERE", forget: "STILL_MEMBER" }[command[0]!];
      expect([command[0], error?.code]).toEqual([command[0], refused]);
    }
  }, 120_000);

  it("and got a no: status says who declined, and that one may ask once more", async () => {
    const { link, id } = await askLink();
    await conclave("Dan", "join", link, "--name", "Dan");
    expect((await conclave("Ann", "deny", "Dan", "--room", id)).code).toBe(0);
    const { status } = await conclave("Dan", "status");
    expect(status.ending).toMatchObject({ code: "DECLINED", by: { name: "Ann" }, isBan: false });
    expect(status.ending.text).toBe("Ann declined your request to join. You can ask again with the same link.");
    expect((await conclave("Dan", "members")).error.message).toContain("Ann declined");
    expect((await conclave("Dan", "join", link, "--name", "Dan")).room.standing).toBe("asking");
    const requests = await text("Ann", "requests", "--room", id);
    expect(requests).toMatch(/ admit [^]* deny /u);
    expect(requests).not.toContain("decline");
    // The word that it had before, which is that for proposals, goes on.
    expect((await conclave("Ann", "decline", "Dan", "--room", id)).code).toBe(0);
    expect(await conclave("Ann", "deny", "Dan", "--room", id)).toMatchObject({ error: { code: "NOT_FOUND" } });
  }, 120_000);
});
