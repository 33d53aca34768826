/**
 * A map of the roster in the making: what was before is copied when it is first changed, and not at all where it may be
 * used up.
 */
export class DraftMap<K, V> {
  private own: Map<K, V> | null;

  constructor(
    private readonly before: ReadonlyMap<K, V>,
    isUsedUp: boolean,
  ) {
    // Every roster's maps were made here, or by `loadRoster`.
    this.own = isUsedUp ? (before as Map<K, V>) : null;
  }

  /** As it is now: to be read only. */
  get now(): ReadonlyMap<K, V> {
    return this.own ?? this.before;
  }

  set(key: K, value: V): void {
    this.changing().set(key, value);
  }

  delete(key: K): void {
    if (this.now.has(key)) this.changing().delete(key);
  }

  private changing(): Map<K, V> {
    return (this.own ??= new Map(this.before));
  }
}
