/** Emoji with the words of a language: made of emojibase by `vite.emoji.mjs`. */
declare module "virtual:emoji/*" {
  const table: string;
  export default table;
}
