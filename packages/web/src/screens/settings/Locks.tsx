import type { Result } from "@conclave/codec";
import type { Secret, VaultProblem, VaultSlotView } from "@conclave/client/browser";
import { useSignal } from "@preact/signals";
import { Fingerprint, KeyRound, LockKeyhole, Unlock } from "lucide-preact";
import type { JSX } from "preact";
import { Banner, Button, Card, askToConfirm, ListRow, Note, Row, Stack, toast } from "../../design/index.js";
import { home } from "../../model/home.js";
import { isWrittenDown } from "../recovery/reminder.js";
import { PassphraseDialog } from "./PassphraseDialog.js";
import { ProveDialog, type Task } from "./ProveDialog.js";
import { problems, t } from "./securityWords.js";

const ICONS = { device: Unlock, passphrase: KeyRound, passkey: Fingerprint };

/** What opens the home on this device, and other locks for it. Each change takes a secret that opens it now. */
export function Locks({ slots }: { readonly slots: readonly VaultSlotView[] }): JSX.Element {
  const task = useSignal<Task | null>(null);
  const dialog = useSignal<"add" | "change" | null>(null);
  const opensItself = slots.some(({ kind }) => kind === "device");
  const hasPassphrase = slots.some(({ kind }) => kind === "passphrase");
  const begin = (title: string, run: (by: Secret) => Promise<Result<undefined, VaultProblem>>) => {
    if (opensItself) void run({ kind: "device" }).then(told, toldFailed);
    else task.value = { title, run };
  };
  const addPasskey = async () => {
    const { createPasskey } = await import("@conclave/client/page");
    const made = await createPasskey(`Conclave, ${location.host}`);
    if (made.ok) begin(t.addPasskey, (by) => home().home.addLock(by, made.value));
    else toast({ text: made.error === "refused" ? t.passkeyRefused : t.passkeyUnsupported, tone: "danger" });
  };
  const remove = async (slot: VaultSlotView) => {
    const isLast = slots.length === 1;
    const yes = await askToConfirm({
      title: slot.kind === "passkey" ? t.removePasskeyTitle : t.removePassphraseTitle,
      body: <p>{isLast ? t.removeLastText : t.removeText}</p>,
      yes: t.remove,
      danger: true,
    });
    if (!yes) return;
    begin(t.remove, async (by) => {
      if (!isLast) return home().home.removeLock(by, slot.id);
      // A home without any lock could never be opened again: the browser's own comes before the last one goes.
      const opened = await home().home.addLock(by, { kind: "device" });
      return opened.ok ? home().home.removeLock({ kind: "device" }, slot.id) : opened;
    });
  };
  return (
    <Card title={t.locks} level={3}>
      <Stack gap={3}>
        <Note>{t.locksText}</Note>
        <div>
          {slots.map((slot) => (
            <LockRow
              key={slot.id}
              slot={slot}
              onChange={() => (dialog.value = "change")}
              onRemove={() => void remove(slot)}
            />
          ))}
        </div>
        {!opensItself && !isWrittenDown.value && (
          <Banner
            tone="warning"
            title={t.writeFirst}
            actions={
              <Button size="small" href="#/sheet">
                {t.toWords}
              </Button>
            }
          >
            {t.writeFirstText}
          </Banner>
        )}
        <Row>
          {!hasPassphrase && (
            <Button icon={KeyRound} onClick={() => (dialog.value = "add")}>
              {t.addPassphrase}
            </Button>
          )}
          <Button icon={Fingerprint} onClick={() => void addPasskey().catch(toldFailed)}>
            {t.addPasskey}
          </Button>
          {!opensItself && (
            <Button icon={LockKeyhole} onClick={() => void home().home.close()}>
              {t.lockNow}
            </Button>
          )}
        </Row>
      </Stack>
      <PassphraseDialog
        mode={dialog}
        onAdd={(passphrase) =>
          begin(t.addPassphrase, (by) => home().home.addLock(by, { kind: "passphrase", passphrase }))
        }
      />
      <ProveDialog task={task} slots={slots} />
    </Card>
  );
}

function LockRow(props: {
  readonly slot: VaultSlotView;
  readonly onChange: () => void;
  readonly onRemove: () => void;
}): JSX.Element {
  const { slot, onChange, onRemove } = props;
  const Shape = ICONS[slot.kind];
  return (
    <ListRow
      picture={<Shape size={20} aria-hidden="true" />}
      title={t[slot.kind]}
      text={slot.kind === "device" ? t.deviceText : slot.kind === "passphrase" ? t.passphraseText : t.passkeyText}
      wrap
      action={
        slot.kind !== "device" && (
          <Row gap={1}>
            {slot.kind === "passphrase" && (
              <Button size="small" tone="quiet" onClick={onChange}>
                {t.change}
              </Button>
            )}
            <Button size="small" tone="quiet" onClick={onRemove}>
              {t.remove}
            </Button>
          </Row>
        )
      }
    />
  );
}

function told(change: Result<undefined, VaultProblem>): void {
  if (change.ok) toast({ text: t.changedLock, tone: "success" });
  else toast({ text: problems[change.error], tone: "danger" });
}

function toldFailed(): void {
  toast({ text: t.failed, tone: "danger" });
}
