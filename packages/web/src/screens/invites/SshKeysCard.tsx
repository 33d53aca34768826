import type { KeysListed, Problem, RoomSshKey } from "@conclave/client";
import { MAX_KEY_FILE_BYTES, plainName, readSshKeyFile, type SkippedLine } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { done, type Result } from "@conclave/codec";
import { sshKeySkipped } from "@conclave/words/sshKeySkipped";
import { useSignal } from "@preact/signals";
import { FileKey } from "lucide-preact";
import type { JSX } from "preact";
import { Button, Card, FileButton, Note, Stack, toast } from "../../design/index.js";
import { home } from "../../model/home.js";
import { words } from "../../words/words.js";
import { carryOut } from "../room/carryOut.js";
import { t } from "./words.js";
import style from "./invites.module.css";

const reasons = words(sshKeySkipped);

/** The room's list of SSH keys: a link for them lets in one person for each key. */
export function SshKeysCard({ detail, may }: { readonly detail: RoomDetail; readonly may: boolean }): JSX.Element {
  const skipped = useSignal<readonly SkippedLine[]>([]);
  const calls = home().room(detail.key);
  const list = async (file: File) => {
    const read = file.size > MAX_KEY_FILE_BYTES ? null : readSshKeyFile(await file.text());
    skipped.value = read?.skipped ?? [];
    if (read === null || read.keys.length === 0) {
      toast({ text: t.keysNone, tone: "danger" });
      return;
    }
    const listed = await calls.allowKeys(read.keys);
    if (listed.ok && listed.value.progress === null) {
      toast({ text: t.keysListed });
      return;
    }
    await carryOut(decided(listed), { action: { type: "allow", keys: read.keys.slice(0, countOf(listed)) } });
  };
  const takeOff = async ({ key }: RoomSshKey) => {
    await carryOut(decided(await calls.disallowKeys([key])), { action: { type: "disallow", keys: [key] } });
  };
  return (
    <Card title={t.keys} level={3}>
      <Stack gap={3}>
        <Note>{t.keysText}</Note>
        {detail.sshKeys.length > 0 && (
          <ul class={style["keys"]}>
            {detail.sshKeys.map((each) => (
              <li key={each.fingerprint}>
                <span>
                  <bdi>{plainName(each.comment)}</bdi> <code>{each.fingerprint}</code>
                  <br />
                  {each.usedBy === null
                    ? t.keyFree({ by: plainName(each.listedBy.name) })
                    : t.keyUsed({ by: plainName(each.listedBy.name), name: plainName(each.usedBy.name) })}
                </span>
                {may && (
                  <Button size="small" tone="quiet" onClick={() => void takeOff(each)}>
                    {t.keyOff}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
        {may && (
          <FileButton
            icon={FileKey}
            label={t.keysAdd}
            onFile={(file) => void list(file).catch(() => toast({ text: reasons.unreadable, tone: "danger" }))}
          />
        )}
        {skipped.value.length > 0 && (
          <div role="status">
            <Note>{t.keysSkipped}</Note>
            <ul>
              {skipped.value.map((each) => (
                <li key={each.line}>{t.keysLine({ line: each.line, reason: reasonOf(each) })}</li>
              ))}
            </ul>
          </div>
        )}
      </Stack>
    </Card>
  );
}

type Listed = Result<KeysListed, Problem>;

function countOf(listed: Listed): number {
  return listed.ok ? listed.value.count : 0;
}

async function decided(listed: Listed): ReturnType<ReturnType<ReturnType<typeof home>["room"]>["decide"]> {
  return Promise.resolve(listed.ok ? done(listed.value.progress!) : listed);
}

function reasonOf({ reason, what }: SkippedLine): string {
  const sentence = reasons[reason];
  return typeof sentence === "string" ? sentence : sentence({ what: plainName(what ?? "") });
}
