import { bool, opaque, optional, struct, text, u53, boxed } from "@conclave/codec";
import { LeafKey, type Message, MessageId, PersonId } from "@conclave/protocol";

/** A message as it is kept. */
export const messageLayout = struct<Message>({
  id: boxed(MessageId),
  kind: text(),
  ref: optional(boxed(MessageId)),
  body: opaque(),
  author: boxed(PersonId),
  leaf: boxed(LeafKey),
  name: text(),
  time: u53,
  n: u53,
  epoch: u53,
  late: bool,
  authorGone: bool,
});
