// First of all: an invite leaves the address bar.
import "./app/invite.js";
import "@fontsource-variable/figtree";
import "./design/tokens.css";
import "./design/base.css";
import { computed, effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./shell/App.js";
import { route, startRouting } from "./app/route.js";
import { startShortcuts } from "./app/shortcuts.js";
import { startTitle } from "./frame/title.js";
import { startDensity } from "./design/density.js";
import { startTheme } from "./design/theme.js";
import { rooms, startHome } from "./model/home.js";
import { startNotices } from "./shell/notify.js";
import { expectRoom } from "./app/expectRoom.js";
import { relaysInUse, startTrust } from "./trust/trust.js";
import { startLanguage } from "./words/language.js";
import { spoken } from "./words/words.js";

startTheme();
startDensity();
startLanguage();
startRouting();
startShortcuts();
startHome();
if (route.value.at === "room") expectRoom();
startNotices();
startTitle();
void spoken().then(() => {
  render(<App />, document.getElementById("app")!);
});
void startTrust();
const relays = computed(() => [...new Set([...rooms.value.values()].map(({ relay }) => relay))].sort().join("\n"));
effect(() => relaysInUse(relays.value === "" ? [] : relays.value.split("\n")));
