import type { Decision, NamedPerson, ShownSshKey } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import { equalBytes } from "@conclave/codec";
import type { ComponentChildren, JSX } from "preact";
import { intl } from "../../words/say.js";
import { clockTime } from "../../words/when.js";
import { decisions } from "./decisionWords.js";
import { Sentence } from "./Sentence.js";

export interface DecisionSentenceProps {
  readonly of: Decision;
  /** Who came in after them by the same invite. */
  readonly also?: readonly NamedPerson[];
  /** Who had asked the others for it, where that was somebody else. */
  readonly askedBy?: NamedPerson | null;
  /** By which invite somebody came in stands beside it. */
  readonly brief?: boolean;
  /** How this screen shows a person's name. */
  readonly name: (of: NamedPerson) => JSX.Element;
}

/** A decision as one sentence: who did what to whom. */
export function DecisionSentence({
  of,
  also = [],
  askedBy = null,
  brief = false,
  name,
}: DecisionSentenceProps): JSX.Element {
  const agreed = of.right.approvedBy.filter((each) => !isSame(each, of.by) && !isSame(each, askedBy));
  return (
    <>
      {isOwnJoin(of) ? <Join of={of} also={also} brief={brief} name={name} /> : <Action of={of} name={name} />}
      {askedBy && (
        <>
          {", "}
          <Sentence of={decisions.askedBy} by={name(askedBy)} />
        </>
      )}
      {agreed.length > 0 && (
        <>
          {", "}
          <Sentence of={decisions.agreed} people={listed(agreed, name)} />
        </>
      )}
    </>
  );
}

type Part = Pick<DecisionSentenceProps, "of" | "name">;

function Action({ of: { action, by, person, right, claim, time }, name }: Part): JSX.Element {
  const who = { by: name(by), person: person && name(person) };
  if (right.sshKey !== null) return <Sentence of={decisions.addByKey} {...who} {...keyIn(right.sshKey, name)} />;
  switch (action.type) {
    case "add":
      if (action.role === "steward") return <Sentence of={decisions.addSteward} {...who} />;
      if (right.invite?.isAuto && right.invite.by)
        return <Sentence of={decisions.addByLink} {...who} host={name(right.invite.by)} />;
      return <Sentence of={decisions.add} {...who} />;
    case "remove":
      return <Sentence of={action.ban ? decisions.ban : decisions.remove} {...who} />;
    case "setRole":
      return <Sentence of={decisions.setRole} {...who} role={action.role} />;
    case "setTitle":
      return <Sentence of={decisions.setTitle} by={who.by} title={<bdi>{plainName(action.title)}</bdi>} />;
    case "upgrade":
      return <Sentence of={decisions.upgrade} by={who.by} version={String(action.version)} />;
    case "setRelay":
      return <Sentence of={decisions.setRelay} by={who.by} address={<bdi>{action.relay.address}</bdi>} />;
    case "setMirrors": {
      if (action.mirrors.length === 0) return <Sentence of={decisions.endMirrors} by={who.by} />;
      const addresses = action.mirrors.map(({ relay }) => relay.address).join(", ");
      return <Sentence of={decisions.setMirrors} by={who.by} addresses={<bdi>{addresses}</bdi>} />;
    }
    case "allow":
    case "disallow":
      return <Sentence of={decisions[action.type]} by={who.by} count={action.keys.length} />;
    case "reseat": {
      if (claim === null) return <Sentence of={decisions.reseat} by={who.by} />;
      const after = name(claim.after);
      if (by.isYou) return <Sentence of={decisions.reseatAfterYou} person={after} time={clockTime(time)} />;
      return <Sentence of={decisions.reseatAfter} by={who.by} person={after} />;
    }
    default: {
      const sentence: (values: { by: string; person: string }) => string = decisions[action.type];
      return <Sentence of={sentence} {...who} />;
    }
  }
}

/** Somebody came in by themselves, and others after them by the same invite. */
function Join({ of: { by, right }, also, brief, name }: Required<Omit<DecisionSentenceProps, "askedBy">>): JSX.Element {
  const everybody = { people: listed([by, ...also], name), count: 1 + also.length };
  const host = right.invite?.by;
  if (right.sshKey !== null)
    return <Sentence of={decisions.joinedByKey} people={everybody.people} {...keyIn(right.sshKey, name)} />;
  if (brief || !right.invite) return <Sentence of={decisions.joined} {...everybody} />;
  if (!host?.name) return <Sentence of={decisions.joinedWithAny} {...everybody} />;
  return <Sentence of={decisions.joinedWith} {...everybody} host={name(host)} />;
}

/** The SSH key that somebody came by, and who had listed it. */
function keyIn({ fingerprint, comment, listedBy }: ShownSshKey, name: DecisionSentenceProps["name"]) {
  const key = comment === "" ? fingerprint : `${fingerprint} (${plainName(comment)})`;
  return { key: <bdi>{key}</bdi>, host: name(listedBy) };
}

function isOwnJoin({ action, by, person, right }: Decision): boolean {
  return action.type === "add" && right.invite !== null && isSame(by, person);
}

// All of them, as the language lists things: who came in is never left out.
function listed(people: readonly NamedPerson[], name: DecisionSentenceProps["name"]): ComponentChildren {
  const list = intl("list conjunction", (tag) => new Intl.ListFormat(tag, { type: "conjunction" }));
  return list
    .formatToParts(people.map((_, index) => String(index)))
    .map(({ type, value }) => (type === "element" ? <span key={value}>{name(people[Number(value)]!)}</span> : value));
}

function isSame(a: NamedPerson, b: NamedPerson | null): boolean {
  return b !== null && equalBytes(a.person, b.person);
}
