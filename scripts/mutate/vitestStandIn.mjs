// What the tests of protocol, mls and the relay's core use of vitest, for a process that loads them once and runs them again for
// each mutant. `expect` is vitest's own.
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from "@vitest/expect";

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

export const expect = (value, message) => chai.expect(value, message);
Object.assign(expect, chai.expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT]);
setState({ assertionCalls: 0 }, expect);

const HOOKS = ["beforeAll", "beforeEach", "afterEach", "afterAll"];
const suiteOf = (name, parent) => ({ name, parent, ...Object.fromEntries(HOOKS.map((hook) => [hook, []])) });
let suite = suiteOf("", null);
let tests = [];

/** Imports a test file and gives its tests: `id`, `suites` (outermost first) and `body`. */
export async function testsOf(file, url) {
  suite = suiteOf(file, null);
  tests = [];
  await import(url);
  return tests;
}

/** Suites are awaited by nobody: one whose body is asynchronous is refused. */
export function describe(name, body) {
  const outer = suite;
  suite = suiteOf(name, outer);
  if (body() instanceof Promise) throw new Error(`the body of "${name}" is asynchronous`);
  suite = outer;
}

export function it(name, ...rest) {
  const suites = [];
  for (let at = suite; at !== null; at = at.parent) suites.unshift(at);
  const id = `${suites.map((each) => each.name).join(" > ")} > ${name} #${tests.length}`;
  tests.push({ id, suites, body: rest.find((part) => typeof part === "function") });
}

const each =
  (make) =>
  (table) =>
  (name, body, ...rest) => {
    for (const row of table) make(name, () => (Array.isArray(row) ? body(...row) : body(row)), ...rest);
  };
const skipped = () => undefined;
for (const make of [describe, it]) {
  make.each = each(make);
  make.skip = skipped;
  make.skipIf = (condition) => (condition ? skipped : make);
}

/** How long a test may take is the runner's to say. */
export const vi = { setConfig: skipped };

export const beforeAll = (hook) => void suite.beforeAll.push(hook);
export const beforeEach = (hook) => void suite.beforeEach.push(hook);
export const afterEach = (hook) => void suite.afterEach.unshift(hook);
export const afterAll = (hook) => void suite.afterAll.unshift(hook);
