import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMarkup } from "./markup.js";
import { markupText } from "./markupText.js";
import type { MarkupBlock, MarkupSpan } from "./markupTree.js";

const who = { names: ["Alice", "Bob", "Bob Marley"], ownName: "Bob" };
const read = (text: string) => parseMarkup(text, who);

/** The tree as text that shows where each node begins and ends. */
function shape(blocks: readonly MarkupBlock[]): string {
  return blocks
    .map((block) => {
      if (block.kind === "text") return block.spans.map(shapeOf).join("");
      if (block.kind === "code") return `{code ${block.text}}`;
      if (block.kind === "quote") return `{quote ${shape(block.blocks)}}`;
      return `{list ${block.items.map(({ number, blocks }) => `[${number === null ? "" : `${String(number)} `}${shape(blocks)}]`).join("")}}`;
    })
    .join("|");
}

function shapeOf(span: MarkupSpan): string {
  if (span.kind === "text") return span.text;
  if ("spans" in span) return `<${span.kind} ${span.spans.map(shapeOf).join("")}>`;
  return span.kind === "mention" ? `<@${span.name}>` : `<${span.kind} ${span.text}>`;
}

const shapes = (text: string) => shape(read(text));

function links(text: string) {
  const inner = (spans: readonly MarkupSpan[]): readonly MarkupSpan[] =>
    spans.flatMap((span) => ("spans" in span ? inner(span.spans) : [span]));
  return read(text).flatMap((block) =>
    block.kind === "text"
      ? inner(block.spans).flatMap((span) =>
          span.kind === "link" ? [{ href: span.href, text: span.text, host: span.host }] : [],
        )
      : [],
  );
}

describe("what stands out in a line", () => {
  it("is bold, italic, struck out, or all of them", () => {
    expect(shapes("**a** *b* _c_ ~~d~~ ***e***")).toBe("<bold a> <italic b> <italic c> <strike d> <bold <italic e>>");
    expect(shapes("**a *b ~~c~~* d**, (*e*).")).toBe("<bold a <italic b <strike c>> d>, (<italic e>).");
    expect(shapes("**see https://x.example/a_b_c**")).toBe("<bold see <link https://x.example/a_b_c>>");
    expect(shapes("**@Bob** *@Alice*")).toBe("<bold <@Bob>> <italic <@Alice>>");
    expect(shapes("这是**重点**吗")).toBe("这是<bold 重点>吗");
    expect(shapes("**bold *both***")).toBe("<bold bold <italic both>>");
  });

  it("stays as it was typed where a mark has no other half, or means something else", () => {
    for (const text of [
      "2*3*4 = 24, 2 * 3 * 4, 2**3 and 4**5",
      "snake_case_name, __init__, a_b",
      "*.ts and *.js, src/*.ts or test/*.ts, f(*args, **kwargs)",
      "**open, *open, ~~open, `open",
      "** a ** and * a *",
      "*one\nline* only",
      "****, ***, ~~~, ~a~, ____",
      "a * b_c ~ d ` e",
      ">_< >:( 5 > 3",
      "-5 degrees, -",
      "1.5 or 1.",
      "--- - - -",
      "\\o/ ¯\\_(ツ)_/¯",
    ]) {
      expect(shapes(text), text).toBe(text);
    }
  });

  it("is code where nothing else counts", () => {
    expect(shapes("`**a** @Bob https://x.example` **`b`**")).toBe(
      "<code **a** @Bob https://x.example> <bold <code b>>",
    );
    expect(shapes("``a ` b`` and `` ` ``")).toBe("<code a ` b> and <code `>");
    expect(shapes("`` and ` ` and ```x``` here")).toBe("`` and ` ` and <code x> here");
    expect(shapes("*a `b* c`")).toBe("*a <code b* c>");
  });

  it("mentions by the longest name, and the room where its author may", () => {
    expect(shapes("hi @Bob Marley and @Bob, not a@Bob")).toBe("hi <@Bob Marley> and <@Bob>, not a@Bob");
    expect(shape(parseMarkup("@room tea", who))).toBe("@room tea");
    expect(parseMarkup("@room tea", { ...who, namesRoom: true })).toEqual([
      {
        kind: "text",
        spans: [
          { kind: "mention", name: "room", isYou: true },
          { kind: "text", text: " tea" },
        ],
      },
    ]);
  });
});

describe("blocks", () => {
  it("are lines of code, to the next three backticks or to the end", () => {
    expect(shapes("a\n```js\nlet x = `1`;\n\n```\nb")).toBe("a|{code let x = `1`;\n}|b");
    expect(shapes("```let x```")).toBe("{code let x}");
    expect(shapes("```\na\nb``` c")).toBe("{code a\nb}| c");
    expect(shapes("```\n**a**\n- b")).toBe("{code **a**\n- b}");
    expect(shapes("```\n```\na")).toBe("```\n```\na");
    expect(shapes("``` let x\ny```")).toBe("{code  let x\ny}");
  });

  it("are quotes, also in quotes", () => {
    expect(shapes("> a\n> **b**\nc")).toBe("{quote a\n<bold b>}|c");
    expect(shapes("> a\n>> b\n> c")).toBe("{quote a|{quote b}|c}");
    expect(shapes("> - a\n> - b")).toBe("{quote {list [a][b]}}");
    expect(shapes("> > > > > a")).toBe("{quote {quote {quote {quote > a}}}}");
  });

  it("are lists, with the numbers that were typed", () => {
    expect(shapes("to buy:\n- **a**\n- b\n  more of b\n  - c\n\nend")).toBe(
      "to buy:|{list [<bold a>][b\nmore of b|{list [c]}]}|end",
    );
    expect(shapes("3. a\n1) b\n* c")).toBe("{list [3 a][1 b]}|{list [c]}");
    expect(shapes("- ```\n  x\n  ```")).toBe("{list [{code x}]}");
    expect(shapes("- - - - - a")).toBe("{list [{list [{list [{list [- a]}]}]}]}");
  });
});

describe("links", () => {
  it("are found, and leave what ends the sentence", () => {
    expect(links("see https://example.org/a?b=1, and (http://example.com/x_(y)).")).toEqual([
      { href: "https://example.org/a?b=1", text: "https://example.org/a?b=1", host: null },
      { href: "http://example.com/x_(y)", text: "http://example.com/x_(y)", host: null },
    ]);
    expect(links("www.example.org, *www.example.com/a_b*")).toEqual([
      { href: "https://www.example.org/", text: "www.example.org", host: null },
      { href: "https://www.example.com/a_b", text: "www.example.com/a_b", host: null },
    ]);
    expect(links("www., www.a, a.www.b.example, @www.b.example, WWW")).toEqual([]);
  });

  it("RULE web.link-host: name the host where the text does not show it (A87)", () => {
    expect(links("https://bank.example@evil.example/login")[0]!.host).toBe("evil.example");
    expect(links("https://bank.example\\@evil.example/")[0]!.host).toBe("bank.example");
    expect(links("https://аррle.com/")[0]!.host).toMatch(/^xn--/u);
    expect(links("HTTPS://Example.org/A")[0]!.host).toBe(null);
    expect(links("www.bank.example:x@evil.example/")[0]!.host).toBe("evil.example");
    expect(links("www.аррle.com")[0]!.host).toMatch(/^www\.xn--/u);
    expect(links("[https://bank.example](https://evil.example)")).toEqual([]);
  });

  it("RULE markup.link-schemes: begin with http, https, mailto or www., and with nothing else (A87)", () => {
    for (const bad of [
      "javascript:alert(1)",
      "data:text/html,x",
      "vbscript:x",
      "file:///etc/passwd",
      "blob:https://x/y",
      "//evil.example",
      "javascript:www.evil.example",
      "javascript://www.evil.example/%0aalert(1)",
    ]) {
      expect(links(`press ${bad} now`), bad).toEqual([]);
    }
    expect(links("mailto:alice@example.org")[0]!.href).toBe("mailto:alice@example.org");
  });
});

describe("hostile texts", () => {
  const HOSTILE = [
    ..."`*_~@>-( ".split("").map((each) => each.repeat(65_536)),
    ...["*a ", "**a ", "_a ", "~~a ", "*a* ", "***a ", "a*** ", "*a **b ", "**a* ", "`a ", "``a `b "].map((each) =>
      each.repeat(65_536 / each.length),
    ),
    ...["> ", ">> a\n", "- ", "- a\n", "  - a\n", "1. ", "```\n", "``` a\n", "```a```\n", ">\n", "\n", "> - "].map(
      (each) => each.repeat(65_536 / each.length),
    ),
    ...["http://", "https://x.y/*a* ", "www.a.b ", "www.", "mailto:a", "https://" + ")".repeat(60)].map((each) =>
      each.repeat(65_536 / each.length),
    ),
    Array.from({ length: 360 }, (_, n) => "`".repeat(n + 1)).join(" "),
    Array.from({ length: 360 }, (_, n) => `${" ".repeat(n % 4)}- ${"> ".repeat(n % 9)}a`).join("\n"),
    "@Bob ".repeat(13_000),
  ];

  it("RULE markup.bounded: of 64 kB take milliseconds, and make a bounded tree (attack A82)", () => {
    const took = HOSTILE.map((text) => {
      const began = process.cpuUsage();
      const blocks = read(text);
      const { user } = process.cpuUsage(began);
      expect(nodesOf(blocks), text.slice(0, 20)).toBeLessThan(15_000);
      return { text: text.slice(0, 12), ms: user / 1000 };
    });
    // Milliseconds of the processor: how busy the machine is otherwise does not matter.
    const sum = took.reduce((all, { ms }) => all + ms, 0);
    expect(sum / HOSTILE.length, JSON.stringify(took)).toBeLessThan(60);
    for (const { text, ms } of took) expect(ms, text).toBeLessThan(500);
    expect(links("http://a.example/ ".repeat(500))).toHaveLength(60);
  });

  it("RULE markup.bounded: what is left over is text, with nothing lost (attack A82)", () => {
    const text = "*a* ".repeat(5000).trimEnd();
    expect(markupText(read(text)).replaceAll("*", "")).toBe(text.replaceAll("*", ""));
    expect(nodesOf(read(text))).toBeLessThan(6100);
  });
});

function nodesOf(blocks: readonly MarkupBlock[]): number {
  const ofSpans = (spans: readonly MarkupSpan[]): number =>
    spans.reduce((sum, span) => sum + 1 + ("spans" in span ? ofSpans(span.spans) : 0), 0);
  return blocks.reduce((sum, block) => {
    if (block.kind === "text") return sum + 1 + ofSpans(block.spans);
    if (block.kind === "code") return sum + 1;
    if (block.kind === "quote") return sum + 1 + nodesOf(block.blocks);
    return sum + 1 + block.items.reduce((all, { blocks }) => all + 1 + nodesOf(blocks), 0);
  }, 0);
}

describe("whatever is typed", () => {
  const PIECES = [
    "*",
    "**",
    "***",
    "_",
    "~~",
    "`",
    "``",
    "```",
    "> ",
    "- ",
    "1. ",
    "\n",
    " ",
    "  ",
    "a",
    "b c",
    "é",
    "中",
  ];
  const typed = fc.array(fc.constantFrom(...PIECES, "@Bob", "www.x.example", "https://x.example"), { maxLength: 60 });

  it("the tree says all of it but marks and space around blocks, in the same order", () => {
    fc.assert(
      fc.property(typed, (pieces) => {
        const text = pieces.join("");
        const said = markupText(read(text));
        // Between what is left, marks, space and names of languages were dropped, and nothing else.
        const dropped = text.includes("```") ? /[*_~`>\-\s\w.]/u : /[*_~`>\-\s]/u;
        let at = 0;
        for (const letter of said.replaceAll("\n", "")) {
          while (at < text.length && text[at] !== letter) {
            expect(text[at]).toMatch(dropped);
            at++;
          }
          expect(at, `${JSON.stringify(text)} → ${JSON.stringify(said)}`).toBeLessThan(text.length);
          at++;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("what is written with marks is read with them", () => {
    const word = fc.stringMatching(/^[a-zé中][a-z é中]{0,8}[a-zé中]$/u);
    const marked = fc.tuple(fc.constantFrom("**", "*", "_", "~~", "`"), word);
    const line = fc.array(fc.oneof(word, marked), { minLength: 1, maxLength: 8 });
    const kinds = { "**": "bold", "*": "italic", _: "italic", "~~": "strike", "`": "code" } as const;
    fc.assert(
      fc.property(line, fc.constantFrom("", "> ", "- ", "12. "), (parts, before) => {
        const text =
          before + parts.map((each) => (typeof each === "string" ? each : each[0] + each[1] + each[0])).join(" ");
        const shown = parts
          .map((each) => (typeof each === "string" ? each : `<${kinds[each[0]]} ${each[1]}>`))
          .join(" ");
        const around = {
          "": shown,
          "> ": `{quote ${shown}}`,
          "- ": `{list [${shown}]}`,
          "12. ": `{list [12 ${shown}]}`,
        };
        expect(shapes(text)).toBe(around[before]);
      }),
    );
  });
});
