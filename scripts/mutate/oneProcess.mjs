// A test runner for Stryker that loads the sources and the tests once, and then runs the tests for each mutant in the same process.
// vitest starts a thread for every test file and every mutant, and loads everything again: two seconds for a mutant that the first
// test kills, where this takes milliseconds. What a mutant leaves behind in a module would be seen by the next one: so whatever
// test fails is run again without the mutant, and if it still fails, the process is given up and Stryker starts another.
import { appendFileSync, existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { performance } from "node:perf_hooks";
import { clearTimeout, setTimeout } from "node:timers";
import { pathToFileURL } from "node:url";
import { commonTokens, declareFactoryPlugin, PluginKind, tokens } from "@stryker-mutator/api/plugin";
import {
  determineHitLimitReached,
  DryRunStatus,
  MutantRunStatus,
  TestStatus,
  toMutantRunResult,
} from "@stryker-mutator/api/test-runner";
import { isDrawn } from "./sample.mjs";
import { takeSourcesFrom } from "./sources.mjs";

const SAMPLE = JSON.parse(process.env.CONCLAVE_MUTATION_SAMPLE ?? '{"oneIn":1}');

/** Tests that compare times, build rooms of hundreds, or begin again at each commit to a disk: others see most of that before. */
const TAKES_TIME =
  /replay\.linear|client\.requests-past-junk|killed at any moment leaves|at whatever commit to the disk|roster\.forget:|approval\.no-more-than-needed|where they do not suffice|65,536|stores little|bounded-psks|from every place of trees|ssh\.limit:|costs at most 5 ms/u;
/** Milliseconds that a test has at least, and how often its usual time: one that waits for what never comes has failed. */
const LEAST_TIME = 10_000;
const TIMES = 20;

class OneProcess {
  tests = [];
  tookMs = new Map();
  mutants = 0;
  isSpoiled = false;

  constructor(namespace) {
    this.state = globalThis[namespace] ??= {};
  }

  /** Nothing is loaded again: mutants are switched on while tests run, and what is computed at loading is left out. */
  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    const folder = process.cwd();
    takeSourcesFrom(folder);
    const { testsOf } = await import("./vitestStandIn.mjs");
    const asked = JSON.parse(process.env.CONCLAVE_MUTATION_TESTS);
    const files = globSync(asked, { exclude: JSON.parse(process.env.CONCLAVE_MUTATION_NOT) }).sort();
    for (const file of files) this.tests.push(...(await testsOf(file, pathToFileURL(join(folder, file)).href)));
    this.tests = this.tests.filter(({ id }) => !TAKES_TIME.test(id));
    // One process measures, for those beside it and after it.
    const took = process.env.CONCLAVE_MUTATION_TOOK;
    if (existsSync(took)) this.tookMs = new Map(JSON.parse(readFileSync(took, "utf8")));
  }

  /** From the last to the first: a test that needs those before it fails here, and not first with a mutant. */
  async dryRun() {
    this.state.activeMutant = undefined;
    const results = await this.run(this.tests.toReversed(), { untilFailure: false });
    if (process.env.CONCLAVE_MUTATION_TIMES !== undefined) console.error(slowest(results));
    for (const { id, timeSpentMs } of results) this.tookMs.set(id, timeSpentMs);
    writeFileSync(process.env.CONCLAVE_MUTATION_TOOK, JSON.stringify([...this.tookMs]));
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage: this.state.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }) {
    if (this.isSpoiled) process.exit(1);
    if (!isDrawn(activeMutant.id, SAMPLE)) return { status: MutantRunStatus.Error, errorMessage: "not in the sample" };
    this.mutants += 1;
    Object.assign(this.state, { activeMutant: activeMutant.id, hitLimit, hitCount: 0 });
    const asked = testFilter === undefined ? this.tests : this.tests.filter(({ id }) => testFilter.includes(id));
    const time = ({ id }) => this.tookMs.get(id) ?? 0;
    const tests = await this.run(
      asked.toSorted((a, b) => time(a) - time(b)),
      { untilFailure: true },
    );
    const loop = determineHitLimitReached(this.state.hitCount, hitLimit);
    Object.assign(this.state, { activeMutant: undefined, hitLimit: undefined, hitCount: undefined });
    const failed = tests.find(({ status }) => status === TestStatus.Failed);
    if (failed !== undefined) {
      const again = await this.run([this.tests.find(({ id }) => id === failed.id)], { untilFailure: true });
      const failsAlways = again[0].status === TestStatus.Failed;
      // A test that still waits may do something later.
      this.isSpoiled = failsAlways || failed.failureMessage === TOO_LONG;
      if (failsAlways) console.error(`fails without a mutant too: ${failed.id}\n${again[0].failureMessage}`);
      // Perhaps an earlier mutant did it: a new process says.
      if (failsAlways && this.mutants > 1) process.exit(1);
    }
    note(activeMutant, loop === undefined && failed === undefined);
    return toMutantRunResult(loop ?? { status: DryRunStatus.Complete, tests });
  }

  async run(tests, { untilFailure }) {
    const open = new Set();
    const results = [];
    for (const test of tests) {
      this.state.currentTestId = test.id;
      const began = performance.now();
      const limit = Math.max(LEAST_TIME, TIMES * (this.tookMs.get(test.id) ?? Number.POSITIVE_INFINITY));
      const failureMessage = await inTime(failureOf(test, open), limit);
      const timeSpentMs = performance.now() - began;
      const said = { id: test.id, name: test.id, timeSpentMs };
      if (failureMessage === null) results.push({ ...said, status: TestStatus.Success });
      else results.push({ ...said, status: TestStatus.Failed, failureMessage });
      if (failureMessage !== null && untilFailure) break;
    }
    this.state.currentTestId = undefined;
    for (const suite of open) for (const hook of suite.afterAll) await hook();
    return results;
  }
}

const TOO_LONG = "takes too long";

/** What this gives, or that it takes longer than so many milliseconds. */
async function inTime(result, limit) {
  if (!Number.isFinite(limit)) return result;
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, limit, TOO_LONG);
  });
  const first = await Promise.race([result, late]);
  clearTimeout(timer);
  return first;
}

/** What was tried, and what survived, can be read while the run goes on, and of one that is given up. */
function note({ fileName, location, mutatorName, replacement }, hasSurvived) {
  const line = `${relative(process.env.CONCLAVE_MUTATION_ROOT, fileName)}:${location.start.line + 1} ${mutatorName}: ${replacement}\n`;
  appendFileSync(process.env.CONCLAVE_MUTATION_TRIED, line);
  if (hasSurvived) appendFileSync(process.env.CONCLAVE_MUTATION_SURVIVED, line);
}

function slowest(results) {
  const sorted = results.toSorted((a, b) => b.timeSpentMs - a.timeSpentMs).slice(0, 20);
  return sorted.map(({ id, timeSpentMs }) => `${timeSpentMs.toFixed(0)} ms ${id}`).join("\n");
}

async function failureOf({ suites, body }, open) {
  try {
    for (const suite of suites) {
      if (open.has(suite)) continue;
      open.add(suite);
      for (const hook of suite.beforeAll) await hook();
    }
    for (const suite of suites) for (const hook of suite.beforeEach) await hook();
    try {
      await body({});
    } finally {
      for (const suite of suites.toReversed()) for (const hook of suite.afterEach) await hook();
    }
    return null;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

const make = (namespace) => new OneProcess(namespace);
make.inject = tokens("globalNamespace");
const createOneProcess = (injector) => injector.provideValue("globalNamespace", "__stryker__").injectFunction(make);
createOneProcess.inject = tokens(commonTokens.injector);

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, "one-process", createOneProcess)];
