import { parseMarkup } from "@conclave/client";
import { describe, expect, it } from "vitest";
import { continued, type Format, formatOf, formatted, type Selected, type TextChange } from "./formatting.js";

/** A text with its selection between brackets, or the caret as one bar. */
function selected(text: string): Selected {
  const start = text.search(/[[|]/u);
  const plain = text.replace(/[[|]/u, "").replace(/\]/u, "");
  const end = text.includes("[") ? text.indexOf("]") - 1 : start;
  return { text: plain, start, end };
}

function after({ text }: Selected, { from, to, insert, start, end }: TextChange): string {
  const next = text.slice(0, from) + insert + text.slice(to);
  return start === end
    ? `${next.slice(0, start)}|${next.slice(start)}`
    : `${next.slice(0, start)}[${next.slice(start, end)}]${next.slice(end)}`;
}

function put(text: string, ...formats: readonly Format[]): string {
  return formats.reduce((before, format) => after(selected(before), formatted(selected(before), format)), text);
}

describe("formats", () => {
  it("stand around what is selected, without the spaces beside it, and go again", () => {
    expect(put("say [this ]now", "bold")).toBe("say **[this]** now");
    expect(put("say [this]", "bold", "bold")).toBe("say [this]");
    expect(put("say [this]", "bold", "italic")).toBe("say ***[this]***");
    expect(put("say [this]", "bold", "italic", "bold")).toBe("say *[this]*");
    expect(put("say [this]", "strike", "code")).toBe("say ~~`[this]`~~");
    expect(put("say [this]", "strike", "strike")).toBe("say [this]");
  });

  it("of several lines each has its own", () => {
    expect(put("[one\n\ntwo]", "italic")).toBe("[*one*\n\n*two*]");
    expect(put("[one\n\ntwo]", "italic", "italic")).toBe("[one\n\ntwo]");
    expect(put("[*one*\ntwo]", "bold")).toBe("[***one***\n**two**]");
  });

  it("without a selection wait for what is typed", () => {
    expect(put("a |", "bold")).toBe("a **|**");
    expect(put("a |", "bold", "bold")).toBe("a |");
    expect(put("a |", "codeBlock")).toBe("```\na |\n```");
    expect(put("|", "codeBlock", "bold")).toBe("```\n**|**\n```");
  });

  it("of lines change whole lines, and one list into the other", () => {
    expect(put("a\nb[c\nd]e\nf", "bullets")).toBe("a\n[- bc\n- de]\nf");
    expect(put("[a\nb]", "bullets", "numbers")).toBe("[1. a\n2. b]");
    expect(put("[a\nb]", "numbers", "numbers")).toBe("[a\nb]");
    expect(put("a|b", "quote")).toBe("> a|b");
    expect(put("a|b", "quote", "quote")).toBe("a|b");
    expect(put("[a\n\nb]", "quote")).toBe("[> a\n> \n> b]");
    expect(put("[let a;\nlet b;]", "code")).toBe("[```\nlet a;\nlet b;\n```]");
    expect(put("[let a;\nlet b;]", "code", "codeBlock")).toBe("[let a;\nlet b;]");
  });

  it("are read as what they were put on for", () => {
    const kinds = (["bold", "italic", "strike", "code", "bullets", "numbers", "quote", "codeBlock"] as const).map(
      (each) => {
        const [block] = parseMarkup(put("[words]", each).replace(/[[\]]/gu, ""), { names: [], ownName: null });
        return block!.kind === "text" ? block!.spans[0]!.kind : block!.kind;
      },
    );
    expect(kinds).toEqual(["bold", "italic", "strike", "code", "list", "list", "quote", "code"]);
  });

  it("have keys, also where Shift makes another sign of a digit", () => {
    const none = { ctrlKey: true, metaKey: false, altKey: false, shiftKey: false };
    expect(formatOf({ ...none, key: "b", code: "KeyB" })).toBe("bold");
    expect(formatOf({ ...none, key: "X", code: "KeyX", shiftKey: true })).toBe("strike");
    expect(formatOf({ ...none, key: "(", code: "Digit8", shiftKey: true })).toBe("bullets");
    expect(formatOf({ ...none, key: "C", code: "KeyC", shiftKey: true, altKey: true })).toBe("codeBlock");
    expect(formatOf({ ...none, key: "c", code: "KeyC" })).toBe(null);
    expect(formatOf({ ...none, key: "b", code: "KeyB", ctrlKey: false })).toBe(null);
  });
});

describe("a new line in a list or a quote", () => {
  const next = (text: string) => {
    const change = continued(selected(text));
    return change && after(selected(text), change);
  };
  it("begins the next item; an empty one ends it", () => {
    expect(next("- a|")).toBe("- a\n- |");
    expect(next("9. a|b")).toBe("9. a\n10. |b");
    expect(next("  - a|")).toBe("  - a\n  - |");
    expect(next("> a|")).toBe("> a\n> |");
    expect(next("> - a|")).toBe("> - a\n> - |");
    expect(next("- a\n- |")).toBe("- a\n|");
    expect(next("> |")).toBe("|");
  });
  it("is a line like any other elsewhere", () => {
    for (const text of ["a|", "|", "-a|", "  a|", "1.a|", ">_<|"]) expect(next(text), text).toBe(null);
  });
});
