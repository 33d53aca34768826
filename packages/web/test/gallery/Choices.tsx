import { signal } from "@preact/signals";
import { Users } from "lucide-preact";
import type { JSX } from "preact";
import { Note, RadioCards, Tabs } from "../../src/design/index.js";
import { Part } from "./Part.js";

const decides = signal<string | null>("admins");
const tab = signal<"people" | "requests" | "gone">("people");

/** One of several. */
export function Choices(): JSX.Element {
  return (
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
  );
}
