// Takes the pictures in docs/screens of the real thing: a server, Alice's browser, and her garden club. `npm run screens`.
/* global document -- in functions that the page runs */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { camera } from "./screens/camera.mjs";
import { arrive, everybodyGoes, person, serve, value } from "./screens/club.mjs";
import { drawings } from "./screens/drawings.mjs";
import { writeWords } from "./screens/words.mjs";

const CHROMIUM = "/usr/bin/chromium";
const PORT = 8080;
const shown = fileURLToPath(new URL("../docs/screens", import.meta.url));

if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is needed (apt-get install chromium)`);
const fonts = execFileSync("fc-list", { encoding: "utf8" });
for (const [font, from] of Object.entries({
  NotoColorEmoji: "fonts-noto-color-emoji",
  "NotoSans-": "fonts-noto-core",
})) {
  if (!fonts.includes(font))
    process.stdout.write(`${font} is missing, the pictures will be poorer: apt-get install ${from}\n`);
}

const folder = mkdtempSync(join(tmpdir(), "conclave-screens-"));
mkdirSync(shown, { recursive: true });
for (const file of readdirSync(shown)) if (file.endsWith(".png")) rmSync(join(shown, file));
let server = await serve(join(folder, "data"), PORT);
const { url } = server;
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
// The room is always talked in around ten in the morning.
const hours = (new Date().getUTCHours() - 10 + 24) % 24;
const timezoneId = hours <= 12 ? `Etc/GMT+${hours}` : `Etc/GMT-${24 - hours}`;
const counts = new Map();
const profile = () => browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", timezoneId });

try {
  await takePictures();
  writeWords(join(shown, "words.md"), counts);
} finally {
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
// The people in Node keep connections open.
process.exit(0);

async function takePictures() {
  const alice = await (await profile()).newPage();
  alice.setDefaultTimeout(20_000);
  const shoot = await camera(alice, shown, counts);
  const button = (name) => alice.getByRole("button", { name, exact: true });
  const at = (hash) => alice.goto(`${url}/#/${hash}`);
  const side = alice.locator('[data-pane="side"]');
  const line = (text) => alice.getByRole("article").filter({ hasText: text }).last();

  // The message about the last action has gone again.
  const quiet = () =>
    alice.getByRole("region", { name: "Notifications" }).locator("> *").first().waitFor({ state: "detached" });

  // Starting a room.
  await alice.goto(url);
  await alice.getByRole("heading", { level: 1 }).waitFor();
  await shoot("welcome");
  await at("start");
  await alice.getByLabel("Your name").fill("Alice");
  await alice.getByLabel("Name of the room").fill("Garden club");
  await alice.getByLabel("Name of the room").blur();
  await shoot("start");
  await alice.getByRole("radio", { name: "Everyone agrees" }).check();
  const meaning = alice.getByText("What this means");
  await meaning.click();
  await shoot("start-rules", async () => {
    await alice.getByText("If somebody never answers").waitFor();
    await meaning.evaluate((title) => title.scrollIntoView({ block: "start" }));
  });
  await alice.getByRole("radio", { name: "The owner decides" }).check();
  await alice.getByText("Welcome and server").click();
  await alice.getByLabel("Welcome (optional)").fill("We plan the beds together. Say where your plot is!");
  await button("Start the room").click();
  await alice.getByRole("log").waitFor();
  const link = await alice.getByRole("log").getByLabel("Invite link").inputValue();
  const room = new URL(alice.url()).hash.slice(2);
  await shoot("chat-empty");
  await at("sheet");
  await button("Show the words").click();
  await alice.getByRole("list", { name: "Recovery words, in order" }).waitFor();
  await shoot("recovery-words");
  const words = await alice
    .getByRole("list", { name: "Recovery words, in order" })
    .getByRole("listitem")
    .allInnerTexts();
  await button("I’ve written them down").click();
  const asked = alice.getByRole("textbox", { name: /^Word \d+$/u });
  await asked.first().waitFor();
  await shoot("recovery-check");
  for (const field of await asked.all()) {
    const label = await field.evaluate((input) => input.labels[0].textContent);
    await field.fill(words[Number(/\d+/u.exec(label)[0]) - 1].replace(/[^a-z]/gu, ""));
  }
  await button("Check").click();
  // Back to where one was.
  await alice.getByRole("log").waitFor();

  // People come and talk.
  const bob = await arrive(link, "Bob");
  const carol = await arrive(link, "Carol");
  const dora = await arrive(link, "Dora");
  const say = async (who, text, ref) => {
    const message = await value(who.send(text, ref));
    await value(who.flushed(10_000));
    await line(text.slice(0, 16)).waitFor();
    return message;
  };
  const own = async (text) => {
    await alice.getByRole("textbox", { name: /^Message/u }).fill(text);
    await button("Send").click();
    await line(text.slice(0, 16)).waitFor();
  };
  await own("Welcome, everybody! This is where we plan the year.");
  await say(bob, "Good morning! The compost has arrived: two cubic metres, in front of the gate.");
  const when = await say(carol, "Who has time on Saturday to spread it?");
  await value(bob.react((await say(dora, "I do, from ten. I bring the big wheelbarrow.", when.id)).id, "💪"));
  await say(bob, "Me too");
  await say(bob, "And I know who lends us a second one");
  const files = await drawings(await (await profile()).newPage(), folder);
  await alice.locator("input[type=file]").first().setInputFiles([files.beds]);
  await alice.getByRole("textbox", { name: /^Message/u }).fill("How the beds could look this year");
  await button("Send").click();
  const picture = alice.getByRole("article").filter({ hasText: "How the beds could look" });
  await picture.locator("img, canvas").first().waitFor();
  const beautiful = await say(
    carol,
    "Beautiful! Could the sunflowers go along the fence? There they do not take the light from the beans.",
  );
  for (const [who, emoji] of [
    [bob, "🌻"],
    [dora, "🌻"],
    [dora, "👍"],
  ])
    await value(who.react(beautiful.id, emoji));
  await line("Beautiful").hover();
  await line("Beautiful").click({ button: "right" });
  await alice
    .getByRole("menuitem", { name: "React with ❤️" })
    .or(alice.getByRole("menuitem", { name: "React with 👍" }))
    .first()
    .click();
  await alice.locator("input[type=file]").first().setInputFiles([files.plan]);
  await button("Send").click();
  await line("planting-plan.pdf").waitFor();
  await own("The plan for it, with all distances");
  await say(bob, "@Alice the key to the shed is with my neighbour, second bell: https://maps.example.org/shed");
  await own("Thank you, Bob! I will fetch it on Friday.");
  await say(carol, "See you on Saturday 👋");
  await button("Not now").click();
  await alice.mouse.move(700, 20);
  await shoot("chat");
  await shoot("chat-menu", async () => {
    await alice.keyboard.press("Escape");
    await line("See you on Saturday").click({ button: "right" });
    await alice.getByRole("menu").waitFor();
  });
  await alice.keyboard.press("Escape");
  await alice.evaluate(() => document.activeElement.blur());
  await alice.mouse.move(700, 300);
  await alice.mouse.wheel(0, -4000);
  await line("Welcome, everybody!").waitFor();
  await alice.mouse.move(320, 790);
  await shoot("chat-begin");

  // Other rooms.
  for (const [title, host, words] of [
    ["Choir on Tuesdays", "Ines", "The score for In dulci jubilo is in the folder, @Alice"],
    ["Neighbours, house 12", "Jonas", "Does somebody have a ladder that reaches the gutter?"],
  ]) {
    const founder = await person();
    const policy = { title, name: host, policy: (await import("@conclave/protocol")).preset("owner"), relay: url };
    const other = await value(founder.createRoom(policy));
    const terms = { label: "Everybody", for: { class: "multi", limit: 20 }, notAfter: null, mode: "direct" };
    const { invitation } = await value(other.createInvite(terms));
    await alice.goto("about:blank");
    await alice.goto(other.inviteLink(invitation.inviteId, url));
    // The form already has the name from another room.
    await alice.waitForFunction(() => [...document.querySelectorAll("input")].some(({ value }) => value === "Alice"));
    await button("Join").click();
    await alice.getByRole("log").waitFor();
    await at("rooms");
    await value(other.synced(10_000));
    await value(other.send(words));
    await alice.getByText(words.slice(0, 12)).first().waitFor();
  }
  await shoot("rooms");

  // An invite to ask with; Frida looks at it, and asks.
  await at(`${room}/invites`);
  await button("More options…").click();
  await alice.getByLabel("What is it for?").fill("Notice board");
  await alice.getByRole("radio", { name: "Approve each person" }).check();
  await shoot("invite-new");
  await button("Create link").click();
  const asking = await alice.getByLabel("Invite link").inputValue();
  const frida = await (await profile()).newPage();
  frida.setDefaultTimeout(20_000);
  const shootFrida = await camera(frida, shown, counts);
  await frida.goto(asking);
  await frida.getByLabel("Your name").fill("Frida");
  await shootFrida("join-preview");
  await frida.getByLabel("Note (optional)").fill("From plot 14, we met at the seed swap");
  await frida.getByRole("button", { name: "Ask to join" }).click();
  await frida
    .getByRole("heading", { name: /^You asked to join/u })
    .first()
    .waitFor();
  await shootFrida("join-waiting");
  await frida.goto(`${url}/#/recovery`);
  await frida.getByRole("heading", { level: 1 }).waitFor();
  await frida.context().close();

  // The panels.
  await button("All invites").click();
  await side.getByText("Notice board").first().waitFor();
  await shoot("invites");
  await at(`${room}/people`);
  await side.getByText("From plot 14").waitFor();
  await shoot("people");
  await button("Let in").click();
  await side.getByRole("link", { name: /^Frida/u }).waitFor();
  await side.getByRole("link", { name: /^Bob/u }).click();
  await side.getByRole("list", { name: "Fingerprint words of Bob" }).waitFor();
  await quiet();
  await shoot("person");
  await button("Compare").click();
  await side.getByRole("list", { name: "Fingerprint words of Bob" }).waitFor();
  await shoot("verify-person");
  await button("They match").click();
  await side.getByText(/^Checked by you/u).waitFor();
  await at(`${room}/verify`);
  await side.getByText("Room code").first().waitFor();
  await shoot("verify");
  await at(`${room}/people`);
  await side.getByRole("link", { name: /^Dora/u }).click();
  await button("Remove from the room").click();
  await alice.getByRole("dialog").getByRole("list").waitFor();
  await shoot("remove");
  await alice.keyboard.press("Escape");
  await at(`${room}/decisions`);
  await side.getByText("founded").first().waitFor();
  await shoot("decisions");
  await at(`${room}/room`);
  await side.getByText("Who decides").first().waitFor();
  await shoot("room-rules");
  await at(`${room}/search`);
  await alice.getByRole("searchbox").fill("sat");
  await side.locator("mark").first().waitFor();
  await shoot("search");

  // Settings, and a home that is locked.
  await at("settings");
  await alice.getByRole("heading", { name: "Settings" }).first().waitFor();
  await shoot("settings");
  await at("settings/security");
  await alice.getByText("What opens your rooms on this device").waitFor();
  await shoot("security");

  // The server's operator runs two copies of the folder, and shows Alice another conversation than Bob.
  await at(room);
  await alice.getByRole("log").waitFor();
  await server.stop();
  cpSync(join(folder, "data"), join(folder, "copy"), { recursive: true });
  await alice
    .getByText(/^Not connected/u)
    .first()
    .waitFor();
  await own("Saturday it is, then. I bring cake.");
  await shoot("chat-offline");
  await alice.context().setOffline(true);
  server = await serve(join(folder, "copy"), PORT);
  await value(bob.synced(60_000));
  await value(bob.send("I bring tea, for all who come."));
  await value(bob.flushed(10_000));
  await everybodyGoes();
  await server.stop();
  await alice.context().setOffline(false);
  server = await serve(join(folder, "data"), PORT);
  await alice.waitForFunction(() => !document.querySelector("[data-state=pending]"), null, { timeout: 60_000 });
  await server.stop();
  server = await serve(join(folder, "copy"), PORT);
  await alice.getByRole("alert").getByRole("heading").or(alice.getByRole("alert")).first().waitFor({ timeout: 60_000 });
  await shoot("alarm");
  await at(`${room}/alarms`);
  await side.getByRole("heading", { name: "Alarms" }).waitFor();
  await shoot("alarms");

  await at("settings/security");
  await button("Add a passphrase").click();
  await alice.getByLabel("New passphrase").fill("four words for pictures");
  await alice.getByLabel("Repeat the passphrase").fill("four words for pictures");
  await button("Set passphrase").click();
  await button("Lock now").click();
  await alice.getByRole("heading", { name: "Locked" }).waitFor();
  await quiet();
  await shoot("locked");
  await button("I can't unlock it any more").click();
  await alice.getByLabel("Recovery words").waitFor();
  await shoot("recovery");
}
