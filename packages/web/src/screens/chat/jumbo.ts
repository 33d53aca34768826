/** Whether the text is nothing but one to three emoji: shown large. */
export function isJumbo(text: string): boolean {
  return (
    text.length <= 40 &&
    /^(?:\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier}|\u200d\p{Extended_Pictographic})*\s?){1,3}$/u.test(text)
  );
}
