import type { InvitedView } from "@conclave/client/rpc";
import type { JSX } from "preact";
import { now } from "../../app/now.js";
import { Disclosure, Note, Stack, Time } from "../../design/index.js";
import { sayPolicy } from "../room/presets.js";
import { Crowd, PersonLine } from "./Crowd.js";
import { t } from "./words.js";

/** What one may want to know before one comes in: who is here, who decides, what the server sees. */
export function DoorFolds({ invited, host }: { readonly invited: InvitedView; readonly host: string }): JSX.Element {
  const { members, owners, policy, confirmed, confirmedBy } = invited;
  const rules = sayPolicy(policy);
  return (
    <div>
      <Disclosure title={t.people({ n: members.length })}>
        <Stack gap={2}>
          <Crowd people={members} among={members} most={12} asFaces />
          <Note>
            {t.checkedBy} <PersonLine of={confirmedBy} among={members} /> <Time time={Math.min(confirmed, now.value)} />
          </Note>
        </Stack>
      </Disclosure>
      <Disclosure title={t.decides}>
        <Stack gap={2}>
          <p>
            <strong>{rules.title ?? t.ownRules}.</strong> {rules.text}
          </p>
          {owners.length > 0 && (
            <div>
              <Note>{owners.length > 1 ? t.owners : t.owner}</Note>
              <Crowd people={owners} among={members} most={4} />
            </div>
          )}
        </Stack>
      </Disclosure>
      <Disclosure title={t.server}>
        <p>{t.serverSees({ host })}</p>
      </Disclosure>
    </div>
  );
}
