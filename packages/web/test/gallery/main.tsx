// Every component in each of its states, for whoever works on their looks: `node packages/web/test/gallery/shoot.mjs FOLDER` makes
// pictures of it. Not part of the product. The address says what to show: ?show=components|frame|welcome|broken|alarms|upgrade, theme=, lang=, dir=.
import "@fontsource-variable/figtree";
import "../../src/design/tokens.css";
import "../../src/design/base.css";
import { render } from "preact";
import { chooseTheme, type Theme } from "../../src/design/theme.js";
import type { Language } from "@conclave/words";
import { chooseLanguage } from "../../src/words/language.js";
import { startShortcuts } from "../../src/app/shortcuts.js";
import { WelcomeScreen } from "../../src/screens/welcome/WelcomeScreen.js";
import { ErrorBoundary } from "../../src/frame/ErrorBoundary.js";
import { startRouting } from "../../src/app/route.js";
import { Alarms } from "./Alarms.js";
import { Components } from "./Components.js";
import { FrameSample } from "./FrameSample.js";
import { Upgrade } from "./Upgrade.js";

const asked = new URLSearchParams(location.search);
chooseTheme((asked.get("theme") ?? "system") as Theme);
chooseLanguage((asked.get("lang") ?? "en") as Language);
document.documentElement.lang = asked.get("lang") ?? "en";
document.documentElement.dir = asked.get("dir") ?? "ltr";
startShortcuts();
startRouting();

// Breaks once: "Try again" must bring it back.
let isBroken = true;
function Breaks() {
  if (!isBroken) return <h1>Whole again</h1>;
  isBroken = false;
  throw new Error("a part that breaks");
}

function Broken() {
  return (
    <main>
      <h1 class="visually-hidden">Around it</h1>
      <ErrorBoundary>
        <Breaks />
      </ErrorBoundary>
    </main>
  );
}

const shows = {
  components: Components,
  frame: FrameSample,
  welcome: WelcomeScreen,
  broken: Broken,
  alarms: () => <Alarms asked={asked} />,
  upgrade: () => <Upgrade asked={asked} />,
};
const Shown = shows[(asked.get("show") ?? "components") as keyof typeof shows];
render(<Shown />, document.getElementById("app")!);
