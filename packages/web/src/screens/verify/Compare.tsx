import type { CheckedBy, PersonCheck, RoomMember } from "@conclave/client";
import { type Fingerprint, type PersonId, plainName } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { BadgeCheck } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Face, Banner, Button, Disclosure, Note, PersonName, Row, Skeleton, Stack, Tabs } from "../../design/index.js";
import { home } from "../../model/home.js";
import { date } from "../../words/when.js";
import { itemOf } from "../people/item.js";
import { Code } from "./Code.js";
import { Scanner } from "./Scanner.js";
import { type Finding, judgeCode } from "./judge.js";
import { OwnCode } from "./OwnCodes.js";
import style from "./verify.module.css";
import { by, t } from "./words.js";

/** Compares one person's fingerprint, by ear or by camera, and keeps a mark on them when it is the same. */
export function Compare(props: { readonly detail: RoomDetail; readonly member: RoomMember }): JSX.Element {
  const { detail, member } = props;
  const { person, name, tag, isLookalike, checked } = member;
  const plain = plainName(name);
  const way = useSignal<CheckedBy>("words");
  const finding = useSignal<Finding | "differs" | null>(null);
  const failed = useSignal(false);
  const fingerprint = useFingerprint(detail.key, person);
  const mark = async (how: CheckedBy | null) => {
    failed.value = false;
    await home()
      .home.mark(person, how)
      .catch(() => {
        failed.value = true;
      });
  };
  const same = (how: CheckedBy) => {
    finding.value = null;
    void mark(how);
  };
  const scanned = (text: string) => {
    const found = judgeCode(text, person, detail.members);
    if (found.is === "same") same("qr");
    else finding.value = found;
  };
  const unmark = () => void mark(null);
  // Where it was asked for, so that nobody has to look for it; a screen reader is told.
  const outcome = (
    <>
      {failed.value && <Banner tone="danger" title={t.failed} />}
      <Found finding={finding.value} name={plain} isMarked={checked !== null} onUnmark={unmark} />
      {checked && finding.value === null && <Checked checked={checked} onUnmark={unmark} />}
    </>
  );
  return (
    <Stack gap={4}>
      <div class={style["head"]}>
        <Face person={person} size={96} />
        <PersonName name={name} tag={tag} isLookalike={isLookalike} isChecked={checked !== null} />
      </div>
      {!checked && <p>{t.lead({ name: plain })}</p>}
      <Tabs
        label={t.ways}
        value={way}
        onChange={(next) => {
          way.value = next;
          finding.value = null;
        }}
        tabs={[
          { id: "words", text: t.words },
          { id: "digits", text: t.digits },
          { id: "qr", text: t.scan },
        ]}
      >
        {way.value === "qr" ? (
          <Stack gap={4}>
            <p>{t.scanHow({ name: plain })}</p>
            <Scanner onCode={scanned} />
            {outcome}
          </Stack>
        ) : !fingerprint ? (
          <Skeleton rows={3} />
        ) : (
          <Stack gap={4}>
            <p>{t.readHow({ name: plain })}</p>
            <Code
              label={way.value === "words" ? t.wordsOf({ name: plain }) : t.digitsOf({ name: plain })}
              text={fingerprint[way.value]}
            />
            {outcome}
            {(checked === null || finding.value !== null) && (
              <Row>
                <Button tone="primary" icon={BadgeCheck} onClick={() => same(way.value)}>
                  {t.same}
                </Button>
                <Button onClick={() => (finding.value = "differs")}>{t.differs}</Button>
              </Row>
            )}
          </Stack>
        )}
      </Tabs>
      <Disclosure title={t.showMine({ name: plain })}>
        <OwnCode />
      </Disclosure>
      <Note>{t.never}</Note>
    </Stack>
  );
}

function Checked({ checked, onUnmark }: { readonly checked: PersonCheck; readonly onUnmark: () => void }): JSX.Element {
  return (
    <Banner
      tone="success"
      title={t.checkedOn({ date: date(checked.time), how: by[checked.how] })}
      actions={
        <Button size="small" onClick={onUnmark}>
          {t.unmark}
        </Button>
      }
    >
      {t.checkedText}
    </Banner>
  );
}

/** What came of a scan, or of a comparison that failed; nothing when all is well. */
function Found(props: {
  readonly finding: Finding | "differs" | null;
  readonly name: string;
  readonly isMarked: boolean;
  readonly onUnmark: () => void;
}): JSX.Element | null {
  const { finding, name, isMarked, onUnmark } = props;
  if (finding === null) return null;
  if (finding !== "differs" && finding.is === "same") return null;
  if (finding !== "differs" && finding.is === "none") {
    return (
      <Banner tone="info" title={t.noPerson}>
        {t.noPersonText({ name })}
      </Banner>
    );
  }
  if (finding !== "differs" && finding.whose) {
    const { isYou, name: other } = finding.whose;
    return <Banner tone="warning" title={isYou ? t.ownCode : t.codeOf({ whose: plainName(other), name })} />;
  }
  return (
    <Banner
      tone="danger"
      title={finding === "differs" ? t.differsTitle({ name }) : t.otherCode({ name })}
      actions={
        isMarked && (
          <Button size="small" onClick={onUnmark}>
            {t.unmark}
          </Button>
        )
      }
    >
      {t.differsText({ name })}
    </Banner>
  );
}

function useFingerprint(key: string, person: PersonId): Fingerprint | null {
  const fingerprint = useSignal<Fingerprint | null>(null);
  useEffect(() => {
    void home()
      .room(key)
      .fingerprint(person)
      .then(
        (found) => {
          fingerprint.value = found;
        },
        () => undefined,
      );
  }, [key, itemOf(person)]);
  return fingerprint.value;
}
