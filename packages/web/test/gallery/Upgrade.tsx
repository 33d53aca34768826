import type { NamedPerson, RoomVersion } from "@conclave/client";
import type { RoomSummary } from "@conclave/client/rpc";
import type { JSX } from "preact";
import { UpgradeCard } from "../../src/screens/roomSettings/UpgradeCard.js";

const people = (names: string | null): readonly NamedPerson[] =>
  (names ?? "").split(",").flatMap((name) => (name ? [{ person: new Uint8Array(32), name } as NamedPerson] : []));

/** The card of a room that could move to the next version (?behind=NAMES, ?unknown=NAMES, ?can=alone|together|no, ?next=no). */
export function Upgrade({ asked }: { readonly asked: URLSearchParams }): JSX.Element {
  const room = { key: "aa".repeat(32), title: "Garden", relay: "ws://relay" } as unknown as RoomSummary;
  const version: RoomVersion = {
    version: 2,
    knows: 3,
    next: asked.get("next") === "no" ? null : 3,
    can: (asked.get("can") ?? "alone") as RoomVersion["can"],
    behind: people(asked.get("behind")),
    unknown: people(asked.get("unknown")),
  };
  return (
    <main style={{ maxWidth: "30rem", padding: "1rem" }}>
      <h1 class="visually-hidden">Room settings</h1>
      <h2 class="visually-hidden">Garden</h2>
      <UpgradeCard room={room} of={version} />
    </main>
  );
}
