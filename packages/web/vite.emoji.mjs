import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const PREFIX = "virtual:emoji/";
/** What fonts of the last years have. */
const NEWEST = 15;
const COMPONENTS = 2;
const TONES = ["🏻", "🏼", "🏽", "🏾", "🏿"];

/**
 * Makes `virtual:emoji/en` and its like of emojibase: a text with a line for each emoji, in the usual order: the emoji, its
 * group, whether it has skin tones, its name, its short codes, and other words that it is found by, parted by tabs.
 */
export const emojiData = {
  name: "emoji-data",
  resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : null),
  load: (id) =>
    id.startsWith(`\0${PREFIX}`) ? `export default ${JSON.stringify(table(id.slice(PREFIX.length + 1)))};` : null,
};

function table(language) {
  const codes = require("emojibase-data/en/shortcodes/emojibase.json");
  return require(`emojibase-data/${language}/data.json`)
    .filter(({ group, version }) => group !== undefined && group !== COMPONENTS && version <= NEWEST)
    .sort((one, other) => one.order - other.order)
    .map(({ emoji: written, group, label, tags = [], hexcode, skins = [] }) => {
      // One emoji has one spelling, or a reaction would be there twice.
      const emoji = plain(written);
      const hasTones = TONES.every((tone, at) =>
        skins.some((skin) => skin.tone === at + 1 && plain(skin.emoji) === toned(emoji, tone)),
      );
      return [emoji, group, hasTones ? 1 : 0, label, [codes[hexcode] ?? []].flat().join(" "), tags.join(" ")].join(
        "\t",
      );
    })
    .join("\n");
}

function plain(emoji) {
  return emoji.replace(/(\p{Emoji_Presentation})\ufe0f/gu, "$1");
}

/** As `withTone` of the pages does it: emoji for which it would be wrong are offered without tones. */
function toned(emoji, tone) {
  return emoji.replace(/(\p{Emoji_Modifier_Base})\ufe0f?/gu, `$1${tone}`);
}
