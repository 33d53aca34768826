import type { NamedPerson, RoomVersion } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import type { JSX } from "preact";
import { intl } from "../../words/say.js";
import { DangerCard } from "./DangerCard.js";
import { t } from "./words.js";

/** Moves the room to its next version, for those who may: asked for with the names of those whose apps would wait. */
export function UpgradeCard(props: {
  readonly room: RoomSummary;
  readonly of: RoomVersion | null;
}): JSX.Element | null {
  const { room, of } = props;
  if (of?.next == null || of.can === "no") return null;
  const { next, behind, unknown } = of;
  const version = String(next);
  return (
    <DangerCard
      room={room}
      action={{ type: "upgrade", version: next }}
      title={t.upgrade}
      text={t.upgradeText({ version })}
      ask={t.upgradeDo({ version })}
      question={t.upgradeTitle({ version })}
      yes={t.upgradeYes}
    >
      {() => (
        <>
          {behind.length > 0 && <p>{t.upgradeBehind({ people: listed(behind), count: behind.length })}</p>}
          {unknown.length > 0 && <p>{t.upgradeUnknown({ people: listed(unknown) })}</p>}
          <p>{t.upgradeWaits}</p>
        </>
      )}
    </DangerCard>
  );
}

function listed(people: readonly NamedPerson[]): string {
  const list = intl("list conjunction", (tag) => new Intl.ListFormat(tag, { type: "conjunction" }));
  return list.format(people.map(({ name }) => plainName(name)));
}
