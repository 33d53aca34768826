import { join, number, numberAt, type PublicKeys } from "./keys.js";

const ROW_BYTES = 68;

/** Who is in: for each a number, 32 bytes for key agreement and 32 for signatures; and the version of the list. */
export interface List {
  readonly version: number;
  readonly people: ReadonlyMap<number, PublicKeys>;
}

export function encodeList({ version, people }: List): Uint8Array {
  return join(number(version), ...[...people].map(([name, keys]) => encodePerson(name, keys)));
}

export function decodeList(bytes: Uint8Array): List {
  const people = new Map<number, PublicKeys>();
  for (let at = 4; at + ROW_BYTES <= bytes.length; at += ROW_BYTES) {
    const [name, keys] = decodePerson(bytes.subarray(at));
    people.set(name, keys);
  }
  return { version: numberAt(bytes), people };
}

export function encodePerson(name: number, keys: PublicKeys): Uint8Array {
  return join(number(name), keys.agree, keys.sign);
}

export function decodePerson(bytes: Uint8Array): [name: number, keys: PublicKeys] {
  return [numberAt(bytes), { agree: bytes.slice(4, 36), sign: bytes.slice(36, 68) }];
}

export function withPerson({ version, people }: List, name: number, keys: PublicKeys): List {
  return { version: version + 1, people: new Map([...people, [name, keys]]) };
}

export function without({ version, people }: List, name: number): List {
  return { version: version + 1, people: new Map([...people].filter(([each]) => each !== name)) };
}
