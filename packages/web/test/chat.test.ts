import type { RoomSession, TimelineMessage } from "@conclave/client";
import type { MessageId } from "@conclave/client/pure";
import { encodeGatewayNotice, encodeVia } from "@conclave/protocol";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { World } from "./browser.js";
import { axeFaults, canBrowse, fromRoomMenu, get, ringOf, send } from "./browser.js";
import { boxOf, lineOf, startTalk, textsOf } from "./talk.js";

const decoder = new TextDecoder();

describe.skipIf(!canBrowse)("a conversation in Chromium (skipped without /usr/bin/chromium or a build)", () => {
  let world: World;
  let alice: RoomSession;
  let bob: RoomSession;
  let page: Page;

  beforeAll(async () => {
    const talk = await startTalk("open", true);
    ({ world, alice, page } = talk);
    bob = talk.bob!;
  });

  afterAll(async () => {
    await world.stop();
  });

  /** What somebody in Node says, when the browser shows it. */
  async function says(room: RoomSession, text: string, ref?: MessageId): Promise<TimelineMessage> {
    const message = await get(room.send(text, ref));
    await get(room.flushed(10_000));
    await line(text.split("\n")[0]!).waitFor();
    return message;
  }

  const line = (text: string) => lineOf(page, text);

  /** The line that has the focus. */
  function focused(): Promise<string> {
    return page.evaluate(() => document.activeElement?.closest('[role="article"]')?.textContent ?? "");
  }

  function side(): Locator {
    return page.locator('[data-pane="side"]');
  }

  const box = () => boxOf(page);

  it("shows who decided what, who says what, and how fresh the list of people is", async () => {
    await says(alice, "Good morning");
    await expect
      .poll(() => page.locator(".system").allInnerTexts())
      .toEqual([expect.stringMatching(/^Carla.*joined/su)]);
    await expect.poll(() => line("Good morning").innerText()).toContain("Alice");
    // The ring is closed, or open: it says nothing else. Who confirmed the list is one press away.
    await expect.poll(() => ringOf(page)).toMatch(/^(?:closed|gap)$/u);
    await page.getByRole("button", { name: "People in this room" }).click();
    await page
      .getByText(/Member list confirmed by Alice|Nobody has confirmed who is here yet/u)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "People in this room" }).click();
    expect(await page.locator('[data-pane="main"]').getByRole("heading").first().innerText()).toBe("Garden club");
  });

  it("sends with Enter, makes a line with Shift and Enter, and empties the field at once", async () => {
    await box().fill("first");
    await box().press("Shift+Enter");
    await box().pressSequentially("second");
    await box().press("Enter");
    expect(await box().inputValue()).toBe("");
    await expect.poll(() => textsOf(alice)).toContain("first\nsecond");
    // It turns from waiting to sent where it stands.
    await expect.poll(() => page.locator('[data-state="pending"]').count()).toBe(0);
  });

  it("the Enter that confirms what an input method offers sends nothing, and chooses nobody", async () => {
    const keys = await page.context().newCDPSession(page);
    // As Safari tells it: after the composition has ended, with the key code of a key that the input method took.
    const confirms = () =>
      keys.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Enter", windowsVirtualKeyCode: 229 });
    for (const text of ["こんにち", "やあ @Bo"]) {
      await box().fill("");
      await box().pressSequentially(text);
      if (text.includes("@")) await page.getByRole("listbox").waitFor();
      await confirms();
      expect(await box().inputValue()).toBe(text);
    }
    expect(await page.getByRole("listbox").count()).toBe(1);
    await box().press("Enter");
    expect(await box().inputValue()).toBe("やあ @Bob ");
    await box().fill("");
    expect(await textsOf(alice)).not.toContain("こんにち");
    await keys.detach();
  });

  it("a text that is too long for a message is offered as a file at once, and the field stays as it was", async () => {
    const tray = page.getByRole("list", { name: "Files to send" });
    await box().fill("What it printed:");
    const long = "0123456789abcde\n".repeat(65_536);
    await page.evaluate((text) => {
      const copy = (event: ClipboardEvent) => {
        event.clipboardData!.setData("text/plain", text);
        event.preventDefault();
      };
      document.addEventListener("copy", copy, { once: true });
    }, long);
    await box().press("Control+A");
    await box().press("Control+C");
    await box().press("End");
    // From the paste to the next picture on the screen.
    const painted = await box().evaluateHandle((area) => {
      const took = new Promise<number>((resolve) => {
        area.addEventListener("paste", () => {
          const began = performance.now();
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - began)));
        });
      });
      return { took };
    });
    await box().press("Control+V");
    const took = await painted.evaluate(({ took }) => took);
    expect(took).toBeLessThan(2000);
    expect(await box().inputValue()).toBe("What it printed:");
    await tray.getByText("Message.txt").waitFor();
    await page.getByRole("button", { name: "Don't send Message.txt" }).click();
    // What is too long by typing, or was there before, can go the same way.
    await box().fill("x".repeat(32_765));
    await box().pressSequentially("and too long");
    await page.getByRole("button", { name: "Send it as a file" }).click();
    expect(await box().inputValue()).toBe("");
    await tray.getByText("Message.txt").waitFor();
    await page.getByRole("button", { name: "Don't send Message.txt" }).click();
  });

  it("a key that follows at once does not bring back what was sent", async () => {
    await box().fill("sent once");
    // In one task: nothing is rendered between the Enter and the next key.
    const left = await box().evaluate((area: HTMLTextAreaElement) => {
      area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
      return area.value;
    });
    expect(left).toBe("");
    await expect.poll(() => textsOf(alice)).toContain("sent once");
  });

  it("of several lines by one person the last says the time; of the others the label, the tools and the menu do", async () => {
    for (const text of ["first of two", "second of two"]) await says(alice, text);
    await line("second of two").waitFor();
    const time = (text: string) => line(text).locator("time");
    expect(await time("second of two").textContent()).toMatch(/^\d\d:\d\d$/u);
    expect(await time("first of two").count()).toBe(0);
    expect(await line("first of two").getAttribute("aria-label")).toMatch(/^Alice, \d\d:\d\d$/u);
    await line("first of two").hover();
    expect(await time("first of two").textContent()).toMatch(/^\d\d:\d\d$/u);
    await line("first of two").click({ button: "right" });
    expect(await page.getByRole("menu").innerText()).toMatch(/^Alice · Today, \d\d:\d\d/u);
    await page.keyboard.press("Escape");
  });

  it("answers with a quote that leads to what it answers", async () => {
    const asked = await says(alice, "Who brings the key?");
    await line("Who brings the key?").click({ button: "right" });
    await page.getByRole("menuitem", { name: "Reply" }).click();
    await page.keyboard.type("I do");
    await page.keyboard.press("Enter");
    await expect.poll(() => textsOf(alice)).toContain("I do");
    const items = await alice.timeline();
    const answer = items.flatMap((item) => (item.kind === "message" ? [item.message] : [])).at(-1)!;
    expect(answer.ref).toEqual(asked.id);
    await line("I do")
      .getByRole("button", { name: /In reply to/u })
      .click();
    await expect.poll(() => line("Who brings the key?").getAttribute("class")).toMatch(/marked/u);
  });

  it("changes the last own message with Up, and says that it was changed", async () => {
    await send(page, "See you at tne");
    await expect.poll(() => textsOf(alice)).toContain("See you at tne");
    await box().press("ArrowUp");
    await expect.poll(() => box().inputValue()).toBe("See you at tne");
    await box().fill("See you at ten");
    await box().press("Enter");
    await expect.poll(() => textsOf(alice)).toContain("See you at ten");
    await expect.poll(() => line("See you at ten").innerText()).toContain("edited");
    expect(await box().inputValue()).toBe("");
  });

  it("keeps the draft aside while a message is changed, and across a reload", async () => {
    await box().fill("half a thou");
    await line("See you at ten").click({ button: "right" });
    await page.getByRole("menuitem", { name: "Edit" }).click();
    await expect.poll(() => box().inputValue()).toBe("See you at ten");
    await box().press("Escape");
    expect(await box().inputValue()).toBe("half a thou");
    await page.waitForTimeout(700);
    await page.reload();
    await expect.poll(() => box().inputValue()).toBe("half a thou");
    await box().fill("");
  });

  it("A133: says whose gateway an outside party writes through, never as if a member wrote it, and that others are let in", async () => {
    const party = new Uint8Array(8);
    const notice = encodeGatewayNotice([{ party, label: "build server", hears: true }]);
    await get(alice.post({ kind: "gateway", body: notice }));
    await get(alice.post({ kind: "via", body: encodeVia({ party, label: "build server", text: "build 9 failed" }) }));
    await get(alice.flushed(10_000));
    const said = line("build 9 failed");
    await said.waitFor();
    await expect.poll(() => said.innerText()).toContain("build server, via Alice's gateway");
    expect(await said.getAttribute("aria-label")).toMatch(/^build server, via Alice's gateway,/u);
    expect(await said.locator("[class*=author]").count()).toBe(0);
    await line("Alice's gateway lets others write here: build server (also reads).").waitFor();
    // A label that could turn the line around is no label.
    const turned = encodeVia({ party, label: "ci\u202eeciB", text: "hidden" });
    await get(alice.post({ kind: "via", body: turned }));
    await line("Something that this version of Conclave can't show.").waitFor();
  });

  it("reacts, from the menu and by pressing what is there, and takes back", async () => {
    const message = await says(bob, "I bring tomatoes");
    await get(bob.react(message.id, "🎉"));
    await line("I bring tomatoes").getByRole("button", { name: "🎉: Bob" }).click();
    await line("I bring tomatoes").getByRole("button", { name: "🎉 2: Bob and Carla" }).waitFor();
    await line("I bring tomatoes").click({ button: "right" });
    await page.getByRole("menuitem", { name: "React with 👍" }).click();
    await expect
      .poll(async () => (await bob.find(message.id))?.reactions.map(({ emoji, people }) => [emoji, people.length]))
      .toEqual([
        ["🎉", 2],
        ["👍", 1],
      ]);
    await line("I bring tomatoes").getByRole("button", { name: "👍: Carla" }).click();
    await expect.poll(async () => (await bob.find(message.id))?.reactions.length).toBe(1);
  });

  it("takes back an own message, after asking", async () => {
    await send(page, "not for you");
    await expect.poll(() => textsOf(alice)).toContain("not for you");
    await line("not for you").click({ button: "right" });
    await page.getByRole("menuitem", { name: "Delete for everyone…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await line("deleted a message").waitFor();
    await expect.poll(() => textsOf(alice)).not.toContain("not for you");
    expect(await page.getByText("not for you").count()).toBe(0);
  });

  it("completes a mention, and marks the line that names you", async () => {
    await box().pressSequentially("hello @al");
    await page.getByRole("option", { name: "Alice" }).waitFor();
    await box().press("Enter");
    expect(await box().inputValue()).toBe("hello @Alice ");
    await box().press("Enter");
    await expect.poll(() => textsOf(alice)).toContain("hello @Alice");
    await says(bob, "@Carla are you there?");
    await expect.poll(() => line("are you there?").locator("[data-mention]").innerText()).toBe("@Carla");
  });

  it("goes from line to line by keyboard, and opens the menu with Enter", async () => {
    await page.getByRole("log").focus();
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => focused()).toContain("are you there?");
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => focused()).toContain("hello @Alice");
    await page.keyboard.press("Enter");
    await page.getByRole("menu").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => focused()).toContain("hello @Alice");
    await page.keyboard.press("r");
    await page.getByText("Replying to Alice").or(page.getByText("Replying to Carla")).first().waitFor();
    await page.keyboard.press("Escape");
  });

  it("the menu quotes what it acts on and marks it; the list stands still under it, and a wheel closes it", async () => {
    const about = await says(alice, "what the menu is about");
    for (let at = 0; at < 4; at++) await says(alice, `filler ${at}`);
    const target = line(decoder.decode(about.body));
    await target.click({ button: "right" });
    const menu = page.getByRole("menu");
    expect(await menu.locator("[data-about]").innerText()).toContain("what the menu is about");
    expect(await target.getAttribute("class")).toMatch(/held/u);
    const before = (await target.boundingBox())!.y;
    for (let at = 0; at < 3; at++) {
      await get(alice.send(`came under the menu ${at}`));
      await page.getByText(`came under the menu ${at}`).first().waitFor({ state: "attached" });
    }
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    expect((await target.boundingBox())!.y).toBe(before);
    expect(await menu.count()).toBe(1);
    await page.getByRole("log").hover({ position: { x: 5, y: 5 } });
    await page.mouse.wheel(0, -40);
    await expect.poll(() => menu.count()).toBe(0);
    expect(await target.getAttribute("class")).not.toMatch(/held/u);
  });

  it("finds what was written, in the room and in all rooms, and goes there", async () => {
    await fromRoomMenu(page, "Search in this room");
    await page.getByRole("searchbox").fill("tomat");
    const result = side().getByRole("button", { name: /tomatoes/u });
    expect(await result.locator("mark").innerText()).toBe("tomatoes");
    await result.click();
    await expect.poll(() => line("I bring tomatoes").getAttribute("class")).toMatch(/marked/u);
    await page.evaluate(() => {
      location.hash = "#/search";
    });
    await page.getByRole("searchbox").fill("key");
    await page.locator('[data-pane="main"]').getByText("in Garden club").first().waitFor();
    await page
      .getByRole("main")
      .getByRole("button", { name: /Who brings the/u })
      .click();
    await line("Who brings the key?").waitFor();
  });

  it("what is written offline waits, says so, and goes out when the line is back", async () => {
    await page.context().setOffline(true);
    await page.evaluate(() => dispatchEvent(new Event("offline")));
    // Chromium does not cut sockets that are open; the relay's end does.
    await send(page, "written in the tunnel");
    await line("written in the tunnel").waitFor();
    await page.context().setOffline(false);
    await expect.poll(() => textsOf(alice)).toContain("written in the tunnel");
  });

  it("axe finds nothing, in both themes, with a menu and without", async () => {
    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await page.reload();
      await page.getByRole("article").first().waitFor();
      expect(await axeFaults(page), theme).toEqual([]);
      await line("I bring tomatoes").click({ button: "right" });
      expect(await axeFaults(page), `${theme}, menu`).toEqual([]);
      await page.keyboard.press("Escape");
      await fromRoomMenu(page, "Search in this room");
      await page.getByRole("searchbox").fill("tomat");
      await side().locator("mark").first().waitFor();
      expect(await axeFaults(page), `${theme}, search`).toEqual([]);
      await side().getByRole("button", { name: "Close" }).click();
    }
  });
});
