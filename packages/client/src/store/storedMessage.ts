import { bool, opaque, optional, struct, text, u53 } from "@conclave/codec";
import type { Message } from "@conclave/protocol";

/** A message as it is kept. */
export const messageLayout = struct<Message>({
  id: opaque(),
  kind: text(),
  ref: optional(opaque()),
  body: opaque(),
  author: opaque(),
  leaf: opaque(),
  name: text(),
  time: u53,
  n: u53,
  epoch: u53,
  late: bool,
  authorGone: bool,
});
