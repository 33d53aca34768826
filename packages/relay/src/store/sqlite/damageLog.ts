import { RowDamaged } from "./rowDamage.js";

/** Where a table tells of a row that it skips. */
export class DamageLog {
  constructor(private readonly onDamage: (damage: RowDamaged) => void) {}

  /** What `read` gives; null when the row is damaged, which is told. */
  orNull<T>(read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RowDamaged)) throw error;
      this.onDamage(error);
      return null;
    }
  }
}
