import { readGivenLink } from "@conclave/client/pure";
import { DoorOpen, KeyRound, Link2, Mail, Plus, Server } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { pasteInvite } from "../../app/invite.js";
import { Page } from "../../frame/Page.js";
import { go, href } from "../../app/route.js";
import { ViewMenu } from "../../frame/ViewMenu.js";
import { Button, type Icon } from "../../design/Button.js";
import { Field } from "../../design/Field.js";
import { ListRow } from "../../design/ListRow.js";
import { sayProblem } from "../../words/problem.js";
import { Circle } from "./Circle.js";
import style from "./Welcome.module.css";
import { t } from "./words.js";

/** What somebody sees who has no room yet: what this is, and the three ways in. */
export function WelcomeScreen(): JSX.Element {
  return (
    <Page width="wide" actions={<ViewMenu />}>
      <div class={style["welcome"]}>
        <div class={style["hero"]}>
          <h1 class={style["title"]}>{t.title}</h1>
          <p class={style["lead"]}>{t.lead}</p>
          <Circle />
        </div>
        <div class={style["ways"]}>
          <Button tone="primary" size="large" icon={Plus} wide href={href({ at: "start" })}>
            {t.start}
          </Button>
          <p class={style["startText"]}>{t.startText}</p>
          <InviteBox />
          <ListRow
            picture={<Tile icon={KeyRound} />}
            title={t.recover}
            text={t.recoverText}
            href={href({ at: "recovery" })}
            arrow
            wrap
          />
        </div>
      </div>
      <section aria-label={t.points} class={style["points"]}>
        <Point icon={DoorOpen} title={t.doorTitle}>
          {t.doorText}
        </Point>
        <Point icon={Mail} title={t.envelopeTitle}>
          {t.envelopeText}
        </Point>
        <Point icon={Server} title={t.hostTitle}>
          {t.hostText}
        </Point>
      </section>
    </Page>
  );
}

function InviteBox(): JSX.Element {
  const [open, show] = useState(false);
  const [link, type] = useState("");
  const [error, say] = useState<string | null>(null);
  const look = () => {
    const read = readGivenLink(link);
    if (!read.ok) {
      say(sayProblem({ kind: "link", fault: read.error }));
      return;
    }
    pasteInvite(link);
    go({ at: "join" });
  };
  if (!open) {
    return (
      <ListRow picture={<Tile icon={Link2} />} title={t.link} text={t.linkText} onClick={() => show(true)} arrow wrap />
    );
  }
  return (
    <form
      class={style["invite"]}
      onSubmit={(event) => {
        event.preventDefault();
        look();
      }}
    >
      <Field
        label={t.linkField}
        hint={t.linkText}
        value={link}
        error={error}
        onInput={(text) => {
          type(text);
          say(null);
        }}
        placeholder="https://…/#/join/v1.…"
        inputMode="url"
        enterKeyHint="go"
        spellcheck={false}
        mono
        inputRef={(input) => input?.focus()}
      />
      <Button type="submit" tone="primary" wide disabled={link.trim() === ""}>
        {t.linkGo}
      </Button>
    </form>
  );
}

function Tile({ icon: Shape }: { readonly icon: Icon }): JSX.Element {
  return (
    <span class={style["tile"]}>
      <Shape size={20} aria-hidden="true" />
    </span>
  );
}

function Point({
  icon: Shape,
  title,
  children,
}: {
  readonly icon: Icon;
  readonly title: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class={style["point"]}>
      <Shape size={22} aria-hidden="true" />
      <h2 class={style["pointTitle"]}>{title}</h2>
      <p class={style["pointText"]}>{children}</p>
    </div>
  );
}
