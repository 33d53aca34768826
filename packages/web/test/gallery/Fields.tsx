import { signal } from "@preact/signals";
import { Search } from "lucide-preact";
import type { JSX } from "preact";
import { Field, Select, TextArea, Toggle } from "../../src/design/index.js";
import { Part } from "./Part.js";
import { LONG } from "./samples.js";

const name = signal("Alice");
const note = signal("");
const role = signal("member");
const on = signal(true);

/** What one types or switches. */
export function Fields(): JSX.Element {
  return (
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
  );
}
