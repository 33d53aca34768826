import type { JSX } from "preact";
import { CodeWords, CopyField, QrCode } from "../../src/design/index.js";
import { Part } from "./Part.js";
import { LINK, WORDS } from "./samples.js";

/** What is compared, copied or scanned. */
export function Codes(): JSX.Element {
  return (
    <Part title="Codes">
      <CopyField label="Invite link" value={LINK} secret hint="Who has this link can come in." />
      <CopyField label="Room code" value="4821 0937 1145" />
      <CodeWords label="Fingerprint of Alice" words={WORDS} />
      <CodeWords label="Recovery words" words={WORDS} numbered />
      <QrCode text={LINK} label="Invite link to Garden club" size={200} />
    </Part>
  );
}
