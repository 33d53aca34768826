import { plainName, type Preset } from "@conclave/client/pure";
import type { JSX } from "preact";
import { Note, Skeleton, Stack } from "../../design/index.js";
import { listOf } from "../../words/say.js";
import { RuleMeaning } from "../room/RuleMeaning.js";
import { exampleRoomOf, useExampleMeaning } from "./exampleRoom.js";
import { t } from "./words.js";

export interface PresetMeaningProps {
  readonly preset: Preset;
  /** The name as far as it is typed. */
  readonly founder: string;
}

/** What a way of deciding means, in a room of five that does not exist: the people are named first. */
export function PresetMeaning({ preset, founder }: PresetMeaningProps): JSX.Element {
  const room = exampleRoomOf(preset, plainName(founder) || t.exampleName);
  const meaning = useExampleMeaning(preset, room);
  const [admins, members] = [listOf(room.admins), listOf(room.members)];
  const who =
    room.admins.length === 0
      ? t.exampleMembers({ founder: room.founder, members })
      : room.members.length === 0
        ? t.exampleAdmins({ founder: room.founder, admins })
        : t.example({ founder: room.founder, admins, members });
  return (
    <Stack gap={3}>
      <Note>{who}</Note>
      {meaning ? <RuleMeaning of={meaning} /> : <Skeleton rows={4} />}
    </Stack>
  );
}
