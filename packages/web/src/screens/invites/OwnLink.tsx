import { plainName } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { Link2 } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { go } from "../../app/route.js";
import { Button, Skeleton, toast } from "../../design/index.js";
import { rooms } from "../../model/home.js";
import { sayProblem } from "../../words/problem.js";
import { roomWithoutLink } from "./firstLink.js";
import { LinkView } from "./LinkView.js";
import { linkOf, makeInvite, usualInvite } from "./makeInvite.js";
import { t } from "./words.js";

/** For somebody who is alone in a room: the link that brings the others. */
export function OwnLink({ detail }: { readonly detail: RoomDetail }): JSX.Element {
  const { key, invitations, policy } = detail;
  const own = invitations.findLast(
    (each) => each.isOpen && each.hasLink && each.trouble === null && each.role === "member",
  );
  const link = useSignal<string | null>(null);
  const isBusy = useSignal(false);
  const id = own?.inviteId.join();
  useEffect(() => {
    if (!own) return;
    void linkOf(key, own.inviteId).then(
      (found) => (link.value = found),
      () => undefined,
    );
  }, [id]);
  const make = async () => {
    isBusy.value = true;
    const made = await makeInvite(key, usualInvite(policy));
    isBusy.value = false;
    if (!made.ok) toast({ text: sayProblem(made.error), tone: "danger" });
  };
  const more = () => go({ at: "room", key, panel: "invites", item: null });
  if (!own && roomWithoutLink.value !== key) {
    return (
      <Button tone="primary" icon={Link2} busy={isBusy} onClick={() => void make()}>
        {t.make}
      </Button>
    );
  }
  if (!own || link.value === null) return <Skeleton rows={1} />;
  return (
    <LinkView
      link={link.value}
      title={plainName(rooms.value.get(key)?.title ?? "")}
      mode={own.limit === null ? "keys" : own.mode}
      more={
        <Button tone="quiet" onClick={more}>
          {t.change}
        </Button>
      }
    />
  );
}
