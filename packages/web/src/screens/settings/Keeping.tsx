import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Badge, Button, Card, Facts, Note, Row, Stack, toast } from "../../design/index.js";
import { fileSize } from "../../words/say.js";
import { t } from "./securityWords.js";

/** Whether the browser may throw the home away when it is short of space, and how much there is. */
export function Keeping(): JSX.Element {
  const isKept = useSignal<boolean | null>(null);
  const size = useSignal<number | null>(null);
  useEffect(() => {
    const storage = navigator.storage as StorageManager | undefined;
    void storage?.persisted().then(
      (kept) => (isKept.value = kept),
      () => undefined,
    );
    void storage?.estimate().then(
      ({ usage }) => (size.value = usage ?? null),
      () => undefined,
    );
  }, []);
  const ask = async () => {
    const { askPersist } = await import("@conclave/client/page");
    const answer = await askPersist();
    isKept.value = answer === "granted";
    if (answer !== "granted") toast(t.notKeptAnswer);
  };
  return (
    <Card
      title={t.keeping}
      level={3}
      actions={
        isKept.value !== null && (
          <Badge tone={isKept.value ? "success" : "warning"}>{isKept.value ? t.isKept : t.isNotKept}</Badge>
        )
      }
    >
      <Stack gap={3}>
        <p>{isKept.value === true ? t.keptText : t.notKeptText}</p>
        {size.value !== null && <Facts facts={[{ name: t.size, value: fileSize(size.value) }]} />}
        {isKept.value === false && (
          <Row>
            <Button size="small" onClick={() => void ask()}>
              {t.askToKeep}
            </Button>
          </Row>
        )}
        <Note>{t.serverCanWipe}</Note>
      </Stack>
    </Card>
  );
}
