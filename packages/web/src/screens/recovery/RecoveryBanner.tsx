import type { RoomDetail, RoomSummary } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { KeyRound } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { go } from "../../app/route.js";
import { Banner } from "../../design/Banner.js";
import { t } from "./bannerWords.js";

/** It is made in a moment where the server answers: so long (ms) nothing is said. */
const QUIET_MS = 4_000;

/** To an owner who has their words on paper: this room does not take them back by the words yet. */
export function RecoveryBanner({
  room,
  detail,
}: {
  readonly room: RoomSummary;
  readonly detail: RoomDetail | null;
}): JSX.Element | null {
  const isMissing = detail?.returning === "preparing" && room.status.standing === "member";
  const isShown = useSignal(false);
  useEffect(() => {
    if (!isMissing) {
      isShown.value = false;
      return;
    }
    const timer = setTimeout(() => (isShown.value = true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [isMissing]);
  if (!isShown.value) return null;
  const look = () => go({ at: "room", key: room.key, panel: "room", item: null });
  return (
    <Banner edge icon={KeyRound} tone="warning" title={t.title} link={{ text: t.look, onClick: look }}>
      {t.text}
    </Banner>
  );
}
