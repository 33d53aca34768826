import { PART, partsOf, placeholdersOf, walk } from "./messages.mjs";

/**
 * What is wrong in the sentences, as lines for their author: a sentence that one language has and English has not, or
 * the other way round; an empty one; other placeholders than in English; a plural without a form that the language needs; a
 * choice that leaves out one of English's.
 */
export function faultsOf(messages) {
  const english = messages.get("en");
  return [...messages].flatMap(([language, sections]) =>
    union(english, sections).flatMap((section) =>
      union(english[section] ?? {}, sections[section] ?? {}).flatMap((key) => {
        const [model, said] = [english[section]?.[key], sections[section]?.[key]];
        const where = `${language}: ${section}.${key}`;
        if (model === undefined) return [`${where} is not in English`];
        if (said === undefined) return [`${where} is missing`];
        if (said.trim() === "") return [`${where} is empty`];
        return messageFaults(language, partsOf(model), partsOf(said)).map((fault) => `${where} ${fault}`);
      }),
    ),
  );
}

function messageFaults(language, model, said) {
  const [wanted, has] = [placeholdersOf(model), placeholdersOf(said)];
  const list = (all) => [...all].map(([name, kind]) => `{${name}: ${kind}}`).join(" ") || "none";
  return [
    ...(list(wanted) === list(has) ? [] : [`has the placeholders ${list(has)} instead of ${list(wanted)}`]),
    ...walk(said).flatMap((part) => formFaults(language, model, part)),
  ];
}

function formFaults(language, model, { type, value, options }) {
  const has = Object.keys(options ?? {});
  if (type === PART.plural) {
    const needs = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const left = needs.filter((form) => !has.includes(form));
    const odd = has.filter((form) => !needs.includes(form) && !form.startsWith("="));
    return [
      ...left.map((form) => `lacks the plural form "${form}" of {${value}}`),
      ...odd.map((form) => `has the plural form "${form}" of {${value}}, which the language has not`),
    ];
  }
  if (type !== PART.select) return [];
  const choices = walk(model).filter((part) => part.type === PART.select && part.value === value);
  const wanted = new Set(choices.flatMap((part) => Object.keys(part.options)));
  return [...wanted].filter((form) => !has.includes(form)).map((form) => `lacks the choice "${form}" of {${value}}`);
}

const union = (a, b) => [...new Set([...Object.keys(a), ...Object.keys(b)])];
