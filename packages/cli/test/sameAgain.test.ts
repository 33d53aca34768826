import { describe, expect, it } from "vitest";
import { relayAndHomes } from "./relayAndHomes.js";

const { conclave } = relayAndHomes("again");

describe("what is so already", () => {
  it("is decided, proposed and asked about no second time, alone and where several decide", async () => {
    for (const preset of ["owner", "admins:2"]) {
      const ann = `Ann-${preset}`;
      const { room } = await conclave(ann, "room", "new", "Shed", "--name", "Ann", "--policy", preset);
      const { link } = await conclave(ann, "invite", "--mode", "direct");
      await conclave(`Ben-${preset}`, "join", link, "--name", "Ben");
      expect(await conclave(ann, "role", "Ben", "admin")).toMatchObject({ code: 0, done: true });
      const before = (await conclave(ann, "log")).decisions.length;
      for (const same of [
        ["role", "Ben", "admin"],
        ["role", "Ann", "owner"],
        ["policy", "set", preset],
        ["title", "Shed"],
      ])
        expect([same, await conclave(ann, ...same)]).toMatchObject([same, { code: 0, done: true }]);
      for (const [command, error] of [
        ["hand-over", "USAGE"],
        ["remove", "OWN_DEVICE"],
        ["ban", "OWN_DEVICE"],
      ] as const) {
        const refused = await conclave(ann, command, "Ann");
        expect([command, refused.error.code]).toEqual([command, error]);
        expect(refused.error.message).toContain("That's you");
      }
      const requests = await conclave(ann, "requests", "--room", room.id);
      expect(requests.proposals).toEqual([]);
      expect((await conclave(ann, "log")).decisions).toHaveLength(before);
    }
  }, 180_000);
});

describe("a message that is sent once", () => {
  it("says the same again without harm, and never calls other words sent", async () => {
    await conclave("Eve", "room", "new", "Den", "--name", "Eve");
    const once = ["--once", "00112233445566778899aabbccddeeff"];
    const { code, message } = await conclave("Eve", "send", "hello", ...once);
    expect(code).toBe(0);
    expect(await conclave("Eve", "send", "hello", ...once)).toMatchObject({ code: 0, message: { id: message.id } });
    const other = await conclave("Eve", "send", "something else", ...once);
    expect(other).toMatchObject({ code: 1, error: { code: "ONCE_TAKEN" } });
    await conclave("Eve", "edit", message.id, "hello, all");
    expect(await conclave("Eve", "send", "hello", ...once)).toMatchObject({ code: 0 });
    const { items } = await conclave("Eve", "history");
    const texts = items.flatMap((item: { message?: { text: string } }) => item.message?.text ?? []);
    expect(texts).toEqual(["hello, all"]);
  }, 120_000);
});

describe("names that several have", () => {
  it("are listed so that one can type what is listed", async () => {
    const { link } = await conclave("Flo", "room", "new", "Den", "--name", "Flo");
    for (const home of ["Bob1", "Bob2"]) await conclave(home, "join", link, "--name", "Bob");
    const { error } = await conclave("Flo", "remove", "Nobody", "--yes");
    const [one, two] = /Flo, (Bob#[a-z-]+), (Bob#[a-z-]+)\./u.exec(error.hint)!.slice(1);
    expect(one).not.toBe(two);
    expect(await conclave("Flo", "remove", one!, "--yes")).toMatchObject({ code: 0 });
  }, 120_000);
});
