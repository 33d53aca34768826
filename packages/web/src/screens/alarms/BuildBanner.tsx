import type { JSX } from "preact";
import { go } from "../../app/route.js";
import { Banner } from "../../design/Banner.js";
import { Button } from "../../design/Button.js";
import { keepHeld, trust, useOffered } from "../../trust/trust.js";
import { t } from "./buildWords.js";

/** The server serves another client than the one that this browser holds on to (trust level L4): over all panes. */
export function BuildBanner(): JSX.Element | null {
  const { changed, replaced } = trust.value;
  if (replaced !== null) {
    const compare = () => go({ at: "settings", section: "security" });
    return (
      <Banner
        edge
        tone="danger"
        title={t.replaced}
        actions={
          <Button size="small" onClick={compare}>
            {t.compareBuild}
          </Button>
        }
      >
        {t.replacedText}
      </Banner>
    );
  }
  if (!changed || changed.isDeclined) return null;
  const isFaulty = changed.fault !== null;
  return (
    <Banner
      edge
      tone={isFaulty ? "danger" : "warning"}
      title={isFaulty ? t.faultyBuild : t.newBuild({ version: changed.to.version })}
      actions={
        <>
          {!isFaulty && (
            <Button size="small" onClick={() => void useOffered()}>
              {t.takeBuild}
            </Button>
          )}
          <Button size="small" onClick={() => void keepHeld()}>
            {t.keepBuild}
          </Button>
          <Button size="small" tone="quiet" onClick={() => go({ at: "settings", section: "security" })}>
            {t.compareBuild}
          </Button>
        </>
      }
    >
      {isFaulty ? t.faultyBuildText : t.newBuildText}
    </Banner>
  );
}
