/**
 * A section of the sentences in every language: the English is here, any other is here or is fetched when somebody speaks it.
 * A sentence without placeholders is a text; one with placeholders is a function of their values.
 */
export interface Catalogue<E> {
  readonly en: E;
  readonly [language: string]: E | (() => Promise<E>);
}
