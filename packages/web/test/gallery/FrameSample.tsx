import { DoorOpen, ListTree, Plus, Search, Settings, Users } from "lucide-preact";
import type { JSX } from "preact";
import { Frame } from "../../src/frame/Frame.js";
import { person, room } from "./samples.js";
import {
  Face,
  RoomPicture,
  Badge,
  Banner,
  Button,
  Count,
  EmptyState,
  Facts,
  IconButton,
  ListRow,
  PaneBody,
  PaneHeader,
  PersonName,
  Stack,
  Time,
} from "../../src/design/index.js";

const ROOMS = [
  ["Garden club", "Alice: The tomatoes are in the shed", 3],
  ["Lektorat", "You: bis morgen", 0],
  ["Saturday hikes", "Noor joined by the link “Trail”", 12],
  ["Family", "Mum: 🌻", 0],
] as const;
const shown = (new URLSearchParams(location.search).get("pane") ?? "side") as "list" | "main" | "side";

/** The three panes with something in them. */
export function FrameSample(): JSX.Element {
  return (
    <Frame
      title="Garden club"
      list={<Rooms />}
      main={<Middle />}
      side={shown === "side" ? <People /> : undefined}
      banner={<Banner edge tone="info" title="You are offline. What you write is sent later." />}
      shown={shown}
      place="sample"
      mainPlace="sample"
    />
  );
}

function Rooms(): JSX.Element {
  return (
    <>
      <PaneHeader
        title="Rooms"
        level={2}
        actions={
          <>
            <IconButton label="Search" icon={Search} keys="mod+k" />
            <IconButton label="New room" icon={Plus} />
          </>
        }
      />
      <PaneBody wide flush>
        {ROOMS.map(([title, text, unread], index) => (
          <ListRow
            key={title}
            current={index === 0}
            picture={<RoomPicture name={title} room={room(title.length)} size={44} />}
            title={title}
            text={text}
            href={`#/room/${index}`}
            end={
              <>
                <Time time={Date.now() - index * 30_000_000} as="short" />
                {unread > 0 && <Count value={unread} label={`${unread} unread`} />}
              </>
            }
          />
        ))}
      </PaneBody>
    </>
  );
}

function Middle(): JSX.Element {
  return (
    <>
      <PaneHeader
        title="Garden club"
        subtitle="5 people · confirmed by Alice 40 s ago"
        picture={<RoomPicture name="Garden club" room={room(11)} />}
        onBack={() => undefined}
        backOnPhone
        onTitle={() => undefined}
        actions={
          <>
            <IconButton label="People" icon={Users} pressed />
            <IconButton label="Decisions" icon={ListTree} />
            <IconButton label="Settings" icon={Settings} />
          </>
        }
      />
      <PaneBody>
        <EmptyState icon={DoorOpen} title="The room is yours" actions={<Button tone="primary">Invite people</Button>}>
          Nobody has written yet. Invite somebody, or leave a first word for those who come.
        </EmptyState>
      </PaneBody>
    </>
  );
}

function People(): JSX.Element {
  return (
    <>
      <PaneHeader title="People" level={2} subtitle="5 in the room" onClose={() => undefined} />
      <PaneBody>
        <Stack gap={4}>
          <div>
            {["Alice Sommer", "Bob", "Noor", "Heinz", "Zoë"].map((name, index) => (
              <ListRow
                key={name}
                picture={<Face person={person(name)} />}
                title={<PersonName name={name} tag="amber-bicycle" isYou={index === 4} isChecked={index === 1} />}
                text={index === 0 ? "Founded the room" : "Admitted by Alice, 3 May"}
                end={index === 0 ? <Badge tone="accent">Owner</Badge> : undefined}
                onClick={() => undefined}
              />
            ))}
          </div>
          <Facts
            facts={[
              { name: "Founded", value: "3 May 2026" },
              { name: "Decisions", value: "14" },
            ]}
          />
        </Stack>
      </PaneBody>
    </>
  );
}
