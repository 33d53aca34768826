import { equalBytes, toHex } from "@conclave/codec";
import { RoomTag } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { roomTagOf } from "../room/roomTag.js";
import { memberOf, memberOfLeaf } from "../roster/roster.js";
import { InviteId, LeafKey, PersonId, RoomId } from "./ids.js";

const bytes = new Uint8Array(32).fill(7);

describe("ids", () => {
  it("an id of one kind is none of another, and plain bytes are none of any: the compiler says so", () => {
    const person = PersonId.of(bytes);
    const leaf = LeafKey.of(bytes);
    const roomId = RoomId.of(bytes);
    // Nothing of this runs: the build reads it, and fails where an error that is expected does not come.
    const wrong = (takesTag: (tag: RoomTag) => void, takesRoom: (room: RoomId) => void) => {
      const [roster, crypto] = [null as never, null as never];
      // @ts-expect-error a leaf key is no person
      memberOf(roster, leaf);
      // @ts-expect-error a person is no leaf key
      memberOfLeaf(roster, person);
      // @ts-expect-error what the relay calls a room is not its id
      takesRoom(RoomTag.of(bytes));
      // @ts-expect-error a room's id is not what the relay calls it
      takesTag(roomId);
      // @ts-expect-error plain bytes are no person
      memberOf(roster, bytes);
      // @ts-expect-error plain bytes are no room
      roomTagOf(crypto, bytes);
    };
    expect(wrong).toBeTypeOf("function");
  });

  it("an id is its bytes, wherever bytes are wanted", () => {
    const person = PersonId.of(bytes);
    expect(person).toBe(bytes);
    expect(equalBytes(person, bytes)).toBe(true);
    expect(toHex(person)).toBe("07".repeat(32));
  });

  it("is as long as ids of its kind are", () => {
    expect(() => PersonId.of(bytes.subarray(1))).toThrow(RangeError);
    expect(() => InviteId.of(bytes)).toThrow(RangeError);
  });
});
