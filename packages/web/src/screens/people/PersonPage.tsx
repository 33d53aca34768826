import type { RoomMember } from "@conclave/client";
import { type DecidingRole, type PersonId, plainName, type Role } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { ArrowLeftRight, BadgeCheck, Crown, ShieldPlus, UserRound, UserRoundMinus } from "lucide-preact";
import type { JSX } from "preact";
import { now } from "../../app/now.js";
import { go } from "../../app/route.js";
import {
  Face,
  Button,
  Card,
  CodeWords,
  askToConfirm,
  EmptyState,
  Facts,
  type Icon,
  ListRow,
  Note,
  PaneBody,
  PaneHeader,
  PersonName,
  Stack,
} from "../../design/index.js";
import { home } from "../../model/home.js";
import { ago, date } from "../../words/when.js";
import { carryOut } from "../room/carryOut.js";
import { useOutlooks } from "./outlooks.js";
import { itemOf } from "./item.js";
import { sayOwnLoss, sayPowers } from "./powers.js";
import { t as power } from "./powerWords.js";
import style from "./people.module.css";
import { Reason } from "./Reason.js";
import { RemoveDialog } from "./RemoveDialog.js";
import { t } from "./words.js";
import { useFingerprint } from "./useFingerprint.js";

/** One person of a room: why they are here, how to be sure who it is, and what may be done about it. */
export function PersonPage({ detail, item }: { readonly detail: RoomDetail; readonly item: string }): JSX.Element {
  const member = detail.members.find(({ person }) => itemOf(person) === item);
  const toAll = () => go({ at: "room", key: detail.key, panel: "people", item: null });
  return (
    <>
      <PaneHeader
        title={t.back}
        onBack={toAll}
        onClose={() => go({ at: "room", key: detail.key, panel: null, item: null })}
      />
      <PaneBody>
        {member ? (
          <Person detail={detail} member={member} />
        ) : (
          <EmptyState icon={UserRound} title={t.gone} actions={<Button onClick={toAll}>{t.back}</Button>} />
        )}
      </PaneBody>
    </>
  );
}

function Person({ detail, member }: { readonly detail: RoomDetail; readonly member: RoomMember }): JSX.Element {
  const { name, tag, isYou, isLookalike, checked, role, person } = member;
  const words = useFingerprint(detail.key, person);
  return (
    <Stack gap={6}>
      <div class={style["head"]}>
        <Face person={person} size={112} />
        <span class={style["name"]}>
          <PersonName name={name} tag={tag} isYou={isYou} isLookalike={isLookalike} isChecked={checked !== null} />
        </span>
        {isLookalike && <Note>{isYou ? t.lookalikeYou : t.lookalike}</Note>}
        {role === "steward" && <Note>{t.stewardText}</Note>}
      </div>
      <Facts
        facts={[
          { name: t.role, value: t[role] },
          { name: t.reason, value: <Reason of={member} inFull /> },
          { name: t.device, value: t.devices({ count: member.devices }) + asTheySaid(member) },
        ]}
      />
      <Card title={isYou ? t.yours : t.fingerprint} level={3}>
        <Stack gap={3}>
          <CodeWords label={t.fingerprintOf({ name: plainName(name) })} words={words} />
          {!isYou && <Note>{checked ? t.checkedOn({ date: date(checked.time) }) : t.notChecked}</Note>}
          <Button
            icon={BadgeCheck}
            onClick={() => go({ at: "room", key: detail.key, panel: "verify", item: isYou ? null : itemOf(person) })}
          >
            {isYou ? t.showMine : checked ? t.compareAgain : t.compare}
          </Button>
        </Stack>
      </Card>
      {!isYou && <PersonActions detail={detail} member={member} words={words} />}
    </Stack>
  );
}

/** Their other devices are their own matter: nobody else can know of one that they took out just now. */
function asTheySaid({ heard, isYou }: RoomMember): string {
  return heard === null || isYou ? "" : t.heard({ when: ago(heard, now.value) });
}

/** What this member may do about that one: what the room would refuse is not offered. */
function PersonActions(props: {
  readonly detail: RoomDetail;
  readonly member: RoomMember;
  readonly words: readonly string[];
}): JSX.Element | null {
  const { detail, member, words } = props;
  const { person, role } = member;
  const isRemoving = useSignal(false);
  const calls = home().room(detail.key);
  const name = plainName(member.name);
  const roleTo = (to: DecidingRole) => ({ type: "setRole", person, role: to }) as const;
  const hand = { type: "transferOwnership", person } as const;
  const lower = role === "owner" ? "admin" : "member";
  const actions = { admin: roleTo("admin"), owner: roleTo("owner"), lower: roleTo(lower), hand };
  const can = useOutlooks(detail, { ...actions, remove: { type: "remove", person, ban: false } });
  const may = (what: Parameters<typeof can>[0]) => can(what) !== "no";
  const handOver = async () => {
    const isMeant = await askToConfirm({ title: t.handOverTitle({ name }), body: t.handOverText, yes: t.handOverYes });
    if (isMeant) await carryOut(calls.decide(hand), { action: hand, of: name });
  };
  // RULE: web.power-asks: power over others is never given by one press (attack A92).
  const setRole = async (what: "admin" | "owner" | "lower", title: string, yes: string) => {
    const action = actions[what];
    const you = detail.members.find(({ isYou }) => isYou)?.person;
    const as = (to: Role, of?: PersonId) => calls.powersAs(person, to, of);
    const powers = await Promise.all([as(role), as(action.role)]).catch(() => null);
    const own = you && (await Promise.all([as(role, you), as(action.role, you)]).catch(() => null));
    const loss = own ? sayOwnLoss(own) : "";
    const body = (
      <Stack gap={3}>
        <p>{powers && sayPowers(member.name, [role, action.role], powers)}</p>
        {loss !== "" && <Note>{loss}</Note>}
        {can(what) === "together" && <Note>{power.others}</Note>}
      </Stack>
    );
    if (!(await askToConfirm({ title, body, yes }))) return;
    // To take a lower role back would give power, and that asks first.
    const undo = role === "steward" || what === "lower" ? {} : { undo: { room: detail.key, action: roleTo(role) } };
    await carryOut(calls.decide(action), { action, of: name, ...undo });
  };
  const isOwner = role === "owner";
  const lowerTitle = isOwner ? power.notOwnerTitle({ name }) : power.memberTitle({ name });
  const lowerText = isOwner ? t.removeAsOwner : t.makeMember;
  if (!(["admin", "owner", "lower", "hand", "remove"] as const).some(may)) return null;
  return (
    <Card flush>
      {role === "member" && may("admin") && (
        <PersonAction
          icon={ShieldPlus}
          title={t.makeAdmin}
          onClick={() => void setRole("admin", power.adminTitle({ name }), t.makeAdmin)}
        />
      )}
      {role !== "member" && may("lower") && (
        <PersonAction icon={UserRound} title={lowerText} onClick={() => void setRole("lower", lowerTitle, lowerText)} />
      )}
      {!isOwner && may("owner") && (
        <PersonAction
          icon={Crown}
          title={t.makeOwner}
          onClick={() => void setRole("owner", power.ownerTitle({ name }), t.makeOwner)}
        />
      )}
      {!isOwner && may("hand") && (
        <PersonAction icon={ArrowLeftRight} title={t.handOver} onClick={() => void handOver()} />
      )}
      {may("remove") && (
        <PersonAction danger icon={UserRoundMinus} title={t.remove} onClick={() => (isRemoving.value = true)} />
      )}
      <RemoveDialog
        open={isRemoving}
        detail={detail}
        member={member}
        words={words}
        isTogether={can("remove") === "together"}
      />
    </Card>
  );
}

function PersonAction(props: {
  readonly icon: Icon;
  readonly title: string;
  readonly danger?: boolean;
  readonly onClick: () => void;
}): JSX.Element {
  const { icon: Shape, ...rest } = props;
  return <ListRow {...rest} picture={<Shape size={20} aria-hidden="true" />} />;
}
