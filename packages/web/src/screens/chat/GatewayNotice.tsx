import type { TimelineMessage } from "@conclave/client";
import { decodeGatewayNotice, plainName } from "@conclave/client/pure";
import type { JSX } from "preact";
import { Sentence } from "../room/Sentence.js";
import { Name } from "./Name.js";
import { t } from "./words.js";

/** Which outside parties a member lets write here through their gateway, and which of them read. */
export function GatewayNotice({ message }: { readonly message: TimelineMessage }): JSX.Element {
  const parties = decodeGatewayNotice(message.body);
  if (!parties) return <>{t.unknownKind}</>;
  const person = <Name of={message.author} plain />;
  if (parties.length === 0) return <Sentence of={t.gatewayNobody} person={person} />;
  const who = parties
    .map(({ label, hears }) => (hears ? t.gatewayHears({ party: plainName(label) }) : plainName(label)))
    .join(", ");
  return <Sentence of={t.gatewayLets} person={person} parties={<bdi>{who}</bdi>} />;
}
