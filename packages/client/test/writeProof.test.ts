import { beforeEach, describe, expect, it } from "vitest";
import { WriteProof } from "../src/work/writeProof.js";
import type { RoomState } from "../src/work/roomState.js";
import { workOf } from "./scripted.js";
import { twoIn, World } from "./world.js";

let state: RoomState;
let connection: {
  welcome: { challenge: Uint8Array } | null;
  number: number;
  request: (asked: { epoch: number }) => Promise<object>;
};
let proof: WriteProof;
let proved: number[];
let noted: number[];
let answers: object[];

beforeEach(async () => {
  const world = new World();
  const [alice] = await twoIn(world);
  ({ state } = workOf(alice));
  [proved, noted, answers] = [[], [], []];
  connection = {
    welcome: { challenge: new Uint8Array(32) },
    number: 1,
    request: ({ epoch }) => {
      proved.push(epoch);
      return Promise.resolve(answers.shift() ?? { type: "done" });
    },
  };
  proof = new WriteProof(state, connection as never);
  const { epoch } = state.room!;
  const key = state.room!.writeKey();
  state.room!.writeKeys = () => [epoch - 1, epoch].map((each) => ({ ...key, epoch: each }));
  state.room!.noteProved = (each) => void noted.push(each);
});

const settled = () => new Promise((resolve) => setImmediate(resolve));
const refused = (error: string) => ({ type: "error", error, retryAfter: 0, position: null });

describe("the proofs of a member that writes", () => {
  it("are given once on a connection, for the epochs before too, and again on the next", async () => {
    const { epoch } = state.room!;
    proof.give();
    proof.give();
    await settled();
    expect(proved).toEqual([epoch - 1, epoch]);
    expect(noted).toEqual([epoch]);
    connection.number++;
    proof.give();
    proof.forget();
    proof.give();
    expect(proved).toHaveLength(6);
  });

  it("are given to nobody where nobody is there, and by nobody who is not in the room", () => {
    const { welcome } = connection;
    connection.welcome = null;
    proof.give();
    expect(proof.check()).toBe(null);
    connection.welcome = welcome;
    const { room } = state;
    Object.defineProperty(room!, "status", { configurable: true, get: () => "lost" });
    proof.give();
    expect(proof.check()).toBe(null);
    expect(proved).toEqual([]);
  });

  it("are asked for by themselves for the present epoch", async () => {
    answers = [refused("write_denied")];
    expect(await proof.check()).toMatchObject({ error: "write_denied" });
    expect(proved).toEqual([state.room!.epoch]);
    expect(noted).toEqual([]);
  });

  it("RULE client.vouching-lasts: keys are kept where one was not taken, but for one that the relay has forgotten", async () => {
    const { epoch } = state.room!;
    answers = [refused("storage_busy")];
    proof.give();
    await settled();
    expect(noted).toEqual([]);
    connection.number++;
    answers = [refused("write_denied")];
    proof.give();
    await settled();
    expect(noted).toEqual([epoch]);
    // What was answered on a connection that is over says nothing.
    connection.number++;
    proof.give();
    proof.forget();
    await settled();
    expect(noted).toEqual([epoch]);
  });

  it("of the present epoch are given once more where they were not taken", async () => {
    const { epoch } = state.room!;
    answers = [{ type: "done" }, refused("storage_busy")];
    proof.give();
    await settled();
    expect(noted).toEqual([]);
    proof.give();
    await settled();
    expect(proved).toEqual([epoch - 1, epoch, epoch]);
    expect(noted).toEqual([epoch]);
  });
});
