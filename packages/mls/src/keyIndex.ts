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

// 32 bytes tell keys apart, also the long hybrid ones: that another key begins alike is as unlikely as that it is the same.
const keyName = (key: Uint8Array): string => String.fromCharCode(...key.subarray(0, 32));
