import { DoorOpen, Pencil, Search, Send, Trash2, UserPlus, Users } from "lucide-preact";
import type { JSX } from "preact";
import { Button, IconButton, Menu, Row } from "../../src/design/index.js";
import { Part } from "./Part.js";
import { ACTIONS, LONG } from "./samples.js";

/** Buttons, and menus behind buttons. */
export function Buttons(): JSX.Element {
  return (
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
  );
}
