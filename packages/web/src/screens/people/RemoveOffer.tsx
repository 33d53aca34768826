import type { Claim, RoomMember } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { equalBytes } from "@conclave/codec";
import { useSignal } from "@preact/signals";
import { UserRoundMinus } from "lucide-preact";
import type { JSX } from "preact";
import { Button, Note, Stack } from "../../design/index.js";
import { useOutlooks } from "./outlooks.js";
import { RemoveDialog } from "./RemoveDialog.js";
import { t } from "./removeOfferWords.js";
import { useFingerprint } from "./useFingerprint.js";

export interface RemoveOfferProps {
  readonly detail: RoomDetail;
  readonly claim: Claim;
}

/** Offers to remove somebody whom claims name again and again, to those who can (docs/decisions/0019). */
export function RemoveOffer({ detail, claim }: RemoveOfferProps): JSX.Element | null {
  const member = detail.members.find(({ person }) => equalBytes(person, claim.after.person));
  return claim.isAgain && member && !member.isYou ? <Offer detail={detail} member={member} /> : null;
}

function Offer({ detail, member }: { readonly detail: RoomDetail; readonly member: RoomMember }): JSX.Element | null {
  const isOpen = useSignal(false);
  const words = useFingerprint(detail.key, member.person);
  const can = useOutlooks(detail, { remove: { type: "remove", person: member.person, ban: false } })("remove");
  if (can === "no") return null;
  const name = plainName(member.name);
  return (
    <Stack gap={2}>
      <Note>{t.again({ name })}</Note>
      <div>
        <Button size="small" icon={UserRoundMinus} onClick={() => (isOpen.value = true)}>
          {t.ask({ name })}
        </Button>
      </div>
      <RemoveDialog open={isOpen} detail={detail} member={member} words={words} isTogether={can === "together"} />
    </Stack>
  );
}
