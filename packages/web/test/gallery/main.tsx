// Every component in each of its states, for whoever works on their looks: `node packages/web/test/gallery/shoot.mjs FOLDER` makes
// pictures of it. Not part of the product. The address says what to show: ?show=components|frame|welcome, theme=, lang=, dir=.
import "../../src/design/tokens.css";
import "../../src/design/base.css";
import { render } from "preact";
import { chooseTheme, type Theme } from "../../src/design/theme.js";
import { chooseLanguage, type Language } from "../../src/words/language.js";
import { startShortcuts } from "../../src/app/shortcuts.js";
import { Welcome } from "../../src/screens/welcome/Welcome.js";
import { Components } from "./Components.js";
import { FrameSample } from "./FrameSample.js";

const asked = new URLSearchParams(location.search);
chooseTheme((asked.get("theme") ?? "system") as Theme);
chooseLanguage((asked.get("lang") ?? "en") as Language);
document.documentElement.lang = asked.get("lang") ?? "en";
document.documentElement.dir = asked.get("dir") ?? "ltr";
startShortcuts();

const shows = { components: Components, frame: FrameSample, welcome: Welcome };
const Shown = shows[(asked.get("show") ?? "components") as keyof typeof shows];
render(<Shown />, document.getElementById("app")!);
