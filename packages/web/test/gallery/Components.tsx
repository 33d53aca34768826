import { signal } from "@preact/signals";
import { Copy, DoorOpen, KeyRound, Pencil, Search, Send, Trash2, UserPlus, Users } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { LiveRegions } from "../../src/app/announce.js";
import { ShortcutHelp, showShortcuts } from "../../src/app/ShortcutHelp.js";
import { Questions } from "../../src/design/Confirm.js";
import {
  Avatar,
  Badge,
  Banner,
  Button,
  Card,
  CodeWords,
  confirm,
  CopyField,
  Count,
  Dialog,
  Disclosure,
  EmptyState,
  Facts,
  Field,
  IconButton,
  Kbd,
  ListRow,
  Menu,
  type MenuItem,
  Note,
  PersonName,
  Progress,
  QrCode,
  RadioCards,
  Row,
  Select,
  Sheet,
  Skeleton,
  Spinner,
  Stack,
  Tabs,
  TextArea,
  Time,
  toast,
  Toggle,
} from "../../src/design/index.js";
import { Toasts } from "../../src/design/Toast.js";
import { fileSize } from "../../src/words/index.js";
import style from "./gallery.module.css";

const name = signal("Alice");
const note = signal("");
const on = signal(true);
const decides = signal<string | null>("admins");
const tab = signal<"people" | "requests" | "gone">("people");
const role = signal("member");
const dialog = signal(false);
const sheet = signal(false);
const LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenpensionskassenverwaltungsfachangestellte";
const WORDS = "amber bicycle candle dolphin ember forest garnet harbour island juniper kettle lantern".split(" ");
const LINK = `https://chat.example.org/#/join/v1.${"Qk9yZWFkIHRoaXMgYWxvdWQ".repeat(6)}`;

const ACTIONS: readonly MenuItem[] = [
  { text: "Edit", icon: Pencil, onSelect: () => toast("Edited") },
  { text: "Copy text", icon: Copy, onSelect: () => toast({ text: "Copied", tone: "success" }) },
  {
    text: "Invite to another room",
    icon: UserPlus,
    note: "You are in no other room",
    disabled: true,
    onSelect: () => toast("No"),
  },
  "line",
  { text: "Notify me", checked: true, onSelect: () => toast("Changed") },
  { text: "Remove from the room", icon: Trash2, danger: true, onSelect: () => toast("Removed") },
];

/** All components. */
export function Components(): JSX.Element {
  return (
    <div class={style["page"]}>
      <main class={style["columns"]}>
        <h1 class={style["title"]}>Components</h1>
        <Part title="Buttons">
          <Row>
            <Button tone="primary">Start a room</Button>
            <Button>Copy link</Button>
            <Button tone="quiet">Later</Button>
            <Button tone="danger" icon={Trash2}>
              Remove
            </Button>
          </Row>
          <Row>
            <Button tone="primary" busy>
              Sending
            </Button>
            <Button busy>Waiting</Button>
            <Button tone="primary" disabled>
              Not now
            </Button>
            <Button disabled>Not now</Button>
            <Button tone="quiet" disabled>
              Not now
            </Button>
          </Row>
          <Row>
            <Button size="small" icon={UserPlus}>
              Invite
            </Button>
            <Button size="small" tone="primary">
              Let in
            </Button>
            <Button size="small" tone="quiet">
              Decline
            </Button>
          </Row>
          <Button size="large" tone="primary" wide icon={DoorOpen}>
            Come in
          </Button>
          <Button wide>{LONG}</Button>
          <Row gap={1}>
            <IconButton label="Search" icon={Search} keys="mod+k" />
            <IconButton label="People" icon={Users} pressed />
            <IconButton label="Requests, 3 waiting" icon={UserPlus} count={3} />
            <IconButton label="Send" icon={Send} tone="solid" />
            <IconButton label="Send" icon={Send} tone="solid" disabled />
            <IconButton label="Delete" icon={Trash2} tone="danger" />
            <IconButton label="Working" icon={Send} busy />
            <IconButton label="Edit" icon={Pencil} size="small" />
            <IconButton label="Edit" icon={Pencil} size="small" disabled />
            <Menu label="Actions for Alice" items={ACTIONS} />
            <Menu label="Actions" text="Actions" size="small" items={ACTIONS} />
          </Row>
        </Part>

        <Part title="Fields">
          <Field label="Your name" value={name} hint="What the others in the room call you." maxLength={40} />
          <Field label="Room's name" value="" placeholder="Garden club" onInput={() => undefined} />
          <Field
            label="Server"
            value="wss:/chat"
            error="This is not the address of a server."
            onInput={() => undefined}
            mono
          />
          <Field label="Not now" value="You cannot change this" disabled onInput={() => undefined} />
          <Field
            label="Search"
            labelHidden
            type="search"
            placeholder="Search"
            value=""
            before={<Search size={18} aria-hidden="true" />}
            onInput={() => undefined}
          />
          <TextArea
            label="A word to who decides"
            value={note}
            placeholder="It is me, from the allotment next door."
            growTo={6}
          />
          <TextArea label="Too long" value={`${LONG} ${LONG}`} error="At most 140 letters." onInput={() => undefined} />
          <Select
            label="Role"
            value={role}
            options={[
              { value: "member", text: "Member" },
              { value: "admin", text: "Admin" },
            ]}
            hint="Admins can let people in and show them out."
          />
          <Toggle label="Notifications" hint="A short note when somebody writes, without the text." checked={on} />
          <Toggle label="Off" checked={false} onChange={() => undefined} />
          <Toggle label="Not possible here" hint="The browser does not allow it." checked disabled />
        </Part>

        <Part title="Choices">
          <RadioCards
            legend="Who decides?"
            value={decides}
            options={[
              { value: "owner", title: "Owner decides", text: "You let people in and show them out." },
              {
                value: "admins",
                title: "Admins decide together",
                note: "Recommended",
                text: "Several of those you name have to agree, so that no stolen phone opens the door.",
                icon: Users,
              },
              {
                value: "all",
                title: "Everyone agrees",
                text: "Nothing changes until all have said yes.",
                disabled: true,
              },
            ]}
          />
          <RadioCards
            legend="Appearance"
            value="dark"
            inRow
            onChange={() => undefined}
            options={[
              { value: "system", title: "System" },
              { value: "light", title: "Light" },
              { value: "dark", title: "Dark" },
            ]}
          />
          <Tabs
            label="People"
            value={tab}
            tabs={[
              { id: "people", text: "Here", count: 12 },
              { id: "requests", text: "Waiting", count: 2 },
              { id: "gone", text: "Gone" },
            ]}
          >
            <Note>What the tab {tab} shows.</Note>
          </Tabs>
        </Part>

        <Part title="People and rows">
          <div>
            <ListRow
              picture={<Avatar name="Garden club" seed="garden" shape="room" />}
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
              picture={<Avatar name="Lektorat" seed="lektorat" shape="room" />}
              title="Lektorat"
              text="You: bis morgen"
              end={<Time time={Date.now() - 3 * 86_400_000} as="short" />}
              href="#/room/b"
            />
            <ListRow
              picture={<Avatar name={LONG} seed="long" shape="room" />}
              title={LONG}
              text={LONG}
              end={<Count value={12_345} quiet label="Many unread messages" />}
              href="#/room/c"
            />
            <ListRow
              picture={<Avatar name="Alice" seed="alice" />}
              title={<PersonName name="Alice Sommer" tag="amber-bicycle" isChecked />}
              text="Admitted by Bob through the link “Newsletter”"
              end={<Badge tone="accent">Owner</Badge>}
              action={<Menu label="Actions for Alice" items={ACTIONS} />}
            />
            <ListRow
              picture={<Avatar name="Bob" seed="bob2" />}
              title={<PersonName name="Вob" tag="candle-dolphin" isLookalike />}
              text="Came by the link “Allotment”, 3 May"
              end={<Badge>Member</Badge>}
              onClick={() => toast("Opened")}
              arrow
            />
            <ListRow
              picture={<Avatar name="Zoë" seed="zoe" />}
              title={<PersonName name="Zoë" tag="ember-forest" isYou />}
              text="A longer text that runs over several lines because whoever reads it should see all of it here."
              wrap
            />
          </div>
          <Row>
            {["Alice", "Bob B", "Ćiril", "D", "Eva Frank", "山田", "🌻", "Heinz"].map((each, index) => (
              <Avatar key={each} name={each} seed={`x${index * 7}`} />
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

        <Part title="Saying">
          <Banner tone="info" title="You are offline." onDismiss={() => undefined}>
            What you write is sent when the connection is back.
          </Banner>
          <Banner tone="success" title="Bob is in the room." />
          <Banner
            tone="warning"
            title="Nobody has confirmed the membership for two days."
            actions={<Button size="small">Ask</Button>}
          >
            It may be that nobody was here.
          </Banner>
          <Banner
            tone="danger"
            title="The server showed Bob another list of people than you. Sending is paused."
            actions={
              <>
                <Button size="small">Save the proof</Button>
                <Button size="small">What to do</Button>
              </>
            }
          >
            Somebody who runs this server may try to listen in. What you have sent so far was readable only by the
            people you saw.
          </Banner>
          <Progress label="Sending allotment-plan-final-version-3.pdf" value={0.42} />
          <Progress label="Looking for the server" value={null} />
          <Row>
            <Spinner label="Loading" />
            <Note>
              <Time time={Date.now() - 40_000} />
            </Note>
          </Row>
          <Skeleton rows={2} lines={2} />
          <EmptyState icon={Users} title="Only you so far" actions={<Button tone="primary">Invite people</Button>}>
            Send a link: who has it can come in, even while you sleep.
          </EmptyState>
        </Part>

        <Part title="Codes">
          <CopyField label="Invite link" value={LINK} secret hint="Who has this link can come in." />
          <CopyField label="Room code" value="4821 0937 1145" />
          <CodeWords label="Fingerprint of Alice" words={WORDS} />
          <CodeWords label="Recovery words" words={WORDS} numbered />
          <QrCode text={LINK} label="Invite link to Garden club" size={200} />
        </Part>

        <Part title="In front">
          <Row>
            <Button onClick={() => (dialog.value = true)}>Dialog</Button>
            <Button onClick={() => (sheet.value = true)}>Sheet</Button>
            <Button onClick={() => void ask()}>Question</Button>
            <Button onClick={toasts}>Toasts</Button>
            <Button onClick={showShortcuts}>Shortcuts</Button>
          </Row>
        </Part>
      </main>
      <Dialog
        open={dialog}
        onClose={() => (dialog.value = false)}
        title="Invite people"
        actions={
          <>
            <Button onClick={() => (dialog.value = false)}>Later</Button>
            <Button tone="primary">Share</Button>
          </>
        }
      >
        <Stack>
          <p>Send this link to those who should be in Garden club.</p>
          <CopyField label="Invite link" value={LINK} />
          <Field label="What it is for" value="" placeholder="Newsletter" onInput={() => undefined} />
        </Stack>
      </Dialog>
      <Sheet
        open={sheet}
        onClose={() => (sheet.value = false)}
        title="New invite"
        footer={
          <Button tone="primary" wide>
            Make the link
          </Button>
        }
      >
        <Stack>
          <Field label="What it is for" value="" placeholder="Newsletter" onInput={() => undefined} />
          <Select
            label="Ends"
            value="week"
            options={[{ value: "week", text: "In a week" }]}
            onChange={() => undefined}
          />
          <Toggle label="One person only" checked onChange={() => undefined} />
        </Stack>
      </Sheet>
      <LiveRegions />
      <ShortcutHelp />
      <Questions />
      <Toasts />
    </div>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <Card title={title}>
      <Stack>{children}</Stack>
    </Card>
  );
}

async function ask(): Promise<void> {
  const yes = await confirm({
    title: "Remove Bob?",
    body: "Bob keeps what has been read so far, and can read nothing from now on. The link “Allotment” ends too.",
    yes: "Remove Bob",
    danger: true,
  });
  toast(yes ? "Removed" : "Bob stays");
}

function toasts(): void {
  toast("Draft kept");
  toast({ text: "Invite revoked", tone: "success", action: { text: "Undo", run: () => undefined } });
  toast({ text: "The server cannot be reached.", tone: "danger", action: { text: "Try again", run: () => undefined } });
}
