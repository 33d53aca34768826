import type { Problem } from "@conclave/client";
import { MAX_SSHSIG_BYTES, readSshsig, SSH_NAMESPACE, type SshSignature } from "@conclave/client/pure";
import type { InvitedView } from "@conclave/client/rpc";
import { sshSignature } from "@conclave/words/sshSignature";
import { type Signal, useSignal } from "@preact/signals";
import { Download, FileCheck, FileKey } from "lucide-preact";
import type { JSX } from "preact";
import { saveFile } from "../../app/saveFile.js";
import { Button, Card, CopyField, FileButton, Note, Stack } from "../../design/index.js";
import { home } from "../../model/home.js";
import { sayProblem } from "../../words/problem.js";
import { words } from "../../words/words.js";
import { t } from "./words.js";

const faults = words(sshSignature);
const FILE = "conclave-join.txt";

export interface KeyStepProps {
  readonly invited: InvitedView;
  /** What the person's SSH key has signed; null until it has. */
  readonly signature: Signal<SshSignature | null>;
}

/** A room that takes a listed SSH key: the file to sign goes out, the signature comes in. */
export function KeyStep({ invited, signature }: KeyStepProps): JSX.Element {
  const fault = useSignal<string | null>(null);
  const save = async () => {
    const prepared = await home()
      .home.prepareKey(invited.ticket)
      .catch(() => ({ ok: false, error: { kind: "closed" } satisfies Problem }) as const);
    if (prepared.ok) saveFile(new Blob([Uint8Array.from(prepared.value)]), FILE);
    else fault.value = sayProblem(prepared.error);
  };
  const take = async (file: File) => {
    const bytes = new Uint8Array(await file.slice(0, MAX_SSHSIG_BYTES + 1).arrayBuffer());
    const read = readSshsig(bytes);
    signature.value = read.ok ? read.value : null;
    fault.value = read.ok ? null : faults[read.error];
  };
  return (
    <Card title={t.keyTitle}>
      <Stack gap={3}>
        <Note>{t.keyText}</Note>
        <Button icon={Download} onClick={() => void save()}>
          {t.keySave}
        </Button>
        <CopyField
          label={t.keyCommand}
          hint={t.keyCommandHint}
          value={`ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n ${SSH_NAMESPACE} ${FILE}`}
        />
        <FileButton
          icon={signature.value ? FileCheck : FileKey}
          label={t.keyChoose}
          onFile={(file) => void take(file).catch(() => (fault.value = faults.unreadable))}
        />
        <div role="status">
          {signature.value && <Note>{t.keyReady}</Note>}
          {fault.value !== null && <Note>{fault.value}</Note>}
        </div>
      </Stack>
    </Card>
  );
}
