/** A row that the relay cannot have written: its file was changed or damaged. What it belongs to is refused, and nothing else. */
export class RowDamaged extends Error {
  override readonly name = "RowDamaged";
}
