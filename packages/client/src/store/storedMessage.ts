import type { Reader, Writer } from "@conclave/codec";
import type { Message } from "@conclave/protocol";

export function writeMessage(w: Writer, m: Message): void {
  w.opaque(m.id)
    .text(m.kind)
    .optional(m.ref, (each, ref) => each.opaque(ref))
    .opaque(m.body);
  w.opaque(m.author).opaque(m.leaf).text(m.name).u53(m.time).u53(m.n).u53(m.epoch);
  w.bool(m.late).bool(m.authorGone);
}

export function readMessage(r: Reader): Message {
  return {
    id: r.opaque(),
    kind: r.text(),
    ref: r.optional((each) => each.opaque()),
    body: r.opaque(),
    author: r.opaque(),
    leaf: r.opaque(),
    name: r.text(),
    time: r.u53(),
    n: r.u53(),
    epoch: r.u53(),
    late: r.bool(),
    authorGone: r.bool(),
  };
}
