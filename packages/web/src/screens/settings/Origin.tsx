import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Badge, Banner, Button, Card, CopyField, Facts, Note, Row, Stack, toast } from "../../design/index.js";
import { type BuildChange, checkForChange, keepHeld, type Trust, trust, useOffered } from "../../trust/trust.js";
import { date } from "../../words/when.js";
import { buildName } from "./buildName.js";
import style from "./settings.module.css";
import { t } from "./securityWords.js";

const TONES = { L0: "warning", L1: "neutral", L2: "success" } as const;

/** Who could change this page, which build it is, and what happens when another one is served. */
export function Origin(): JSX.Element {
  const now = trust.value;
  const { level, buildHash, version, changed } = now;
  return (
    <Card title={t.origin} level={3} actions={<Badge tone={TONES[level]}>{t[`${level}name`]}</Badge>}>
      <Stack gap={4}>
        {changed && <Changed change={changed} />}
        <p>{t[level]}</p>
        <Held now={now} />
        {buildHash !== null && (
          <Stack gap={3}>
            <Facts
              facts={[
                { name: t.version, value: version ?? "" },
                { name: t.build, value: <code class={style["build"]}>{buildName(buildHash)}</code> },
              ]}
            />
            <CopyField
              label={t.compareBuild}
              hint={t.compareBuildHint}
              value={`npx --no conclave verify-web ${new URL(".", location.href).href.replace(/\/$/u, "")}`}
            />
          </Stack>
        )}
        <Note>{t.ownWord}</Note>
      </Stack>
    </Card>
  );
}

/** Whether the browser holds on to this build, so that another one is an alarm. */
function Held({ now: { pinned, isFromNetwork, changed } }: { readonly now: Trust }): JSX.Element {
  const isBusy = useSignal(false);
  const check = async () => {
    isBusy.value = true;
    const isChecked = await checkForChange().then(
      () => true,
      () => false,
    );
    isBusy.value = false;
    if (!isChecked) toast({ text: t.notCompared, tone: "danger" });
    else if (!trust.value.changed) toast(t.sameBuild);
  };
  if (!pinned) return <p>{t.notHeld}</p>;
  return (
    <Stack gap={3}>
      <p>
        {t.held({ date: date(pinned.since) })}
        {isFromNetwork && ` ${t.fromNetwork}`}
      </p>
      {!changed && (
        <Row>
          <Button size="small" busy={isBusy} onClick={() => void check()}>
            {t.check}
          </Button>
        </Row>
      )}
    </Stack>
  );
}

function Changed({ change }: { readonly change: BuildChange }): JSX.Element {
  const { from, to, seen, fault, isDeclined } = change;
  const isFaulty = fault !== null;
  return (
    <Banner
      tone={isFaulty ? "danger" : "warning"}
      title={isFaulty ? t.faulty : t.changed}
      actions={
        <>
          {!isFaulty && (
            <Button size="small" onClick={() => void useOffered()}>
              {t.take}
            </Button>
          )}
          {!isDeclined && (
            <Button size="small" onClick={() => void keepHeld()}>
              {t.keep}
            </Button>
          )}
        </>
      }
    >
      <Stack gap={3}>
        <p>{isFaulty ? t.faultyText : t.changedText}</p>
        <Facts
          facts={[
            { name: t.mine, value: <Build of={from} /> },
            { name: t.theirs, value: <Build of={to} /> },
            { name: t.seen, value: date(seen) },
          ]}
        />
        {isDeclined && <p>{t.declined}</p>}
      </Stack>
    </Banner>
  );
}

function Build({ of: { version, build } }: { readonly of: BuildChange["from"] }): JSX.Element {
  return (
    <>
      {version} <code class={style["build"]}>{buildName(build)}</code>
    </>
  );
}
