import { describe, expect, it } from "vitest";
import { Running } from "./processes.js";
import { relayAndHomes } from "./relayAndHomes.js";

const all = relayAndHomes("freshness");
const json = all.conclave;

describe("asking whether the list of members is as it is here", () => {
  it("says who answered and how long it took, and sends with --fresh only after that", async () => {
    const { link } = await json("Ann", "room", "new", "Club", "--name", "Ann");
    expect(await json("Ben", "join", link, "--name", "Ben")).toMatchObject({ code: 0 });
    const own = await json("Ann", "status", "--check");
    expect(own).toMatchObject({ code: 0, check: { isConfirmed: true, answeredBy: [] } });

    const chat = new Running(["chat", "--json", "--follow", "--home", all.path("Ann")]);
    await chat.line((line) => line.includes('"live"'));
    const asked = await json("Ben", "status", "--check");
    expect(asked).toMatchObject({ code: 0, check: { isConfirmed: true, answeredBy: [{ name: "Ann" }] } });
    expect(asked.check.took).toBeLessThan(10_000);
    expect(asked.status.freshness).toMatchObject({ state: "fresh", by: { name: "Ann" }, isAnswer: true });
    expect(await json("Ben", "send", "--fresh", "you are there")).toMatchObject({ code: 0 });
    await chat.line((line) => line.includes("you are there"));
    await chat.stop();

    // Nobody who decides is there.
    const { code, error } = await json("Ben", "send", "--fresh", "are you there?");
    expect({ code, error: error.code }).toEqual({ code: 1, error: "NOT_FRESH" });
    expect((await json("Ben", "status", "--check")).code).toBe(1);
    expect((await json("Ben", "history")).items.some((each: object) => JSON.stringify(each).includes("are you"))).toBe(
      false,
    );
    expect(await json("Ben", "status", "--check", "--offline")).toMatchObject({ code: 2 });
  }, 240_000);
});
