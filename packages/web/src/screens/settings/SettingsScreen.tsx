import type { JSX } from "preact";
import { go } from "../../app/index.js";
import { useTitle } from "../../frame/title.js";
import { PaneBody, PaneHeader } from "../../design/index.js";
import { OwnCode } from "../verify/OwnCodes.js";
import { About } from "./About.js";
import { General } from "./General.js";
import { Security } from "./Security.js";
import { t } from "./words.js";

/** The settings of this browser, in four places; whatever is unknown is the first. */
export function SettingsScreen({ section }: { readonly section: string | null }): JSX.Element {
  useTitle(t.title);
  switch (section) {
    case "security":
      return <Section key={section} title={t.security} body={<Security />} />;
    case "you":
      return <Section key={section} title={t.you} body={<OwnCode />} />;
    case "about":
      return <Section key={section} title={t.about} body={<About />} textOnly />;
    default:
      return (
        <>
          <PaneHeader title={t.title} onBack={() => go({ at: "rooms" })} backOnPhone />
          <PaneBody>
            <General />
          </PaneBody>
        </>
      );
  }
}

function Section(props: {
  readonly title: string;
  readonly body: JSX.Element;
  readonly textOnly?: boolean;
}): JSX.Element {
  const { title, body, textOnly = false } = props;
  return (
    <>
      <PaneHeader title={title} onBack={() => go({ at: "settings", section: null })} />
      <PaneBody textOnly={textOnly}>{body}</PaneBody>
    </>
  );
}
