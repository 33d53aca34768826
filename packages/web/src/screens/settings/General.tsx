import { Fingerprint, Info, KeyRound, ShieldCheck } from "lucide-preact";
import type { JSX } from "preact";
import { href, type Route } from "../../app/route.js";
import { showShortcuts } from "../../frame/ShortcutHelp.js";
import { setShortcuts, shortcutsOn } from "../../app/shortcuts.js";
import {
  Button,
  Card,
  chooseDensity,
  chooseTheme,
  density,
  type Icon,
  ListRow,
  Note,
  RadioCards,
  Row,
  Select,
  Stack,
  theme,
  Toggle,
} from "../../design/index.js";
import { self } from "../../model/home.js";
import {
  askNotices,
  chooseNotices,
  letNoticesHaveWords,
  notices,
  noticesAllowed,
  noticesHaveWords,
} from "../../model/notices.js";
import { LANGUAGES } from "@conclave/words";
import { chooseLanguage, languageChoice, languageName } from "../../words/index.js";
import { isWrittenDown } from "../recovery/reminder.js";
import { t as common } from "../../frame/words.js";
import { t } from "./words.js";

/** What one sets once: looks, language, notices, keys; and the ways to the rest. */
export function General(): JSX.Element {
  const isOpen = self.value !== null;
  return (
    <Stack gap={4}>
      <Card flush>
        {isOpen && <Way to={{ at: "settings", section: "you" }} icon={Fingerprint} title={t.you} text={t.youText} />}
        <Way to={{ at: "settings", section: "security" }} icon={ShieldCheck} title={t.security} text={t.securityText} />
        {isOpen && (
          <Way
            to={{ at: "sheet" }}
            icon={KeyRound}
            title={t.words}
            text={isWrittenDown.value ? t.wordsDone : t.wordsDue}
          />
        )}
      </Card>
      <Card title={t.look} level={3}>
        <RadioCards
          legend={common.look}
          legendHidden
          inRow
          value={theme}
          onChange={chooseTheme}
          options={[
            { value: "system", title: common.system },
            { value: "light", title: common.light },
            { value: "dark", title: common.dark },
          ]}
        />
        <RadioCards
          legend={t.density}
          inRow
          value={density}
          onChange={chooseDensity}
          options={[
            { value: "comfortable", title: t.comfortable },
            { value: "compact", title: t.compact },
          ]}
        />
        <Select
          label={common.language}
          value={languageChoice}
          onChange={chooseLanguage}
          options={[
            { value: "system", text: t.languageOfBrowser },
            ...LANGUAGES.map((value) => ({ value, text: languageName(value) })),
          ]}
        />
      </Card>
      <Notices />
      <Card title={t.keyboard} level={3}>
        <Toggle label={common.shortcutsOn} hint={common.shortcutsHint} checked={shortcutsOn} onChange={setShortcuts} />
        <Row>
          <Button size="small" onClick={showShortcuts}>
            {t.showShortcuts}
          </Button>
        </Row>
      </Card>
      <Card flush>
        <Way to={{ at: "settings", section: "about" }} icon={Info} title={t.about} text={t.aboutText} />
      </Card>
    </Stack>
  );
}

/** What one is told of while looking elsewhere. The browser has to allow it too, and is asked by a press only. */
function Notices(): JSX.Element {
  const allowed = noticesAllowed.value;
  return (
    <Card title={t.notices} level={3}>
      {allowed === "unsupported" ? (
        <Note>{t.noticesUnsupported}</Note>
      ) : (
        <Stack gap={3}>
          <Select
            label={t.noticesOf}
            hint={t.noticesHint}
            value={notices}
            onChange={chooseNotices}
            options={[
              { value: "all", text: t.noticesAll },
              { value: "mentions", text: t.noticesMentions },
              { value: "off", text: t.noticesOff },
            ]}
          />
          {notices.value !== "off" && (
            <Toggle
              label={t.noticesWords}
              hint={t.noticesWordsHint}
              checked={noticesHaveWords}
              onChange={letNoticesHaveWords}
            />
          )}
          {notices.value !== "off" && allowed === "default" && (
            <Row>
              <Button size="small" tone="primary" onClick={() => void askNotices()}>
                {t.allowNotices}
              </Button>
            </Row>
          )}
          {notices.value !== "off" && allowed === "denied" && <Note>{t.noticesDenied}</Note>}
        </Stack>
      )}
    </Card>
  );
}

function Way(props: {
  readonly to: Route;
  readonly icon: Icon;
  readonly title: string;
  readonly text: string;
}): JSX.Element {
  const { to, icon: Shape, title, text } = props;
  return (
    <ListRow href={href(to)} picture={<Shape size={20} aria-hidden="true" />} title={title} text={text} wrap arrow />
  );
}
