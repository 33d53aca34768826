/**
 * Which node holds a key: a base that trees share, and one tree's changes on top. So a commit asks "is this key taken?"
 * without looking at every member.
 */
export class KeyIndex {
  private readonly changes = new Map<string, number | null>();

  constructor(private readonly base: Map<string, number> = new Map()) {}

  get(key: Uint8Array): number | null {
    const name = keyName(key);
    const changed = this.changes.get(name);
    return changed === undefined ? (this.base.get(name) ?? null) : changed;
  }

  /** Gives a key to a node. False when another node has it. */
  claim(key: Uint8Array, node: number): boolean {
    const holder = this.get(key);
    if (holder !== null && holder !== node) return false;
    this.changes.set(keyName(key), node);
    return true;
  }

  /** Frees a key that a node gives up. */
  release(key: Uint8Array, node: number): void {
    if (this.get(key) === node) this.changes.set(keyName(key), null);
  }

  fork(): KeyIndex {
    return new KeyIndex(this.base);
  }

  /** Writes the changes into the base. */
  settle(): void {
    for (const [name, node] of this.changes) {
      if (node === null) this.base.delete(name);
      else this.base.set(name, node);
    }
    this.changes.clear();
  }
}

// 32 bytes (and the length) tell keys apart, also the long hybrid ones: that another key begins alike is as unlikely as
// that it is the same. Two bytes to a character, without a loop: a commit asks this a hundred times.
function keyName(key: Uint8Array): string {
  const two = (at: number): number => ((key[at] ?? 0) << 8) | (key[at + 1] ?? 0);
  const first = String.fromCharCode(two(0), two(2), two(4), two(6), two(8), two(10), two(12), two(14));
  const second = String.fromCharCode(two(16), two(18), two(20), two(22), two(24), two(26), two(28), two(30));
  return first + second + String.fromCharCode(key.length);
}
