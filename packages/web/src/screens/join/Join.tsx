import type { JoinOptions, Problem } from "@conclave/client";
import { type GivenLink, readGivenLink } from "@conclave/client/pure";
import type { InvitedView, RoomKey } from "@conclave/client/rpc";
import { toHex, type Result } from "@conclave/codec";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { forgetInvite, go, invite } from "../../app/index.js";
import { ensureHome, home, rooms } from "../../model/home.js";
import { expectRoom } from "../../app/expectRoom.js";
import { AlreadyHere, Forbidden, JoinFailed, NoLink } from "./outcomes.js";
import { Consent } from "./Consent.js";
import { Preview } from "./Preview.js";
import { hostOf, mayConnect, readSite } from "../../app/site.js";

type Stage =
  | { readonly at: "consent" }
  | { readonly at: "looking" }
  | { readonly at: "seen"; readonly invited: InvitedView }
  | { readonly at: "forbidden" }
  | { readonly at: "failed"; readonly problem: Problem };

/** How long a server that does not answer is left alone (ms). */
const AGAIN_MS = 4_000;

/** Of the same person's other device: it would be refused in the end, and nobody has to type a name for that. */
const ALREADY: Problem = { kind: "refused", rejection: { code: "already_member" } };

/** From an invite link into the room. */
export function Join(): JSX.Element {
  const given = invite.value;
  const read = useMemo(() => (given === null ? null : readGivenLink(given)), [given]);
  if (!read?.ok) return <NoLink key={given} fault={read?.error ?? null} />;
  return <JoinByLink key={read.value.text} given={read.value} />;
}

function JoinByLink({ given }: { readonly given: GivenLink }): JSX.Element {
  const { text, link, shownTo } = given;
  const stage = useSignal<Stage>({ at: "consent" });
  const isBusy = useSignal(false);
  const key = toHex(link.roomId);
  const host = hostOf(link.relay) ?? link.relay;
  // The server that served this very page has the person's address already: there is nothing to ask them, unless something is
  // to be said about the link.
  const isOwn = host === location.host && shownTo === null;

  const look = async () => {
    stage.value = { at: "looking" };
    if (!mayConnect(link.relay, await readSite())) {
      stage.value = { at: "forbidden" };
      return;
    }
    if (!(await ensureHome())) {
      stage.value = { at: "failed", problem: { kind: "closed" } };
      return;
    }
    show(await home().home.lookAt(text));
  };
  const show = (looked: Result<InvitedView, Problem>) => {
    if (!looked.ok) stage.value = { at: "failed", problem: looked.error };
    else if (looked.value.mode !== "return" && looked.value.members.some(({ isYou }) => isYou))
      stage.value = { at: "failed", problem: ALREADY };
    else {
      stage.value = { at: "seen", invited: looked.value };
      // While the person reads who is there, what the room needs comes.
      expectRoom();
    }
  };
  // The person has said that the server may be asked: while it does not answer it is asked again, out of sight.
  const isUnreached = stage.value.at === "failed" && stage.value.problem.kind === "unreachable";
  useEffect(() => {
    if (!isUnreached) return;
    const mine = stage.peek();
    let timer = 0;
    const again = async () => {
      clearTimeout(timer);
      const looked = isBusy.peek() ? null : await home().home.lookAt(text);
      if (stage.peek() !== mine) return;
      if (looked && (looked.ok || looked.error.kind !== "unreachable")) show(looked);
      else timer = setTimeout(ask, AGAIN_MS);
    };
    const ask = () => void again().catch(() => undefined);
    timer = setTimeout(ask, AGAIN_MS);
    addEventListener("online", ask);
    return () => {
      clearTimeout(timer);
      removeEventListener("online", ask);
    };
  }, [isUnreached]);
  const accept = async (invited: InvitedView, name: string, note: string, options: JoinOptions) => {
    const calls = home().home;
    let joined = await calls.accept(invited.ticket, name, note, options);
    if (!joined.ok && joined.error.kind === "unknown") {
      // Another tab has taken the home over meanwhile, and knows no ticket: the person agreed to this room.
      const again = await calls.lookAt(text);
      joined = again.ok ? await calls.accept(again.value.ticket, name, note, options) : again;
    }
    const standing = rooms.value.get(key)?.status.standing;
    // What waits for the server goes on by itself, and shows so in its own place.
    const isOnItsWay =
      !joined.ok && joined.error.kind === "unreachable" && (standing === "joining" || standing === "asking");
    if (joined.ok || isOnItsWay) {
      enter(key);
      return;
    }
    if (standing === "lost") await calls.forget(key);
    stage.value = { at: "failed", problem: joined.error };
  };
  const run = (work: () => Promise<void>) => {
    if (isBusy.value) return;
    isBusy.value = true;
    void work()
      .catch(() => (stage.value = { at: "failed", problem: { kind: "closed" } }))
      .finally(() => (isBusy.value = false));
  };

  useEffect(() => {
    if (isOwn) run(look);
    // Leaving the screen does not leave a secret behind; going back to the room list keeps it for this visit.
    return () => void (stage.value = { at: "consent" });
  }, []);
  const here = rooms.value.get(key);
  const isIn = here !== undefined && !["removed", "left", "lost"].includes(here.status.standing);
  // A join of ours makes the room appear before it is done.
  if (isIn && !isBusy.value) return <AlreadyHere room={here} onOpen={() => enter(key)} />;
  const now = stage.value;
  switch (now.at) {
    case "consent":
    case "looking":
      return (
        <Consent host={host} shownTo={shownTo} isOwn={isOwn} isBusy={now.at === "looking"} onLook={() => run(look)} />
      );
    case "seen":
      return (
        <Preview
          invited={now.invited}
          host={host}
          isBusy={isBusy}
          onAccept={(name, note, options) => run(() => accept(now.invited, name, note, options))}
        />
      );
    case "forbidden":
      return <Forbidden relay={link.relay} host={host} text={text} />;
    case "failed":
      return <JoinFailed problem={now.problem} host={host} isBusy={isBusy} onAgain={() => run(look)} />;
  }
}

function enter(key: RoomKey): void {
  forgetInvite();
  go({ at: "room", key, panel: null, item: null }, { replace: true });
}
