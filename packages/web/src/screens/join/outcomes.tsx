import type { Problem } from "@conclave/client";
import { type LinkFault, readGivenLink, type RejectionCode, type RelayError } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import { type ReadonlySignal, useSignal } from "@preact/signals";
import {
  CloudOff,
  DoorClosed,
  DoorOpen,
  Link2Off,
  Link as LinkIcon,
  RotateCcw,
  ShieldAlert,
  Waypoints,
} from "lucide-preact";
import type { JSX } from "preact";
import { back, forgetInvite, go, pasteInvite } from "../../app/index.js";
import { Button, CopyField, Field, type Icon, Stack } from "../../design/index.js";
import { plainName } from "@conclave/client/pure";
import { door } from "../../model/home.js";
import { sayProblem } from "../../words/index.js";
import { TaskPage } from "../../frame/TaskPage.js";
import { t } from "./words.js";

/** Nothing was opened, or a damaged link: a field for another one. */
export function NoLink({ fault }: { readonly fault: LinkFault | null }): JSX.Element {
  const isBroken = fault !== null;
  const text = useSignal("");
  const error = useSignal<string | null>(null);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const read = readGivenLink(text.value);
    if (read.ok) pasteInvite(text.value);
    else error.value = sayProblem({ kind: "link", fault: read.error });
  };
  return (
    <TaskPage
      title={isBroken ? t.badLinkTitle : t.noLinkTitle}
      lead={isBroken ? sayProblem({ kind: "link", fault }) : t.noLinkText}
      icon={isBroken ? Link2Off : LinkIcon}
      tone={isBroken ? "warning" : "accent"}
      onBack={() => {
        forgetInvite();
        back({ at: home() });
      }}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap={4}>
          <Field
            label={t.paste}
            value={text}
            onInput={(typed) => {
              text.value = typed;
              error.value = null;
            }}
            error={error}
            mono
            autofocus
            spellcheck={false}
            enterKeyHint="go"
            placeholder="https://…/#/join/v1.…"
          />
          <Button type="submit" tone="primary" size="large" wide disabled={text.value.trim() === ""}>
            {t.check}
          </Button>
        </Stack>
      </form>
    </TaskPage>
  );
}

/** The link's room is on this device. */
export function AlreadyHere({
  room,
  onOpen,
}: {
  readonly room: RoomSummary;
  readonly onOpen: () => void;
}): JSX.Element {
  return (
    <TaskPage
      title={t.hereTitle({ room: plainName(room.title) })}
      lead={t.hereText}
      icon={DoorOpen}
      actions={
        <Button tone="primary" size="large" onClick={onOpen}>
          {t.open}
        </Button>
      }
    />
  );
}

/** The room's server is none that this page may speak to. */
export function Forbidden({
  relay,
  host,
  text,
}: {
  readonly relay: string;
  readonly host: string;
  readonly text: string;
}): JSX.Element {
  const address = `${relay.startsWith("wss:") ? "https" : "http"}://${host}`;
  return (
    <TaskPage
      title={t.forbiddenTitle}
      lead={t.forbiddenText({ own: location.host, other: host })}
      icon={Waypoints}
      tone="warning"
      actions={<Leave />}
    >
      <CopyField label={t.forbiddenCopy} value={`${address}/#/join/${text}`} />
    </TaskPage>
  );
}

interface FailedProps {
  readonly problem: Problem;
  readonly host: string;
  readonly isBusy: ReadonlySignal<boolean>;
  readonly onAgain: () => void;
}

/** It came to nothing, and why. */
export function JoinFailed({ problem, host, isBusy, onAgain }: FailedProps): JSX.Element {
  const { title, text, icon, tone, isFinal } = outcomeOf(problem, host);
  return (
    <TaskPage
      title={title}
      lead={text}
      icon={icon}
      tone={tone}
      actions={
        <>
          {!isFinal && (
            <Button tone="primary" size="large" icon={RotateCcw} busy={isBusy} onClick={onAgain}>
              {t.again}
            </Button>
          )}
          <Leave />
        </>
      }
    />
  );
}

function Leave(): JSX.Element {
  const leave = () => {
    forgetInvite();
    go({ at: home() }, { replace: true });
  };
  return <Button onClick={leave}>{t.home}</Button>;
}

function home(): "rooms" | "welcome" {
  return door.value.state === "open" ? "rooms" : "welcome";
}

interface Outcome {
  readonly title: string;
  readonly text: string;
  readonly icon: Icon;
  readonly tone: "warning" | "danger";
  /** Trying again changes nothing. */
  readonly isFinal: boolean;
}

const OVER: ReadonlySet<RejectionCode | RelayError> = new Set<RejectionCode | RelayError>([
  "invite_unknown",
  "invite_revoked",
  "invite_expired",
  "invite_used_up",
  "invite_not_for_you",
  "bad_invite_proof",
  "sealed",
  "member_limit",
  "ballot_limit",
  "slot_unknown",
  "slot_closed",
  "room_unknown",
  "room_deleted",
  "proof_invalid",
]);
/** What an honest server has no reason for. */
const FALSE: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  "bad_slot",
  "bad_history",
  "below_floor",
  "bad_admission",
]);

function outcomeOf(problem: Problem, host: string): Outcome {
  const text = sayProblem(problem);
  const warning = { tone: "warning", isFinal: false } as const;
  const code = problem.kind === "refused" ? problem.rejection.code : null;
  if (code === "banned") {
    return { title: t.bannedTitle, text: t.bannedText, icon: DoorClosed, tone: "warning", isFinal: true };
  }
  if (code === "already_member") {
    return { title: t.elsewhereTitle, text: t.elsewhereText, icon: DoorClosed, ...warning };
  }
  if (code !== null && FALSE.has(code)) {
    return { title: t.falseTitle, text: t.falseText, icon: ShieldAlert, tone: "danger", isFinal: false };
  }
  const reason = problem.kind === "relay" ? problem.error : code;
  if (reason !== null && OVER.has(reason)) {
    return {
      title: t.goneTitle,
      text: `${code === null ? t.goneReason : text} ${t.goneText}`,
      icon: Link2Off,
      tone: "warning",
      isFinal: true,
    };
  }
  if (problem.kind === "unreachable") {
    return { title: t.unreachableTitle, text: t.unreachableText({ host }), icon: CloudOff, ...warning };
  }
  if (problem.kind === "link") {
    return { title: t.badLinkTitle, text, icon: Link2Off, tone: "warning", isFinal: true };
  }
  return { title: t.otherTitle, text, icon: Link2Off, ...warning };
}
