import { describe, expect, it } from "vitest";
import { again } from "./again.js";
import { RemoteFailure, RemoteGone } from "./calls.js";

describe("calls that are made again", () => {
  it("again after another thread took over, a few times; any other failure is one", async () => {
    const failing = (failures: readonly Error[]) => {
      let calls = 0;
      const call = () => {
        const failure = failures[calls++];
        return failure ? Promise.reject(failure) : Promise.resolve(`call ${String(calls)}`);
      };
      return { call, count: () => calls };
    };
    const gone = new RemoteGone("gone");
    expect(await again(failing([]).call)).toBe("call 1");
    expect(await again(failing([gone, gone]).call)).toBe("call 3");
    const always = failing([gone, gone, gone, gone]);
    await expect(again(always.call)).rejects.toBe(gone);
    expect(always.count()).toBe(3);
    const failed = failing([new RemoteFailure("a bug")]);
    await expect(again(failed.call)).rejects.toThrow("a bug");
    expect(failed.count()).toBe(1);
  });
});
