import type { RoomSummary } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { CloudOff } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Banner } from "../../design/Banner.js";
import { hasNetwork } from "../../app/network.js";
import { mayConnect, readSite } from "../../app/site.js";
import { home } from "../../model/home.js";
import { t } from "./offlineWords.js";

/** A connection that was only replaced is no news: so long (ms) nothing is said. */
const QUIET_MS = 1_500;
/** How long "trying" stays after one asked for it (ms): an attempt that is refused is over at once. */
const TRYING_MS = 1_000;

/**
 * Says that this device has no network, or names the server that does not answer, and tries at once when asked. An outage is only
 * an outage: no alarm, and not the server's where it is ours.
 */
export function OfflineBanner({ room }: { readonly room: RoomSummary }): JSX.Element | null {
  const { standing, connection, paused } = room.status;
  const isAway = standing === "member" && connection === "offline" && paused === null;
  const isShown = useSignal(false);
  const isTrying = useSignal(false);
  useEffect(() => {
    if (!isAway && connection !== "connecting") isShown.value = false;
    if (!isAway || isShown.peek()) return;
    const timer = setTimeout(() => (isShown.value = true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [isAway, connection]);
  const isForbidden = useSignal(false);
  useEffect(() => {
    void readSite().then((site) => (isForbidden.value = !mayConnect(room.relay, site)));
  }, [room.relay]);
  if (!isShown.value || standing !== "member") return null;
  const again = () => {
    isTrying.value = true;
    setTimeout(() => (isTrying.value = false), TRYING_MS);
    void home()
      .home.nudge()
      .catch(() => undefined);
  };
  return (
    <Banner
      edge
      icon={CloudOff}
      title={hasNetwork.value ? t.title({ host: hostOf(room.relay) }) : t.noNetwork}
      link={{ text: isTrying.value ? t.trying : t.again, onClick: again }}
    >
      {!hasNetwork.value ? t.noNetworkText : isForbidden.value ? t.forbidden : t.text}
    </Banner>
  );
}

function hostOf(relay: string): string {
  return URL.canParse(relay) ? new URL(relay).host : relay;
}
