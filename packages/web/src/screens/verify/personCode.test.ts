import { PersonId } from "@conclave/client/pure";
import { describe, expect, it } from "vitest";
import { personCode, readPersonCode } from "./personCode.js";

const person = PersonId.of(Uint8Array.from({ length: 32 }, (_, index) => index * 7));

describe("a person's QR code", () => {
  it("says the whole key, and is read again", () => {
    expect(personCode(person)).toMatch(/^[0-9A-Z:]+$/u);
    expect(readPersonCode(personCode(person))).toEqual(person);
    expect(readPersonCode(` ${personCode(person).toLowerCase()}\n`)).toEqual(person);
  });

  it("is nothing else: no link, no shorter or longer key", () => {
    const code = personCode(person);
    for (const text of ["", "https://chat.example.org/#/join/v1.abc", code.slice(0, -2), `${code}00`, `x${code}`])
      expect(readPersonCode(text), text).toBeNull();
  });
});
