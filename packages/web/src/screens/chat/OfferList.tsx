import { Users } from "lucide-preact";
import type { JSX } from "preact";
import { Face } from "../../design/Face.js";
import type { Suggestion } from "./completion.js";
import { Name } from "./Name.js";
import style from "./OfferList.module.css";
import { t } from "./words.js";

export interface OfferListProps {
  readonly id: string;
  readonly offers: readonly Suggestion[];
  readonly chosen: number;
  readonly onChoose: (offer: Suggestion) => void;
}

/** Above the field; the focus stays in the field. */
export function OfferList({ id, offers, chosen, onChoose }: OfferListProps): JSX.Element {
  return (
    <ul class={style["list"]} id={id} role="listbox" aria-label={offers[0]?.kind === "emoji" ? t.emoji : t.mentionList}>
      {offers.map((offer, index) => (
        <li
          key={keyOf(offer)}
          id={`${id}-${index}`}
          class={style["offer"]}
          role="option"
          aria-selected={index === chosen}
          // Before the field loses the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            onChoose(offer);
          }}
        >
          <OfferView offer={offer} />
        </li>
      ))}
    </ul>
  );
}

function keyOf(offer: Suggestion): string {
  return offer.kind === "person" ? offer.person.person.join() : offer.kind === "room" ? "room" : offer.code;
}

function OfferView({ offer }: { readonly offer: Suggestion }): JSX.Element {
  switch (offer.kind) {
    case "person":
      return (
        <>
          <Face person={offer.person.person} size={28} />
          <Name of={offer.person} />
        </>
      );
    case "room":
      return (
        <>
          <Users size={20} aria-hidden="true" />
          <span>
            @room <span class={style["what"]}>{t.everyone}</span>
          </span>
        </>
      );
    case "emoji":
      return (
        <>
          <span class={style["emoji"]}>{offer.emoji}</span>
          <span class={style["what"]}>:{offer.code}:</span>
        </>
      );
  }
}
