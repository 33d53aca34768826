/** The part of a plugin of Vite that makes `virtual:emoji/en` and its like. */
export declare const emojiData: {
  readonly name: string;
  resolveId(id: string): string | null;
  load(id: string): string | null;
};
