import type { JSX } from "preact";
import { LiveRegions } from "../../src/app/announce.js";
import { Buttons } from "./Buttons.js";
import { Choices } from "./Choices.js";
import { Codes } from "./Codes.js";
import { Fields } from "./Fields.js";
import style from "./gallery.module.css";
import { InFront } from "./InFront.js";
import { Rows } from "./Rows.js";
import { Saying } from "./Saying.js";

/** All components. */
export function Components(): JSX.Element {
  return (
    <div class={style["page"]}>
      <main class={style["columns"]}>
        <h1 class={style["title"]}>Components</h1>
        <Buttons />
        <Fields />
        <Choices />
        <Rows />
        <Saying />
        <Codes />
        <InFront />
      </main>
      <LiveRegions />
    </div>
  );
}
