import eslint from "@eslint/js";
import tseslint from "typescript-eslint";
import { ARROWS, arrows } from "./scripts/lint/arrows.mjs";
import { compareBytes } from "./scripts/lint/compareBytes.mjs";
import { layers } from "./scripts/lint/layers.mjs";
import { noCircle } from "./scripts/lint/noCircle.mjs";
import { outcomeLast } from "./scripts/lint/outcomeLast.mjs";

// Pure packages take time and randomness as arguments, and touch nothing outside.
const pure = ["codec", "mls", "protocol", "wire"];

const conclave = {
  rules: {
    arrows,
    "compare-bytes": compareBytes,
    layers,
    "no-circle": noCircle,
    "outcome-last": outcomeLast,
  },
};

const packages = Object.keys(ARROWS);
// What a package has for others is in its entries: its sources and its build are its own, for tests too.
const foreignFiles = {
  regex: `^(\\.\\./)+(packages/)?(${packages.join("|")})/(src|dist)(/|$)`,
  message: "Another package's files are its own: import from one of its entries (./testing, for tests).",
};
// These are tests of the whole, and play attackers.
const attackers = ["simulator", "bench", "lab"];
const tests = ["**/*.test.ts", "**/*.test.tsx", "**/*.fixture.ts", "packages/*/test/**"];

function arrowsOf(name) {
  // Its own files a package imports by their path: then the layers see it.
  const forbidden = packages.filter((other) => !ARROWS[name].includes(other));
  return {
    files: [`packages/${name}/src/**/*.{ts,tsx}`],
    ignores: tests,
    plugins: { conclave },
    rules: {
      "conclave/arrows": [
        "error",
        {
          regex: `^@conclave/(${forbidden.join("|")})(/|$)`,
          message: `packages/${name} may import only: ${ARROWS[name].join(", ") || "nothing of the workspace"}.`,
        },
        foreignFiles,
        ...(attackers.includes(name)
          ? []
          : [{ regex: "^@conclave/.*/testing$", message: "For tests, simulations and measurements." }]),
        ...(pure.includes(name) ? [{ regex: "^(node:|@conclave/crypto/)", message: "This package is pure." }] : []),
      ],
    },
  };
}

// Syntax that is refused. ESLint lets the last block that says `no-restricted-syntax` for a file win, so each file has one.
const typedCommands = ["Literal[value=/\\bconclave [a-z]/]", "TemplateElement[value.raw=/\\bconclave [a-z]/]"].map(
  (selector) => ({
    selector,
    message: "Build commands to be typed with nextCommand() or otherCommand() of terminal/nextCommand.ts.",
  }),
);
const refsInEffects = {
  selector:
    "CallExpression[callee.name=/^use(Layout)?Effect$/] > ArrayExpression MemberExpression[property.name='current']",
  message: "A ref changes after the drawing, so the effect misses it: keep the element as state.",
};

export default tseslint.config(
  { ignores: ["**/dist/**", "**/build/**", "**/generated/**", "**/node_modules/**", "coverage/**", "data/**"] },
  eslint.configs.recommended,
  {
    files: ["packages/**/*.{ts,tsx}", "docs/**/*.ts", "scripts/**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // `!` says "an invariant holds here"; noUncheckedIndexedAccess makes it visible where one is leant on.
      "@typescript-eslint/no-non-null-assertion": "off",
      // `const { version: _version, ...rest }` takes a field off.
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_", argsIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "no-console": "error",
    },
  },
  {
    files: ["packages/*/src/**/*.{ts,tsx}"],
    ignores: tests,
    plugins: { conclave },
    rules: { "conclave/layers": "error", "conclave/no-circle": "error" },
  },
  ...packages.map(arrowsOf),
  {
    files: [...tests, "docs/**/*.ts", "scripts/**/*.ts"],
    plugins: { conclave },
    rules: { "conclave/arrows": ["error", foreignFiles] },
  },
  // Bytes are compared as bytes: equalBytes of codec, or constantTimeEqual of crypto where they are secret.
  {
    files: ["packages/*/src/**/*.{ts,tsx}"],
    ignores: [...tests, "packages/client/src/conformance/**"],
    plugins: { conclave },
    rules: { "conclave/compare-bytes": "error" },
  },
  // What a person is told to type next has to work as it stands: the program as it was started, the home, the quotes.
  {
    files: ["packages/cli/src/**/*.{ts,tsx}"],
    // Help is printed with the program's name put in; manual and completion are of the installed one; the demo types for itself.
    ignores: [...tests, "packages/cli/src/program/**", "packages/cli/src/manual/**", "packages/cli/src/demo/**"],
    rules: { "no-restricted-syntax": ["error", ...typedCommands, refsInEffects] },
  },
  // What is told is true: an outcome is told after it is so.
  {
    files: ["packages/cli/src/**/*.{ts,tsx}", "packages/web/src/**/*.{ts,tsx}"],
    plugins: { conclave },
    rules: { "conclave/outcome-last": "error" },
  },
  // The demo's attackers use whatever an attacker would.
  { files: ["packages/cli/src/demo/**"], rules: { "conclave/arrows": "off" } },
  {
    files: pure.map((name) => `packages/${name}/src/**/*.ts`),
    ignores: tests,
    rules: {
      "no-restricted-globals": [
        "error",
        "process",
        "Buffer",
        "fetch",
        "setTimeout",
        "setInterval",
        "performance",
        "crypto",
        "window",
      ],
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "Randomness is passed in." },
        { object: "Date", property: "now", message: "Time is passed in." },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Time is passed in." },
      ],
    },
  },
  { files: ["packages/web/src/**/*.{ts,tsx}"], rules: { "no-restricted-syntax": ["error", refsInEffects] } },
  { files: ["packages/cli/bin/*.js"], languageOptions: { globals: { URL: "readonly", process: "readonly" } } },
  { files: ["packages/cli/**", "packages/bench/**", "packages/lab/**"], rules: { "no-console": "off" } },
  {
    files: tests,
    rules: {
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "no-console": "off",
    },
  },
  {
    files: ["**/*.mjs", "*.config.{js,ts}"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
);
