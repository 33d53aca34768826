/** Numbers that look random and are the same for the same seed (xorshift). */
export class Dice {
  constructor(private state: number) {
    if (state >>> 0 === 0) throw new RangeError("xorshift never leaves zero");
  }

  /** A whole number from 0 to `sides` - 1. */
  roll(sides: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % sides;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.roll(from.length)]!;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.roll(256));
  }
}

/** Numbers at the edge of something: of a length, of an enumeration, of a type. */
const EDGES = [0, 1, 2, 3, 5, 7, 63, 64, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const LARGE = 70_000;

/**
 * A structure with one field changed, anywhere in it: bytes, numbers, lists, or a part of the same kind from elsewhere.
 * What is not changed is shared with the original, which stays as it was.
 */
export function mutate<T>(dice: Dice, value: T, donors: Donors): T {
  const places = placesIn(value);
  const shallow = places.filter((place) => place.length <= 5);
  const place = dice.pick(dice.roll(3) === 0 ? shallow : places);
  return changeAt(value, place, (found) => changed(dice, found, donors)) as T;
}

/** Honest parts that a hostile member may put where they do not belong. */
export interface Donors {
  readonly keys: readonly Uint8Array[];
  readonly parts: readonly object[];
}

type Place = readonly string[];

function placesIn(value: unknown, place: Place = [], found: Place[] = []): Place[] {
  found.push(place);
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array))
    for (const [name, part] of Object.entries(value)) placesIn(part, [...place, name], found);
  return found;
}

function changeAt(value: unknown, [name, ...rest]: Place, change: (found: unknown) => unknown): unknown {
  if (name === undefined) return change(value);
  const part = changeAt((value as Record<string, unknown>)[name], rest, change);
  if (Array.isArray(value)) return value.with(Number(name), part);
  return { ...(value as object), [name]: part };
}

function changed(dice: Dice, value: unknown, donors: Donors): unknown {
  if (value instanceof Uint8Array) return dice.roll(6) === 0 ? dice.pick(donors.keys) : otherBytes(dice, value);
  if (typeof value === "number") return dice.pick([value + 1, Math.max(0, value - 1), value * 2, value ^ 1, ...EDGES]);
  if (typeof value === "bigint")
    return dice.pick([0n, 1n, value + 1n, value > 0n ? value - 1n : 0n, 2n ** 63n, 2n ** 64n - 1n]);
  if (Array.isArray(value)) return otherList(dice, value as unknown[]);
  if (typeof value !== "object" || value === null || dice.roll(2) === 0) return value;
  const alike = donors.parts.filter(
    (part) => "type" in part === "type" in value && "encryptionKey" in part === "encryptionKey" in value,
  );
  return alike.length === 0 ? value : dice.pick(alike);
}

function otherBytes(dice: Dice, bytes: Uint8Array): Uint8Array {
  const at = dice.roll(bytes.length + 1);
  switch (dice.roll(9)) {
    case 0:
      return bytes.map((byte, index) => (index === at ? byte ^ (1 << dice.roll(8)) : byte));
    case 1:
      return bytes.slice(0, at);
    case 2:
      return joined(bytes, new Uint8Array(1 + dice.roll(40)));
    case 3:
      return new Uint8Array(0);
    case 4:
      return dice.bytes(bytes.length);
    case 5:
      return new Uint8Array(bytes.length);
    case 6:
      return new Uint8Array(bytes.length).fill(255);
    case 7:
      return joined(bytes.slice(0, at), bytes.slice(Math.max(0, at - 8)));
    default:
      return dice.roll(20) === 0 ? new Uint8Array(LARGE).fill(dice.roll(256)) : dice.bytes(dice.roll(64));
  }
}

function otherList(dice: Dice, list: readonly unknown[]): unknown[] {
  if (list.length === 0) return [];
  const [one, other] = [dice.roll(list.length), dice.roll(list.length)];
  switch (dice.roll(7)) {
    case 0:
      return [];
    case 1:
      return [...list, list[one]];
    case 2:
      return list.slice(1);
    case 3:
      return list.toReversed();
    case 4:
      return list.toSpliced(one, 1);
    case 5:
      return list.with(one, list[other]).with(other, list[one]);
    default:
      return Array.from({ length: dice.pick([2, 10, 100, 300]) }, () => list[0]);
  }
}

/** A message whose bytes are changed in one to three places, whatever they mean. */
export function mutateBytes(dice: Dice, message: Uint8Array): Uint8Array {
  let bytes: Uint8Array = message.slice();
  for (let left = 1 + dice.roll(3); left > 0; left--) bytes = oneChange(dice, bytes);
  return bytes;
}

function oneChange(dice: Dice, bytes: Uint8Array): Uint8Array {
  const at = dice.roll(Math.max(1, bytes.length));
  switch (dice.roll(8)) {
    case 0:
    case 1:
      return bytes.map((byte, index) => (index === at ? byte ^ (1 << dice.roll(8)) : byte));
    case 2:
      return bytes.slice(0, at);
    case 3:
      return joined(bytes, dice.bytes(1 + dice.roll(16)));
    case 4: {
      const value = dice.pick([0, 1, 2, 3, 4, 5, 63, 64, 127, 128, 191, 192, 255]);
      return bytes.map((byte, index) => (index === at ? value : byte));
    }
    case 5:
      return joined(bytes.slice(0, at + dice.roll(64)), bytes.slice(at));
    case 6:
      return joined(bytes.slice(0, at), bytes.slice(at + dice.roll(32)));
    default: {
      // A length that claims more than there is.
      const claim = [0x80 | dice.roll(64), ...dice.bytes(3)];
      return bytes.map((byte, index) => claim[index - at] ?? byte);
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
