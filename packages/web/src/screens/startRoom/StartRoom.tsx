import type { JSX } from "preact";
import { back, go } from "../../app/route.js";
import { makeFirstLink } from "../invites/firstLink.js";
import { RoomForm } from "./RoomForm.js";

/** A room is founded, and opens; its first link is made meanwhile, and waits there: nobody founds a second room after a reload. */
export function StartRoom(): JSX.Element {
  return (
    <RoomForm
      onBack={() => back({ at: "rooms" })}
      onFounded={(key, policy, welcomeText) => {
        void makeFirstLink(key, policy, welcomeText);
        go({ at: "room", key, panel: null, item: null }, { replace: true });
      }}
    />
  );
}
