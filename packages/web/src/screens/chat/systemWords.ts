import type { Unreadable } from "@conclave/client/pure";
import { plural } from "../../words/say.js";
import { words } from "../../words/words.js";

/** Why a line cannot be shown: a closed list, and nothing is left without a reason. */
export const reasons = words({
  en: {
    before_join: (count: number) =>
      plural(count, {
        one: "A message from before you came: it was not meant for you.",
        other: "# messages from before you came: they were not meant for you.",
      }),
    epoch_gone: (count: number) =>
      plural(count, {
        one: "A message came so late that its key is deleted already.",
        other: "# messages came so late that their keys are deleted already.",
      }),
    replayed: (count: number) =>
      plural(count, {
        one: "The server delivered a message a second time; the copy is ignored.",
        other: "The server delivered # messages a second time; the copies are ignored.",
      }),
    pruned: (count: number) =>
      plural(count, {
        one: "The server deleted something before this device could read it.",
        other: "The server deleted # records before this device could read them.",
      }),
    invalid: (count: number) =>
      plural(count, {
        one: "Something that arrived is not valid, so it is not shown.",
        other: "# things that arrived are not valid, so they are not shown.",
      }),
  },
  de: {
    before_join: (count: number) =>
      plural(count, {
        one: "Eine Nachricht von vor deiner Zeit: sie war nicht für dich bestimmt.",
        other: "# Nachrichten von vor deiner Zeit: sie waren nicht für dich bestimmt.",
      }),
    epoch_gone: (count: number) =>
      plural(count, {
        one: "Eine Nachricht kam so spät, dass ihr Schlüssel schon gelöscht ist.",
        other: "# Nachrichten kamen so spät, dass ihre Schlüssel schon gelöscht sind.",
      }),
    replayed: (count: number) =>
      plural(count, {
        one: "Der Server hat eine Nachricht ein zweites Mal geliefert; die Kopie zählt nicht.",
        other: "Der Server hat # Nachrichten ein zweites Mal geliefert; die Kopien zählen nicht.",
      }),
    pruned: (count: number) =>
      plural(count, {
        one: "Der Server hat etwas gelöscht, bevor dieses Gerät es lesen konnte.",
        other: "Der Server hat # Einträge gelöscht, bevor dieses Gerät sie lesen konnte.",
      }),
    invalid: (count: number) =>
      plural(count, {
        one: "Es kam etwas an, das nicht stimmt, und nicht gezeigt wird.",
        other: "Es kamen # Dinge an, die nicht stimmen, und nicht gezeigt werden.",
      }),
  },
}) satisfies Record<Unreadable, (count: number) => string>;
