import type { RoomMember } from "@conclave/client";
import type { RoomDetail } from "@conclave/client/rpc";
import { useSignal } from "@preact/signals";
import { Search } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Field, Note, Select, Stack } from "../../design/index.js";
import { number } from "../../words/say.js";
import { itemOf } from "./item.js";
import { MemberRow } from "./MemberRow.js";
import { memberGroups, type MemberGroup, type PeopleFilter } from "./memberGroups.js";
import style from "./people.module.css";
import { t } from "./words.js";

/** A room of fewer people is seen at a glance: there is nothing to look for. */
const SEARCHED_FROM = 9;
const FILTERED_FROM = 25;
/** So many rows are made at a time, so that a room of thousands opens and is searched at once. */
const ROWS_AT_A_TIME = 40;
/** More are made before the end comes into view (px). */
const AHEAD_PX = 600;

/** Everybody in the room by role, with a field that finds them. */
export function MemberList({ detail }: { readonly detail: RoomDetail }): JSX.Element {
  const { members } = detail;
  const query = useSignal("");
  const filter = useSignal<PeopleFilter>("all");
  const groups = useMemo(() => memberGroups(members, query.value, filter.value), [members, query.value, filter.value]);
  const isNarrowed = query.value.trim() !== "" || filter.value !== "all";
  const found = groups.reduce((sum, group) => sum + group.members.length, 0);
  return (
    <Stack gap={3}>
      {members.length >= SEARCHED_FROM && (
        <div class={style["find"]}>
          <Field
            type="search"
            label={t.find}
            labelHidden
            placeholder={t.find}
            enterKeyHint="search"
            value={query}
            before={<Search size={18} aria-hidden="true" />}
          />
          {members.length >= FILTERED_FROM && (
            <Select
              label={t.show}
              labelHidden
              value={filter}
              options={[
                { value: "all", text: t.everybody },
                { value: "deciding", text: t.deciding },
                { value: "checked", text: t.checkedOnes },
                { value: "unchecked", text: t.uncheckedOnes },
              ]}
            />
          )}
        </div>
      )}
      <p class="visually-hidden" role="status">
        {isNarrowed ? t.count({ count: found }) : ""}
      </p>
      {found === 0 && <Note>{t.nobody}</Note>}
      <Groups detail={detail} groups={groups} narrowing={`${filter.value} ${query.value}`} />
    </Stack>
  );
}

interface GroupsProps {
  readonly detail: RoomDetail;
  readonly groups: readonly MemberGroup[];
  /** What one looks for: other rows are shown from their beginning. */
  readonly narrowing: string;
}

/** The groups with as many rows as one has scrolled to. */
function Groups({ detail, groups, narrowing }: GroupsProps): JSX.Element {
  const scrolled = useSignal({ narrowing, rows: ROWS_AT_A_TIME });
  const most = scrolled.value.narrowing === narrowing ? scrolled.value.rows : ROWS_AT_A_TIME;
  const end = useRef<HTMLDivElement>(null);
  const total = groups.reduce((sum, group) => sum + group.members.length, 0);
  const isMore = total > most;
  useEffect(() => {
    if (!isMore || !end.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting))
          scrolled.value = { narrowing, rows: most + ROWS_AT_A_TIME };
      },
      { root: scrollerOf(end.current), rootMargin: `${AHEAD_PX}px` },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
    // Observed again after each part: what is still in view tells it again.
  }, [isMore, most, narrowing]);
  let left = most;
  const shown = groups.map(({ is, members }) => {
    const rows = members.slice(0, Math.max(0, left));
    left -= rows.length;
    return { is, count: members.length, rows };
  });
  return (
    <>
      {shown
        .filter(({ rows }) => rows.length > 0)
        .map(({ is, count, rows }) => (
          <Group key={is} detail={detail} is={is} count={count} rows={rows} />
        ))}
      {isMore && <div ref={end} class={style["end"]} />}
    </>
  );
}

function Group(props: {
  readonly detail: RoomDetail;
  readonly is: MemberGroup["is"];
  readonly count: number;
  readonly rows: readonly RoomMember[];
}): JSX.Element {
  const { detail, is, count, rows } = props;
  return (
    <section aria-label={t[is]}>
      <h3 class={style["role"]}>
        {t[is]} <span class={style["count"]}>{number(count)}</span>
      </h3>
      {rows.map((member) => (
        <MemberRow key={itemOf(member.person)} roomKey={detail.key} member={member} />
      ))}
    </section>
  );
}

/** What scrolls around this. */
function scrollerOf(element: HTMLElement): HTMLElement | null {
  for (let at = element.parentElement; at; at = at.parentElement) {
    if (/auto|scroll/u.test(getComputedStyle(at).overflowY)) return at;
  }
  return null;
}
