import type { RoomInvite, RoomJoinRequest, RoomMember, RoomSession } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { CliError } from "../cliError.js";
import { shownTag } from "../session/personView.js";
import { safeName } from "../terminal/safeText.js";
import type { RoomFile } from "./files.js";
import { requestName } from "./requestName.js";

interface Named {
  readonly id: string;
  readonly name: string;
  readonly tag?: string;
}

/** @throws CliError NOT_FOUND or AMBIGUOUS, like all of these */
export function findMember(room: RoomSession, text: string): RoomMember {
  const named = (member: RoomMember) => ({ id: toHex(member.person), name: member.name, tag: shownTag(member) });
  return findOne("member", text, room.members(), named);
}

/** A request to join, by the person's name or by its own. */
export function findRequest(requests: readonly RoomJoinRequest[], text: string): RoomJoinRequest {
  const named = (request: RoomJoinRequest) => ({
    id: requestName(request),
    name: request.name,
    tag: shownTag(request),
  });
  return findOne("request", text, requests, named);
}

/** An open invite, by its label or id. `what`: what to call it if there is none. */
export function findInvite(what: string, open: readonly RoomInvite[], text: string): RoomInvite {
  return findOne(what, text, open, ({ inviteId, label }) => ({
    id: toHex(inviteId),
    name: label ?? toHex(inviteId),
  }));
}

/** A file by its name, or by its message's id. */
export function findFile(files: readonly RoomFile[], text: string): RoomFile {
  return findOne("file", text, files, ({ message, card }) => ({ id: toHex(message.id), name: card.name }));
}

/**
 * The one item that the text names: exactly its name, `name#tag` or id, else the one that is shown so, which may be shorter
 * and plainer, else the one whose name is the same without regard to capitals, else the one whose tag or id begins so (at
 * least four characters).
 * @throws CliError NOT_FOUND or AMBIGUOUS, which lists what it could be.
 */
export function findOne<T>(what: string, text: string, all: readonly T[], named: (item: T) => Named): T {
  const items = all.map((item) => ({ item, ...named(item) }));
  const wanted = text.trim().replace(/^@/u, "");
  const full = (item: Named) => (item.tag === undefined ? item.name : `${item.name}#${item.tag}`);
  const shown = (item: Named) => safeName(item.name);
  const folded = (value: string) => value.normalize("NFKC").toLowerCase();
  const handle = (item: Named) =>
    item.tag === undefined
      ? `${safeName(item.name)}  ${item.id.slice(0, 12)}`
      : full({ ...item, name: safeName(item.name) });
  const isPrefix = (value: string | undefined) =>
    wanted.length >= 4 && value?.startsWith(wanted.toLowerCase().replace(/^#/u, "")) === true;
  const ways: ((item: Named) => boolean)[] = [
    (item) => item.id === wanted || full(item) === wanted || item.name === wanted,
    (item) => shown(item) === wanted || full({ ...item, name: shown(item) }) === wanted,
    (item) => folded(item.name) === folded(wanted) || folded(full(item)) === folded(wanted),
    (item) => isPrefix(item.id) || isPrefix(item.tag),
  ];
  for (const matches of ways) {
    const found = items.filter(matches);
    if (found.length === 1) return found[0]!.item;
    if (found.length > 1) {
      const list = found.map(handle);
      throw new CliError(
        "AMBIGUOUS",
        `More than one ${what} is called "${safeName(wanted)}".`,
        `Say which:\n  ${list.join("\n  ")}`,
      );
    }
  }
  // If two have the same name, the list says which is which: what it lists can be typed.
  const isOnly = (item: Named) => items.every((each) => each === item || folded(shown(each)) !== folded(shown(item)));
  const listed = (item: Named) =>
    isOnly(item) ? shown(item) : item.tag === undefined ? `${shown(item)} (${item.id.slice(0, 12)})` : handle(item);
  const names = items.slice(0, 12).map(listed);
  throw new CliError(
    "NOT_FOUND",
    `No ${what} is called "${safeName(wanted)}".`,
    names.length > 0 ? `There ${names.length === 1 ? "is only" : "are:"} ${names.join(", ")}.` : null,
  );
}
