import { CREDENTIAL_TYPE, type LeafNode } from "./leafNode.js";

const TYPES = [CREDENTIAL_TYPE.basic, CREDENTIAL_TYPE.x509] as const;

/** How many members use, and can read, each credential type: counted along, so that no commit looks at every member. */
export class CredentialCensus {
  private constructor(
    private members: number,
    private readonly used: number[],
    private readonly readers: number[],
  ) {}

  static empty(): CredentialCensus {
    return new CredentialCensus(0, [0, 0], [0, 0]);
  }

  fork(): CredentialCensus {
    return new CredentialCensus(this.members, [...this.used], [...this.readers]);
  }

  /** Counts a leaf that comes (1) or goes (-1). */
  count(leaf: LeafNode, by: 1 | -1): void {
    this.members += by;
    for (const [i, type] of TYPES.entries()) {
      if (CREDENTIAL_TYPE[leaf.credential.type] === type) this.used[i]! += by;
      if (leaf.capabilities.credentials.includes(type)) this.readers[i]! += by;
    }
  }

  /** Credential types that members use. */
  usedTypes(): number[] {
    return TYPES.filter((_, i) => this.used[i]! > 0);
  }

  /** Whether every member can read credentials of that type. */
  readByAll(type: number): boolean {
    return TYPES.some((known, i) => known === type && this.readers[i] === this.members);
  }
}
