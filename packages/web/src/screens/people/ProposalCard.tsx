import type { OpenProposal } from "@conclave/client";
import type { RoomDetail } from "@conclave/client/remote";
import { useSignal } from "@preact/signals";
import { Scale } from "lucide-preact";
import type { JSX } from "preact";
import { Button, Note, PersonName, Row, Stack } from "../../design/index.js";
import { home } from "../../model/home.js";
import { Sentence } from "../room/Sentence.js";
import { carryOut } from "./carryOut.js";
import style from "./people.module.css";
import { ProposedAction } from "./ProposedAction.js";
import { t } from "./words.js";

/** A decision that waits for more people: exactly what it would do, who wants it, and how far it has come. */
export function ProposalCard(props: { readonly detail: RoomDetail; readonly proposal: OpenProposal }): JSX.Element {
  const { detail, proposal } = props;
  const { action, actionHash, by, approvedBy, need } = proposal;
  const isBusy = useSignal(false);
  const approve = () => {
    isBusy.value = true;
    void carryOut(home().room(detail.key).approve(actionHash)).finally(() => {
      isBusy.value = false;
    });
  };
  return (
    <article class={style["request"]}>
      <span class={style["icon"]}>
        <Scale size={20} aria-hidden="true" />
      </span>
      <Stack gap={2}>
        <p class={style["asks"]}>
          <ProposedAction action={action} members={detail.members} />
        </p>
        <Note>
          <Sentence text={t.proposedBy} by={<PersonName name={by.name} tag={by.tag} isYou={by.isYou} />} /> ·{" "}
          {t.soFar(approvedBy.length, need)}
        </Note>
        {!approvedBy.some(({ isYou }) => isYou) && (
          <Row>
            <Button size="small" tone="primary" busy={isBusy} onClick={approve}>
              {t.sayYes}
            </Button>
          </Row>
        )}
      </Stack>
    </article>
  );
}
