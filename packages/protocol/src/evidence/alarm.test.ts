import { describe, expect, it } from "vitest";
import { PersonId } from "../encoding/ids.js";
import { ALARM_CODES, alarm, type AlarmCode, alarmTopic, isClaim, isPausing } from "./alarm.js";

const person = PersonId.of(new Uint8Array(32).fill(1));

describe("an alarm", () => {
  it("stops us where the relay is caught, or this device is not what it was; what a member does, or says, silences nobody", () => {
    const pausing = ALARM_CODES.filter((code) => isPausing(alarm(code)));
    expect(pausing).toEqual(["FORK", "ROLLBACK", "EQUIVOCATION", "WITHHELD", "SHUT_OUT", "RESTORED"]);
    expect(isPausing(alarm("FORK", { person }))).toBe(false);
    for (const code of ["REFUSED_CHANGE", "BAD_MESSAGE", "JUNK"] as const)
      expect(isPausing(alarm(code, { person }))).toBe(false);
  });

  it("RULE alarm.claim-as-claim: of a member who saw another log is told as what they say, and nothing else is", () => {
    expect([isClaim(alarm("FORK", { person })), isClaim(alarm("FORK"))]).toEqual([true, false]);
    expect(isClaim(alarm("BAD_MESSAGE", { person }))).toBe(false);
    expect([alarmTopic(alarm("FORK", { person })), alarmTopic(alarm("FORK"))]).toEqual(["claim", "FORK"]);
  });

  it("of a change whose keys we could not use is told as that, and as a refused one where a rule is broken", () => {
    const topic = (code: AlarmCode, rejection: "mls" | "not_allowed" | null) =>
      alarmTopic(alarm(code, { person, rejection: rejection && { code: rejection } }));
    expect(topic("REFUSED_CHANGE", "mls")).toBe("unusable");
    expect(topic("REFUSED_CHANGE", "not_allowed")).toBe("REFUSED_CHANGE");
    expect(topic("REFUSED_CHANGE", null)).toBe("REFUSED_CHANGE");
    expect(topic("BAD_MESSAGE", "mls")).toBe("BAD_MESSAGE");
  });

  it("says nothing of what is not known", () => {
    expect(alarm("JUNK")).toEqual({ code: "JUNK", person: null, rejection: null, evidence: "" });
    const whole = { person, rejection: { code: "mls" }, evidence: "00" } as const;
    expect(alarm("REFUSED_CHANGE", whole)).toEqual({ code: "REFUSED_CHANGE", ...whole });
  });
});
