/** A row that nobody can have written so: its file was changed or damaged. What it belongs to is refused, and nothing else. */
export class RowDamaged extends Error {
  override readonly name = "RowDamaged";
}
