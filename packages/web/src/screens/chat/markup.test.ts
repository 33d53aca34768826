import { describe, expect, it } from "vitest";
import { isJumbo, parse, type Span } from "./markup.js";

const who = { names: ["Alice", "Bob", "Bob Marley"], ownName: "Bob" };

function spans(text: string): readonly Span[] {
  return parse(text, who).flatMap((block) => (block.kind === "text" ? block.spans : []));
}

function links(text: string) {
  return spans(text).flatMap((span) =>
    span.kind === "link" ? [{ href: span.href, text: span.text, host: span.host }] : [],
  );
}

describe("a message's text as a tree", () => {
  it("finds links, and leaves what ends the sentence", () => {
    expect(links("see https://example.org/a?b=1, and (http://example.com/x_(y)).")).toEqual([
      { href: "https://example.org/a?b=1", text: "https://example.org/a?b=1", host: null },
      { href: "http://example.com/x_(y)", text: "http://example.com/x_(y)", host: null },
    ]);
  });

  it("RULE web.link-host: names the host where the text does not show it (A87)", () => {
    expect(links("https://bank.example@evil.example/login")[0]!.host).toBe("evil.example");
    expect(links("https://bank.example\\@evil.example/")[0]!.host).toBe("bank.example");
    expect(links("https://аррle.com/")[0]!.host).toMatch(/^xn--/u);
    expect(links("HTTPS://Example.org/A")[0]!.host).toBe(null);
  });

  it("A87: makes no link of anything but http, https and mailto", () => {
    for (const bad of [
      "javascript:alert(1)",
      "data:text/html,x",
      "vbscript:x",
      "file:///etc/passwd",
      "blob:https://x/y",
      "//evil.example",
    ]) {
      expect(links(`press ${bad} now`), bad).toEqual([]);
    }
    expect(links("mailto:alice@example.org")[0]!.href).toBe("mailto:alice@example.org");
  });

  it("A82: a text full of links makes at most sixty", () => {
    expect(links("http://a.example/ ".repeat(500))).toHaveLength(60);
  });

  it("finds mentions by the longest name, and code where nothing else counts", () => {
    expect(spans("hi @Bob Marley and @Bob `@Alice https://x.example`")).toEqual([
      { kind: "text", text: "hi " },
      { kind: "mention", name: "Bob Marley", isYou: false },
      { kind: "text", text: " and " },
      { kind: "mention", name: "Bob", isYou: true },
      { kind: "text", text: " " },
      { kind: "code", text: "@Alice https://x.example" },
    ]);
    expect(parse("a\n```js\nlet x = `1`;\n\n```\nb", who)).toEqual([
      { kind: "text", spans: [{ kind: "text", text: "a\n" }] },
      { kind: "code", text: "let x = `1`;\n" },
      { kind: "text", spans: [{ kind: "text", text: "b" }] },
    ]);
  });

  it("shows a few emoji large, and nothing else", () => {
    expect(["🎉", "❤️ 👍", "👩‍🌾"].map(isJumbo)).toEqual([true, true, true]);
    expect(["🎉 hi", "", "1", "🎉🎉🎉🎉"].map(isJumbo)).toEqual([false, false, false, false]);
  });

  it("takes no time for hostile texts", () => {
    const once = () => {
      const before = performance.now();
      for (const text of [
        "`".repeat(60_000),
        "@".repeat(60_000),
        "http://".repeat(9_000),
        "(".repeat(60_000),
        "https://" + ")".repeat(60_000),
      ]) {
        parse(text, who);
        isJumbo(text);
      }
      return performance.now() - before;
    };
    // The best of three: a machine with other work to do holds up one of them, not all.
    expect(Math.min(once(), once(), once())).toBeLessThan(1500);
  });
});
