/** An invariant is broken. The message says which, and by whom. */
export class Broken extends Error {
  override readonly name = "Broken";
}
