/** Emoji with the words of a language: made of emojibase by `emojiData.mjs`. */
declare module "virtual:emoji/*" {
  const table: string;
  export default table;
}
