import { KeyRound } from "lucide-preact";
import type { JSX } from "preact";
import {
  Face,
  RoomPicture,
  Badge,
  Count,
  Disclosure,
  Facts,
  Kbd,
  ListRow,
  Menu,
  Note,
  PersonName,
  Row,
  Time,
  toast,
} from "../../src/design/index.js";
import { fileSize } from "../../src/words/index.js";
import { Part } from "./Part.js";
import { ACTIONS, LONG, person, room } from "./samples.js";

/** People, rooms, and what stands beside them. */
export function Rows(): JSX.Element {
  return (
    <Part title="People and rows">
      <div>
        <ListRow
          picture={<RoomPicture name="Garden club 🌻" room={room(1)} />}
          title="Garden club"
          text="Alice: The tomatoes are in the shed, take as many as you like"
          end={
            <>
              <Time time={Date.now() - 60_000} as="short" />
              <Count value={3} label="3 unread messages" />
            </>
          }
          href="#/room/a"
        />
        <ListRow
          current
          picture={<RoomPicture name="Lektorat" room={room(2)} />}
          title="Lektorat"
          text="You: bis morgen"
          end={<Time time={Date.now() - 3 * 86_400_000} as="short" />}
          href="#/room/b"
        />
        <ListRow
          picture={<RoomPicture name={LONG} room={room(3)} />}
          title={LONG}
          text={LONG}
          end={<Count value={12_345} quiet label="Many unread messages" />}
          href="#/room/c"
        />
        <ListRow
          picture={<Face person={person("alice")} />}
          title={<PersonName name="Alice Sommer" tag="amber-bicycle" isChecked />}
          text="Admitted by Bob through the link “Newsletter”"
          end={<Badge tone="accent">Owner</Badge>}
          action={<Menu label="Actions for Alice" items={ACTIONS} />}
        />
        <ListRow
          picture={<Face person={person("bob2")} />}
          title={<PersonName name="Вob" tag="candle-dolphin" isLookalike />}
          text="Came by the link “Allotment”, 3 May"
          end={<Badge>Member</Badge>}
          onClick={() => toast("Opened")}
          arrow
        />
        <ListRow
          picture={<Face person={person("zoe")} />}
          title={<PersonName name="Zoë" tag="ember-forest" isYou />}
          text="A longer text that runs over several lines because whoever reads it should see all of it here."
          wrap
        />
      </div>
      <Row>
        {["Alice", "Bob B", "Ćiril", "D", "Eva Frank", "山田", "🌻", "Heinz"].map((each, index) => (
          <Face key={each} person={person(each)} size={index < 4 ? 40 : 24} />
        ))}
      </Row>
      <Row>
        <Badge>Member</Badge>
        <Badge tone="accent" icon={KeyRound}>
          Owner
        </Badge>
        <Badge tone="success">Checked</Badge>
        <Badge tone="warning">Waiting</Badge>
        <Badge tone="danger">Revoked</Badge>
        <Count value={7} />
        <Count value={7} quiet />
        <Kbd keys="mod+k" />
      </Row>
      <Facts
        facts={[
          { name: "Admitted by", value: <PersonName name="Bob" tag="x" /> },
          { name: "When", value: <Time time={Date.now() - 200_000} /> },
          { name: "Devices", value: "2" },
          { name: "File", value: fileSize(1_234_567) },
        ]}
      />
      <Disclosure title="How is this known?">
        <Note>Every decision is signed and chained to the one before.</Note>
      </Disclosure>
    </Part>
  );
}
