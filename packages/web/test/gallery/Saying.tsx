import { Users } from "lucide-preact";
import type { JSX } from "preact";
import { Banner, Button, EmptyState, Note, ProgressBar, Row, Skeleton, Spinner, Time } from "../../src/design/index.js";
import { Part } from "./Part.js";

/** What the page says by itself. */
export function Saying(): JSX.Element {
  return (
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
        Somebody who runs this server may try to listen in. What you have sent so far was readable only by the people
        you saw.
      </Banner>
      <ProgressBar label="Sending allotment-plan-final-version-3.pdf" value={0.42} />
      <ProgressBar label="Looking for the server" value={null} />
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
  );
}
