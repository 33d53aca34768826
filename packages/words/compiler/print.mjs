import { PART, partsOf, placeholdersOf } from "./messages.mjs";

const HEAD = "// Made of packages/words/messages by packages/words/compiler: change those.\n";

/** The files of all sentences: path → TypeScript. A section is one module for each language, and one that knows them all. */
export function printAll(messages) {
  const languages = [...messages.keys()];
  const sections = Object.keys(messages.get("en"));
  return new Map([
    ["languages.ts", printLanguages(languages)],
    ...sections.map((name) => [`${name}.ts`, printCatalogue(name, languages)]),
    ...languages.flatMap((language) =>
      sections.map((name) => [`${language}/${name}.ts`, printSection(language, name, messages.get(language)[name])]),
    ),
  ]);
}

function printLanguages(languages) {
  const list = languages.map((tag) => JSON.stringify(tag)).join(", ");
  return `${HEAD}/** The languages that every sentence is in. */
export const LANGUAGES = [${list}] as const;
/** The tag of a language that every sentence is in. */
export type Language = (typeof LANGUAGES)[number];
/** The way each language is written: for the attribute dir of a page. Not every browser knows it: it is found out when this is made. */
export const DIRECTIONS: Readonly<Record<Language, "ltr" | "rtl">> = { ${languages.map(printDirection).join(", ")} };
`;
}

function printDirection(tag) {
  const locale = new Intl.Locale(tag);
  return `${JSON.stringify(tag)}: ${JSON.stringify((locale.getTextInfo?.() ?? locale.textInfo).direction)}`;
}

function printCatalogue(name, languages) {
  const others = languages
    .filter((tag) => tag !== "en")
    .map((tag) => `  ${JSON.stringify(tag)}: () => import("./${tag}/${name}.js").then((it) => it.${name}),\n`);
  return `${HEAD}import type { Catalogue } from "../catalogue.js";
import { ${name} as en } from "./en/${name}.js";

export const ${name} = {
  en,
${others.join("")}} satisfies Catalogue<typeof en>;
`;
}

function printSection(language, name, sentences) {
  const isModel = language === "en";
  const lines = Object.entries(sentences).map(
    ([key, message]) =>
      `  ${/^\w+$/u.test(key) ? key : JSON.stringify(key)}: ${printSentence(language, message, isModel)},\n`,
  );
  const body = lines.join("");
  const used = ["counted", "formatNumber", "plural", "select"].filter((each) =>
    new RegExp(`\\b${each}\\(`, "u").test(body),
  );
  return [
    HEAD,
    ...(used.length === 0 ? [] : [`import { ${used.join(", ")} } from "../../format.js";\n`]),
    ...(isModel ? [] : [`import type { ${name} as English } from "../en/${name}.js";\n`]),
    `\nexport const ${name}${isModel ? "" : ": typeof English"} = {\n${body}};\n`,
  ].join("");
}

const TYPES = { text: "string", number: "number", select: "string" };

function printSentence(language, message, isModel) {
  const parts = partsOf(message);
  const placeholders = [...placeholdersOf(parts)];
  const said = expressionOf(language, parts, null);
  if (placeholders.length === 0) return said;
  const names = placeholders.map(([name]) => name).join(", ");
  const types = placeholders.map(([name, kind]) => `readonly ${name}: ${TYPES[kind]}`).join("; ");
  return `({ ${names} }${isModel ? `: { ${types} }` : ""})${isModel ? ": string" : ""} => ${said}`;
}

/** Parts of a message as an expression. `counted` is what `#` stands for. */
function expressionOf(language, parts, counted) {
  const printed = parts.map((part) => partOf(language, part, counted));
  if (printed.length === 1 && parts[0].type !== PART.argument) return printed[0];
  const pieces = parts.map((part, at) => (part.type === PART.text ? escaped(part.value) : `\${${printed[at]}}`));
  return `\`${pieces.join("")}\``;
}

function partOf(language, { type, value, options }, counted) {
  const forms = (inner) =>
    `{ ${Object.entries(options)
      .map(([form, { value: parts }]) => `${JSON.stringify(form)}: ${expressionOf(language, parts, inner)}`)
      .join(", ")} }`;
  const tag = JSON.stringify(language);
  switch (type) {
    case PART.text:
      return JSON.stringify(value);
    case PART.argument:
      return value;
    case PART.number:
      return `formatNumber(${tag}, ${value})`;
    case PART.pound:
      return `formatNumber(${tag}, ${counted})`;
    case PART.plural:
      return isCounted(options)
        ? `counted(${tag}, ${value}, ${countedForms(options)})`
        : `plural(${tag}, ${value}, ${forms(value)})`;
    case PART.select:
      return `select(${value}, ${forms(counted)})`;
  }
}

/** Forms of texts and `#` alone are shorter as texts: no value of somebody else's is among what `#` is looked for in. */
function isCounted(options) {
  const parts = Object.values(options).flatMap(({ value }) => value);
  const isPlain = ({ type, value }) => type === PART.pound || (type === PART.text && !value.includes("#"));
  return parts.some(({ type }) => type === PART.pound) && parts.every(isPlain);
}

function countedForms(options) {
  const forms = Object.entries(options).map(([form, { value }]) => {
    const text = value.map((part) => (part.type === PART.pound ? "#" : part.value)).join("");
    return `${JSON.stringify(form)}: ${JSON.stringify(text)}`;
  });
  return `{ ${forms.join(", ")} }`;
}

const escaped = (text) => text.replace(/[\\`]|\$(?=\{)/gu, "\\$&");
