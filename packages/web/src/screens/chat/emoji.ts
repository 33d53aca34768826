import { recallText, remember } from "../../app/preference.js";

/** Emoji to pick from, in groups; all of them can be reactions (16 bytes at most). */
export const GROUPS = {
  smileys:
    "😀 😃 😄 😁 😆 😅 😂 🤣 🙂 🙃 😉 😊 😇 🥰 😍 🤩 😘 😋 😛 😜 🤪 🤗 🤭 🤫 🤔 🫡 🤐 🤨 😐 😶 😏 😒 🙄 😬 😌 😔 😪 😴 😷 🤒 🤕 🤢 🥵 🥶 🥴 😵 🤯 🤠 🥳 😎 🤓 🧐 😕 😟 🙁 😮 😯 😲 😳 🥺 🥹 😨 😰 😥 😢 😭 😱 😖 😞 😓 😩 😤 😡 🤬 💀 💩 🤡 👻 👽 🤖",
  gestures:
    "👍 👎 👌 🤌 ✌️ 🤞 🤟 🤘 🤙 👈 👉 👆 👇 ☝️ 👋 ✋ 🖖 👏 🙌 🫶 👐 🤲 🤝 🙏 ✍️ 💪 👀 🧠 👂 👃 👶 🧒 👩 👨 🧓 🙋 🤷 🤦 🙅 🙆 💃 🕺",
  hearts: "❤️ 🧡 💛 💚 💙 💜 🖤 🤍 🤎 💔 💖 💗 💓 💞 💘 💝 💟 💌 💋 🔥 ✨ ⭐ 🌟 💫 💥 💯",
  nature:
    "🐶 🐱 🐭 🐹 🐰 🦊 🐻 🐼 🐨 🐯 🦁 🐮 🐷 🐸 🐵 🐔 🐧 🐦 🦆 🦉 🐺 🐴 🦄 🐝 🦋 🐌 🐞 🐢 🐍 🐙 🐳 🐬 🐟 🌵 🌲 🌳 🌴 🌱 🌿 🍀 🍁 🌸 🌹 🌻 🌍 🌙 ☀️ ⛅ 🌧️ ⛈️ ❄️ 🌈 🌊",
  food: "🍏 🍎 🍐 🍊 🍋 🍌 🍉 🍇 🍓 🫐 🍒 🍑 🥭 🍍 🥝 🍅 🥑 🥦 🥕 🌽 🥔 🍞 🥐 🥨 🧀 🥚 🍳 🥞 🍔 🍟 🍕 🌮 🥗 🍝 🍜 🍣 🍦 🎂 🍰 🍪 🍫 🍿 ☕ 🍵 🍺 🍷 🥂",
  activities:
    "⚽ 🏀 🏈 🎾 🏐 🏓 ⛳ 🎣 🎿 🚴 🏊 🧘 🎨 🎬 🎤 🎧 🎸 🎹 🎲 🎮 🧩 🚗 🚌 🚲 🚂 ✈️ 🚀 ⛵ 🏠 🏢 🏥 🏫 🏖️ ⛰️ 🏕️ 🎉 🎊 🎁 🎈 🏆 🥇",
  symbols:
    "💡 🔦 📱 💻 📷 📞 ⏰ ⏳ 🔋 🔑 🔒 🔓 🛠️ 🔧 🧰 📦 📌 📎 ✂️ 📝 📚 📅 📈 💰 ✅ ❌ ❓ ❗ ⚠️ 🚫 ➕ ➖ 🔄 🆗 🆕 🔔 🔕 ♻️ 🏳️ 🏁",
} as const satisfies Record<string, string>;

/** Those that are one press away. */
export const QUICK = ["👍", "❤️", "😂", "🎉", "😮", "😢"] as const;

const KEY = "conclave.emoji";
const MOST_RECENT = 16;

/** What was picked lately, the last first. */
export function recentEmoji(): string[] {
  const known = new Set(Object.values(GROUPS).flatMap((group) => group.split(" ")));
  return recallText(KEY)
    .split(" ")
    .filter((each) => known.has(each));
}

export function noteEmoji(emoji: string): void {
  remember(KEY, [emoji, ...recentEmoji().filter((each) => each !== emoji)].slice(0, MOST_RECENT).join(" "));
}
