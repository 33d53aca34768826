import { type AttackResults, attack } from "./attacks.js";
import { CONSTRUCTIONS } from "./constructions.js";
import { type Costs, costsOf } from "./costs.js";

/** One construction: how the attacks on it ended, and what it cost at each size. */
export interface Result {
  readonly id: string;
  readonly title: string;
  readonly attacks: AttackResults;
  readonly costs: readonly Costs[];
}

/** Runs everything, one after the other. `tell` is called before each part. */
export async function runLab(sizes: readonly number[], tell: (what: string) => void = () => undefined) {
  const results: Result[] = [];
  for (const construction of CONSTRUCTIONS) {
    tell(construction.title);
    const attacks = await attack(construction);
    const costs: Costs[] = [];
    for (const size of sizes) costs.push(await costsOf(construction, size));
    results.push({ id: construction.id, title: construction.title, attacks, costs });
  }
  return results;
}
