import type { RoomMember } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { RoomDetail } from "@conclave/client/remote";
import { useSignal } from "@preact/signals";
import { ArrowLeftRight, BadgeCheck, Crown, ShieldPlus, UserRound, UserRoundMinus } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { go } from "../../app/route.js";
import {
  Avatar,
  Button,
  Card,
  CodeWords,
  confirm,
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
import { date } from "../../words/when.js";
import { carryOut } from "./carryOut.js";
import { itemOf } from "./item.js";
import { mayBegin } from "./mayBegin.js";
import style from "./people.module.css";
import { Reason } from "./Reason.js";
import { RemoveDialog } from "./RemoveDialog.js";
import { t } from "./words.js";

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
  const words = useWords(detail.key, person);
  return (
    <Stack gap={6}>
      <div class={style["head"]}>
        <Avatar name={name} seed={person} size={72} />
        <span class={style["name"]}>
          <PersonName name={name} tag={tag} isYou={isYou} isLookalike={isLookalike} isChecked={checked !== null} />
        </span>
        {isLookalike && <Note>{t.lookalike}</Note>}
      </div>
      <Facts
        facts={[
          { name: t.role, value: t[role] },
          { name: t.reason, value: <Reason of={member} inFull /> },
          { name: t.device, value: t.devices(member.devices) },
        ]}
      />
      <Card title={isYou ? t.yours : t.fingerprint} level={3}>
        <Stack gap={3}>
          <CodeWords label={t.fingerprintOf(plainName(name))} words={words} />
          {!isYou && <Note>{checked ? t.checkedOn(date(checked.time)) : t.notChecked}</Note>}
          <Button
            icon={BadgeCheck}
            onClick={() => go({ at: "room", key: detail.key, panel: "verify", item: isYou ? null : itemOf(person) })}
          >
            {isYou ? t.showMine : checked ? t.compareAgain : t.compare}
          </Button>
        </Stack>
      </Card>
      {!isYou && <Deeds detail={detail} member={member} words={words} />}
    </Stack>
  );
}

/** What this member may begin about that one. */
function Deeds(props: {
  readonly detail: RoomDetail;
  readonly member: RoomMember;
  readonly words: readonly string[];
}): JSX.Element | null {
  const { detail, member, words } = props;
  const { person, role } = member;
  const isRemoving = useSignal(false);
  const you = detail.members.find(({ isYou }) => isYou)?.role ?? null;
  const calls = home().room(detail.key);
  const mayRank = mayBegin(detail.policy, "setRole", you);
  const handOver = async () => {
    const name = plainName(member.name);
    const isMeant = await confirm({ title: t.handOverTitle(name), body: t.handOverText, yes: t.handOverYes });
    if (isMeant) await carryOut(calls.decide({ type: "transferOwnership", person }));
  };
  const setRole = (to: RoomMember["role"]) => void carryOut(calls.decide({ type: "setRole", person, role: to }));
  const mayRemove = mayBegin(detail.policy, "remove", you);
  if (!mayRank && !mayRemove && you !== "owner") return null;
  return (
    <Card flush>
      {mayRank && role !== "admin" && <Deed icon={ShieldPlus} title={t.makeAdmin} onClick={() => setRole("admin")} />}
      {mayRank && role !== "member" && <Deed icon={UserRound} title={t.makeMember} onClick={() => setRole("member")} />}
      {mayRank && you === "owner" && role !== "owner" && (
        <Deed icon={Crown} title={t.makeOwner} onClick={() => setRole("owner")} />
      )}
      {you === "owner" && role !== "owner" && (
        <Deed icon={ArrowLeftRight} title={t.handOver} onClick={() => void handOver()} />
      )}
      {mayRemove && <Deed danger icon={UserRoundMinus} title={t.remove} onClick={() => (isRemoving.value = true)} />}
      <RemoveDialog open={isRemoving} detail={detail} member={member} words={words} />
    </Card>
  );
}

function Deed(props: {
  readonly icon: Icon;
  readonly title: string;
  readonly danger?: boolean;
  readonly onClick: () => void;
}): JSX.Element {
  const { icon: Shape, ...rest } = props;
  return <ListRow {...rest} picture={<Shape size={20} aria-hidden="true" />} />;
}

function useWords(key: string, person: Uint8Array): readonly string[] {
  const words = useSignal<readonly string[]>([]);
  useEffect(() => {
    void home()
      .room(key)
      .fingerprint(person)
      .then(
        (fingerprint) => {
          words.value = fingerprint.words.split(" ");
        },
        () => undefined,
      );
  }, [key, itemOf(person)]);
  return words.value;
}
