import type { JSX } from "preact";
import { Card, Facts, Note, Stack } from "../../design/index.js";
import { rooms } from "../../model/home.js";
import { trust } from "../../trust/trust.js";
import { buildName } from "./buildName.js";
import { t } from "./aboutWords.js";
import style from "./settings.module.css";

/** What this is, what it protects and what not, which version, and under which licence. */
export function About(): JSX.Element {
  const { version, buildHash } = trust.value;
  const by = providers();
  return (
    <Stack gap={4}>
      <Card title="Conclave" level={3}>
        <Stack gap={3}>
          <p>{t.lead}</p>
          <Facts
            facts={[
              { name: t.version, value: version ?? t.unknown },
              ...(buildHash === null
                ? []
                : [{ name: t.build, value: <code class={style["build"]}>{buildName(buildHash)}</code> }]),
              ...(by === null ? [] : [{ name: t.cryptography, value: by }]),
              { name: t.licence, value: "Apache-2.0" },
            ]}
          />
          <Note>{t.notAudited}</Note>
        </Stack>
      </Card>
      <Card title={t.protects} level={3}>
        <List items={[t.protects1, t.protects2, t.protects3]} />
      </Card>
      <Card title={t.doesNot} level={3}>
        <List items={[t.doesNot1, t.doesNot2, t.doesNot3]} />
      </Card>
      <Card title={t.waits} level={3}>
        <List items={[t.waits1, t.waits2, t.waits3, t.waits4, t.waits5]} />
      </Card>
    </Stack>
  );
}

/** Which code makes the keys and seals, in the whole home; null while no room tells. */
function providers(): string | null {
  const by = [...rooms.value.values()].find(({ status }) => status.providers !== null)?.status.providers;
  return by ? [...new Set([by.curves, by.mlKem])].join(", ") : null;
}

function List({ items }: { readonly items: readonly string[] }): JSX.Element {
  return (
    <ul class={style["list"]}>
      {items.map((item) => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  );
}
