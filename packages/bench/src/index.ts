/** Groups for measuring, as the benches and the lab use them. */
export { actors, type BenchSuite, engine, filled, leaf, newcomer, unwrap } from "./mlsGroup.js";
export { median } from "./stopwatch.js";
