import { type Codec, u16, u8 } from "./codec.js";
import { DecodeError } from "./decodeError.js";
import { decode, encode } from "./structure.js";

/** The codecs of a structure's fields, in the order of its bytes. */
export type Fields<T> = { readonly [K in keyof T]: Codec<T[K]> };

/** The fields one after the other, in the order in which they are declared. */
export function struct<T extends object>(fields: Fields<T>): Codec<Readonly<T>> {
  const names = Object.keys(fields) as (keyof T & string)[];
  const codecs = names.map((name) => fields[name]) as Codec<unknown>[];
  return {
    read: (reader) => {
      const value: Partial<Record<keyof T, unknown>> = {};
      for (let i = 0; i < names.length; i++) value[names[i]!] = codecs[i]!.read(reader, names[i]);
      return value as T;
    },
    write: (writer, value) => {
      for (let i = 0; i < names.length; i++) codecs[i]!.write(writer, value[names[i]!]);
    },
  };
}

/** Two values, one after the other. */
export function pair<A, B>(first: Codec<A>, second: Codec<B>): Codec<readonly [A, B]> {
  return {
    read: (reader, what) => [first.read(reader, what), second.read(reader, what)],
    write: (writer, [a, b]) => {
      first.write(writer, a);
      second.write(writer, b);
    },
  };
}

/** A value that takes no bytes: what stands in a structure for its reader's sake. */
export function is<const T>(value: T): Codec<T> {
  return { read: () => value, write: () => undefined };
}

/** One of a closed set of names, each with its number. A number is never used again for another name. */
export function choice<Name extends string>(
  numbers: Readonly<Record<Name, number>>,
  width: Codec<number> = u8,
): Codec<Name> {
  const names = new Map((Object.keys(numbers) as Name[]).map((name) => [numbers[name], name]));
  return {
    read: (reader, what = "choice") => found(names.get(width.read(reader, what)), what),
    write: (writer, name) => width.write(writer, numbers[name]),
  };
}

/** The cases of a {@link variant}: for each name its number, its fields, and the version {@link since} which it exists. */
type Cases<T, Tag extends keyof T> = {
  readonly [Name in T[Tag] & string]: readonly [
    number,
    Fields<Omit<Extract<T, Readonly<Record<Tag, Name>>>, Tag>>,
    number?,
  ];
};

/** One of several structures, told apart by a uint8 in front: the number of the case that the field `tag` names. */
export function variant<T extends object, Tag extends keyof T & string>(tag: Tag, cases: Cases<T, Tag>): Codec<T> {
  const all = Object.entries<readonly [number, object, number?]>(cases).map(([name, [number, fields, from = 0]]) => {
    const codec = since(from, struct({ [tag]: is(name), ...fields }) as Codec<unknown>);
    return { name, number, codec };
  });
  const byName = new Map(all.map((each) => [each.name, each]));
  const byNumber = new Map(all.map((each) => [each.number, each.codec]));
  return {
    read: (reader, what = tag) => found(byNumber.get(reader.u8(what)), what).read(reader) as T,
    write: (writer, value) => {
      const { number, codec } = byName.get(value[tag] as string)!;
      codec.write(writer.u8(number), value);
    },
  };
}

/** A value that is kept in another form than it has in bytes. `to` may throw a DecodeError. */
export function mapped<A, B>(codec: Codec<A>, to: (value: A, what: string) => B, from: (value: B) => A): Codec<B> {
  return {
    read: (reader, what = "value") => to(codec.read(reader, what), what),
    write: (writer, value) => codec.write(writer, from(value)),
  };
}

/** A value that not every value of its type may be: one that is not `allowed` is refused when it is read. */
export function checked<T>(codec: Codec<T>, allowed: (value: T) => boolean): Codec<T> {
  return {
    read: (reader, what = "value") => {
      const value = codec.read(reader, what);
      if (!allowed(value)) throw new DecodeError("bad_value", what);
      return value;
    },
    write: codec.write,
  };
}

/** What exists from a version on: in bytes of an earlier one, see {@link decode}, it is the fault `version`. */
export function since<T>(version: number, codec: Codec<T>): Codec<T> {
  return {
    read: (reader, what) => {
      if (version > reader.version) throw new DecodeError("version", what ?? "version");
      return codec.read(reader, what);
    },
    write: codec.write,
  };
}

/** One whole structure in an `opaque<V>`: a reader that does not know it can skip it. */
export function boxed<T>(codec: Codec<T>): Codec<T> {
  return {
    read: (reader, what) => {
      const decoded = decode(reader.opaque(undefined, what), codec.read, reader.version);
      if (!decoded.ok) throw decoded.error;
      return decoded.value;
    },
    write: (writer, value) => writer.opaque(encode(value, codec.write)),
  };
}

/** A structure behind the number of its version. Another number is the fault `version`, before anything else is read. */
export function versioned<T>(version: number, codec: Codec<T>, width: Codec<number> = u16): Codec<T> {
  return {
    read: (reader, what) => {
      if (width.read(reader, "version") !== version) throw new DecodeError("version", what ?? "version");
      return codec.read(reader, what);
    },
    write: (writer, value) => {
      width.write(writer, version);
      codec.write(writer, value);
    },
  };
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new DecodeError("bad_value", what);
  return value;
}
