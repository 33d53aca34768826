import { Languages, Moon, Sun, SunMoon } from "lucide-preact";
import type { JSX } from "preact";
import { Menu } from "../design/Menu.js";
import { chooseTheme, theme, type Theme } from "../design/theme.js";
import { LANGUAGES } from "@conclave/words";
import { chooseLanguage, language, languageName } from "../words/language.js";
import { t } from "./words.js";

const THEMES: readonly Theme[] = ["system", "light", "dark"];
const ICONS = { system: SunMoon, light: Sun, dark: Moon };

/** Language and theme, for screens before there are settings. */
export function ViewMenu(): JSX.Element {
  return (
    <>
      <Menu
        label={t.language}
        icon={Languages}
        items={LANGUAGES.map((each) => ({
          text: languageName(each),
          checked: each === language.value,
          onSelect: () => chooseLanguage(each),
        }))}
      />
      <Menu
        label={t.look}
        icon={ICONS[theme.value]}
        items={THEMES.map((each) => ({
          text: t[each],
          icon: ICONS[each],
          checked: each === theme.value,
          onSelect: () => chooseTheme(each),
        }))}
      />
    </>
  );
}
