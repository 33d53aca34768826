import { CLOCK_LIMIT_MS } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { spanOf } from "@conclave/words";
import type { JSX } from "preact";
import { askToConfirm, Banner, Button } from "../../design/index.js";
import { home, rooms } from "../../model/home.js";
import { language } from "../../words/language.js";
import { carryOut } from "../room/carryOut.js";
import { may } from "../room/may.js";
import { t } from "./words.js";

/** Said where links are made and shown: the room's time is ahead, and who may can set it right here. */
export function RoomAhead({ detail }: { readonly detail: RoomDetail }): JSX.Element | null {
  const ahead = rooms.value.get(detail.key)?.status.roomAhead ?? 0;
  if (ahead <= CLOCK_LIMIT_MS) return null;
  const reset = async () => {
    const isMeant = await askToConfirm({ title: t.resetTitle, body: t.resetText, yes: t.reset });
    const action = { type: "resetTime" } as const;
    if (isMeant) await carryOut(home().room(detail.key).decide(action), { action });
  };
  const actions = may(detail, "resetTime") && <Button onClick={() => void reset()}>{t.reset}</Button>;
  return (
    <Banner tone="warning" title={t.ahead({ span: spanOf(language.value, ahead) })} actions={actions}>
      {t.aheadText}
    </Banner>
  );
}
