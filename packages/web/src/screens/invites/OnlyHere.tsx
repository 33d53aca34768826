import type { JSX } from "preact";
import { Note } from "../../design/index.js";
import { worksOnlyHere } from "./inviteHost.js";
import { t } from "./onlyHereWords.js";

/** Says so where a link would be of no use to anybody else. */
export function OnlyHere({ link }: { readonly link: string }): JSX.Element | null {
  return worksOnlyHere(link) ? <Note>{t.onlyHere}</Note> : null;
}
