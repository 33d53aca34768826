import type { RoomProposal } from "@conclave/client";
import type { RoomDetail } from "@conclave/client/rpc";
import { toHex } from "@conclave/codec";
import { useSignal } from "@preact/signals";
import { Download, QrCode as QrIcon } from "lucide-preact";
import type { JSX } from "preact";
import { saveFile } from "../../app/saveFile.js";
import { Button, Note, QrCode, Row, Stack, toast } from "../../design/index.js";
import { home } from "../../model/home.js";
import { sayProblem } from "../../words/problem.js";
import { Changes } from "../proposals/Changes.js";
import { askToApprove, changesIn, isReadable } from "../proposals/approving.js";
import { ProposedChange } from "../proposals/ProposedChange.js";
import { proposals } from "../proposals/sayProposed.js";
import { t as asked } from "../proposals/words.js";
import { t } from "./words.js";

/** The most letters of a QR code with the correction that ours have (ISO/IEC 18004, version 40-M). */
const MOST_LETTERS = 3391;
const CODE_SIZE = 420;

/** Our approval of a proposal, to give away as a file or a QR code. Making one approves the proposal. */
export function ApprovalExport(props: { readonly detail: RoomDetail; readonly proposal: RoomProposal }): JSX.Element {
  const { detail, proposal } = props;
  const { action, actionHash, person, approvedBy } = proposal;
  const letter = useSignal<string | null>(null);
  const isShown = useSignal(false);
  const isBusy = useSignal(false);
  const changes = changesIn(detail, action, person);
  const isApproved = approvedBy.some(({ isYou }) => isYou);
  const sentence = <ProposedChange of={proposal} in={proposals.asks} />;
  /** The letter, made the first time that it is wanted. */
  const written = async (): Promise<string | null> => {
    if (letter.value !== null) return letter.value;
    if (!isApproved && !(await askToApprove(changes, sentence))) return null;
    const exported = await home().room(detail.key).exportApproval(actionHash);
    if (exported.ok) letter.value = exported.value;
    else toast({ text: sayProblem(exported.error), tone: "danger" });
    return letter.value;
  };
  if (!isReadable(changes) && !isApproved) {
    return (
      <Stack gap={4}>
        <p>{sentence}</p>
        <Note>{asked.unshown}</Note>
      </Stack>
    );
  }
  const work = (use: (text: string) => void) => {
    isBusy.value = true;
    void written()
      .then((text) => text !== null && use(text))
      .catch(() => toast({ text: t.failed, tone: "danger" }))
      .finally(() => (isBusy.value = false));
  };
  const show = (text: string) => {
    if (text.length > MOST_LETTERS) toast({ text: t.tooLong, tone: "danger" });
    else isShown.value = true;
  };
  const save = (text: string) => {
    saveFile(new Blob([`${text}\n`]), `conclave-approval-${toHex(actionHash).slice(0, 8)}.txt`);
  };
  return (
    <Stack gap={4}>
      <p>{sentence}</p>
      <Changes rows={changes} />
      <Note>{t.lead}</Note>
      <Row>
        <Button tone="primary" icon={Download} busy={isBusy} onClick={() => work(save)}>
          {t.save}
        </Button>
        <Button icon={QrIcon} disabled={isBusy} onClick={() => work(show)}>
          {t.show}
        </Button>
      </Row>
      {isShown.value && letter.value !== null && <QrCode text={letter.value} label={t.code} size={CODE_SIZE} />}
      <Note>{t.means}</Note>
    </Stack>
  );
}
