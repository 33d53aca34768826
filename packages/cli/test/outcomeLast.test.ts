import { Linter } from "eslint";
import { describe, expect, it } from "vitest";
import { outcomeLast } from "../../../scripts/lint/outcomeLast.mjs";

/** What the rule says of the body of a function. */
function said(body: string): (string | undefined)[] {
  const linter = new Linter();
  const plugins = { conclave: { rules: { "outcome-last": outcomeLast } } };
  const code = `async function work(output, room) { ${body} }`;
  return linter
    .verify(code, [{ plugins, rules: { "conclave/outcome-last": "error" } }])
    .map(({ messageId, message }) => messageId ?? message);
}

describe("the lint rule that an outcome is told after it is so", () => {
  it("refuses what is told while something is still awaited on the same way", () => {
    expect(said(`output.result({}, () => "sent"); await room.flushed();`)).toEqual(["early"]);
    expect(said(`if (room.ok) { toast("Done"); } await room.flushed();`)).toEqual(["early"]);
    expect(said(`try { context.output.result({}, () => "sent"); await room.flushed(); } finally {}`)).toEqual([
      "early",
    ]);
    expect(said(`toast({ text: "Done", tone: "success" }); return await room.save();`)).toEqual(["early"]);
  });

  it("refuses a success that nothing can have told", () => {
    expect(said(`void room.save(); toast({ text: "Saved", tone: "success" });`)).toEqual(["unknown"]);
    expect(said(`room.each(async () => { await room.save(); }); toast({ text: "Saved", tone: "success" });`)).toEqual([
      "unknown",
    ]);
  });

  it("sees what is said and noted, a tone that is computed, and a callback that is awaited", () => {
    expect(said(`host.say("Bob was removed."); await room.flushed();`)).toEqual(["early"]);
    expect(said("output.note(`${room.name} was removed.`); await room.flushed();")).toEqual(["early"]);
    expect(
      said(`host.say("Sending …"); output.note("Remove Bob?"); host.say(room.list); await room.flushed();`),
    ).toEqual([]);
    expect(said(`const tone = room.open ? "success" : "danger"; toast({ text: "Saved", tone });`)).toEqual(["unknown"]);
    expect(said(`toast({ text: "Saved", tone: room.open ? "success" : "danger" });`)).toEqual(["unknown"]);
    expect(said(`toast({ text: "Saved", tone: room.ok ? "success" : "danger" });`)).toEqual([]);
    expect(said(`const tone = "danger"; toast({ text: "No", tone }); await room.retry();`)).toEqual([]);
    expect(said(`await room.with(async () => { output.result({}, () => "sent"); }); await room.flushed();`)).toEqual([
      "early",
    ]);
    expect(said(`await room.with(() => { output.result({}, () => "sent"); return; }); await room.flushed();`)).toEqual([
      "early",
    ]);
    expect(said(`await room.with(async () => { output.result({}, () => "sent"); }); room.close();`)).toEqual([]);
    expect(said(`room.on(() => { output.result({}, () => "sent"); }); await room.flushed();`)).toEqual([]);
  });

  it("sees what is told by another name: a method taken from the output, and a report of progress", () => {
    for (const told of [
      `const { result } = output; result({}, () => "sent");`,
      `const { result: tell } = room.output; tell({}, () => "sent");`,
      `const tell = output.result; tell({}, () => "sent");`,
      `reportProgress(output, room.done, "Sent.", {});`,
      `if (room.open) reportProgress(room.output, room.done, "Sent.", {});`,
    ]) {
      expect(said(`${told} await room.flushed();`), told).toEqual(["early"]);
      expect(said(`await room.flushed(); ${told}`), told).toEqual([]);
    }
    expect(said(`reportProgress(output, await room.decide(), "Sent.", {});`)).toEqual([]);
    expect(said(`if (reportIfSame(output, room)) return; await room.flushed();`)).toEqual([]);
    expect(said(`const { result } = room; result(); await room.flushed();`)).toEqual([]);
  });

  it("lets pass what a result that was given says", () => {
    expect(said(`if (room.ok) toast({ text: "Saved", tone: "success" });`)).toEqual([]);
    expect(said(`if (room.open) toast({ text: "Saved", tone: "success" });`)).toEqual(["unknown"]);
  });

  it("lets pass what is told last, and what is said of a failure", () => {
    expect(said(`await room.flushed(); output.result({}, () => "sent");`)).toEqual([]);
    expect(said(`if (room.stored) { output.result({}, () => "kept"); return; } await room.flushed();`)).toEqual([]);
    expect(said(`toast({ text: "No", tone: "danger" }); await room.retry();`)).toEqual([]);
    expect(
      said(`try { await room.save(); output.result({}, () => "saved"); } finally { await room.close(); }`),
    ).toEqual([]);
    expect(said(`void room.save().then(() => { toast({ text: "Saved", tone: "success" }); });`)).toEqual([]);
    expect(said(`const saved = await room.save(); if (saved.ok) toast({ text: "Saved", tone: "success" });`)).toEqual(
      [],
    );
  });
});
