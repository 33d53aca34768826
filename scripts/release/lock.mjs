// The part of this clone's package-lock.json that a package needs, laid out as npm will lay it out: the versions that its tests
// ran with.
import { readJson, without } from "./workspace.mjs";

/**
 * The lock of a package with this name and version. `roots` are what it is made of: the folder of each part in this clone, the
 * place where that lies in the package ("" for itself), and what it needs of the registry. Gives the lock, and for each of its
 * places where this clone has it.
 */
export function lockOf({ name, version, license }, roots) {
  const { packages: source } = readJson("package-lock.json");
  const packages = new Map();
  /** For each place in the package, where this clone's lock has it. */
  const origin = new Map(roots.map(({ place, folder }) => [place, folder]));
  for (const { place, manifest: inside } of roots) {
    if (place !== "") packages.set(place, { ...inside, inBundle: true });
  }
  const needs = roots.flatMap(({ place, folder, outside }) => outside.map((each) => ({ name: each, place, folder })));
  for (let need = needs.shift(); need; need = needs.shift()) {
    const from = find(source, need.folder, need.name);
    if (from === null && need.isOptional) continue;
    if (from === null) throw new Error(`${need.name}, which ${need.folder} needs, is not in package-lock.json`);
    const there = find(Object.fromEntries(packages), need.place, need.name);
    if (there !== null && packages.get(there).version === source[from].version) continue;
    const place = there === null ? `node_modules/${need.name}` : beside(need.place, need.name);
    if (packages.has(place)) throw new Error(`two versions of ${need.name} are needed in one place, ${place}`);
    // Why it is in this clone's lock is nothing to the package.
    const entry = without(source[from], "dev", "devOptional", "peer", "resolved");
    packages.set(place, entry);
    origin.set(place, from);
    needs.push(...needsOf(entry).map((each) => ({ ...each, place, folder: from })));
  }
  check(source, packages, origin);
  const top = [...packages].filter(([place]) => place.lastIndexOf("node_modules/") === 0);
  const exact = (isOptional) =>
    Object.fromEntries(
      top
        .filter(([, { optional }]) => (optional === true) === isOptional)
        .map(([place, { version: theirs }]) => [place.slice("node_modules/".length), theirs])
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  packages.set("", { name, version, license, dependencies: exact(false), optionalDependencies: exact(true) });
  const sorted = [...packages].sort(([a], [b]) => (a < b ? -1 : 1));
  const lock = { name, version, lockfileVersion: 3, requires: true, packages: Object.fromEntries(sorted) };
  return { lock, origin };
}

function needsOf({ dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }) {
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [
    ...[...Object.keys(dependencies), ...peers].map((name) => ({ name, isOptional: false })),
    ...Object.keys(optionalDependencies).map((name) => ({ name, isOptional: true })),
  ];
}

// What came later may hide what was found before it.
function check(source, packages, origin) {
  const all = Object.fromEntries(packages);
  for (const [place, from] of origin) {
    if (place === "" || packages.get(place).inBundle) continue;
    for (const { name } of needsOf(packages.get(place))) {
      const [wanted, there] = [find(source, from, name), find(all, place, name)];
      if (wanted === null) continue;
      if (packages.get(there)?.version !== source[wanted].version)
        throw new Error(`${place} would get another ${name}`);
    }
  }
}

/** Where Node finds a package that is imported in a folder; null where it does not. */
function find(packages, folder, name) {
  for (let at = folder; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) {
    const place = beside(at, name);
    if (place in packages) return place;
    if (at === "") return null;
  }
}

function beside(place, name) {
  return place === "" ? `node_modules/${name}` : `${place}/node_modules/${name}`;
}
