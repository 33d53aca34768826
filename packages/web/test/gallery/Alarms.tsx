import type { TimelineAlarm } from "@conclave/client";
import type { AlarmCode } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import type { JSX } from "preact";
import { route } from "../../src/app/route.js";
import { Questions } from "../../src/design/Confirm.js";
import { rooms } from "../../src/model/home.js";
import { AlarmBanner } from "../../src/screens/alarms/AlarmBanner.js";
import { AlarmsPanel } from "../../src/screens/alarms/AlarmsPanel.js";
import { BuildBanner } from "../../src/screens/alarms/BuildBanner.js";
import { trust } from "../../src/trust/trust.js";

const KEY = "aa".repeat(32);
const BUILD = { build: "bb".repeat(32), version: "9.9.9", files: 1, signer: null };

/** One alarm of a room (?code=, ?proof=no, ?paused=alarm|restored|update_needed|failed), or what is said of the build (?build=). */
export function Alarms({ asked }: { readonly asked: URLSearchParams }): JSX.Element {
  const code = asked.get("code") as AlarmCode | null;
  const why = asked.get("paused");
  const person = {
    person: new Uint8Array(32),
    name: "Bob",
    tag: "amber bicycle",
    isYou: false,
    checked: null,
  };
  const alarm = {
    order: 1,
    n: 1,
    time: Date.now(),
    code,
    person: asked.get("person") === "no" ? null : person,
    rejection: null,
    proof: asked.get("proof") === "no" ? null : "{}",
    count: 1,
    acknowledged: false,
  } as TimelineAlarm;
  const standing = why === "restored" ? "restored" : "member";
  const paused = why === null ? null : { why, alarm, upgraded: { by: { name: "Alice" }, version: 3, knows: 2 } };
  const status = { standing, paused, alarms: code ? [alarm] : [] };
  const room = { key: KEY, title: "Garden", relay: "ws://relay", status } as unknown as RoomSummary;
  rooms.value = new Map([[KEY, room]]);
  const build = asked.get("build");
  const fault = build === "faulty" ? "files" : null;
  trust.value = {
    ...trust.peek(),
    replaced: build === "replaced" ? 1 : null,
    changed:
      build === null || build === "replaced"
        ? null
        : ({ from: BUILD, to: BUILD, seen: 1, fault, isDeclined: false } as never),
  };
  const at = route.value;
  return (
    <main>
      <h1 class="visually-hidden">Alarms</h1>
      <BuildBanner />
      <AlarmBanner room={room} />
      {at.at === "room" && at.panel === "alarms" && <AlarmsPanel roomKey={KEY} />}
      <Questions />
    </main>
  );
}
