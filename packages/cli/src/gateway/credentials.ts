import { toHex } from "@conclave/codec";
import type { Credentials } from "../documents/partyDocument.js";
import { nextCommand, otherCommand } from "../terminal/nextCommand.js";
import type { Party } from "./party.js";
import { partyKeyOf } from "./partyKeys.js";

/** The keys that a party needs, and no more. */
export function credentialsOf(party: Party): Credentials {
  const id = toHex(party.id);
  const key = (use: Parameters<typeof partyKeyOf>[1]) => partyKeyOf(party, use).toString("hex");
  const token = partyKeyOf(party, "token").toString("base64url");
  const paths = { mac: "/in", sealed: "/in", github: `/github/${id}`, token: `/slack/${id}/${token}` };
  return {
    party: id,
    path: paths[party.way],
    key: party.way === "token" ? null : key(party.way),
    hearing:
      party.hearsFrom === null ? null : { ask: key("mac"), encryption: key("hear-encrypt"), mac: key("hear-mac") },
  };
}

/** How a party uses what it is given, as lines to be pasted at its machine. `address`: the gateway's. */
export function instructions(way: Party["way"], { party: id, path, key, hearing }: Credentials, address: string) {
  const hear = hearing === null ? [] : ["", ...hearLines(id, hearing, address)];
  switch (way) {
    case "mac":
      return [...macLines(id, key!, address), ...hear];
    case "sealed":
      return [
        "Put this line into a file that only the device can read, for example build.key:",
        "",
        `  ${id}:${key!}`,
        "",
        "Then, where Conclave is installed:",
        "",
        `  echo 'build 9 failed' | ${otherCommand("gateway", "post", "--key", "build.key", "--to", address)}`,
        ...hear,
      ];
    case "github":
      return [
        "In the repository: Settings, Webhooks, Add webhook.",
        "",
        `  Payload URL   https://YOUR-HOST${path}`,
        "  Content type  application/json",
        `  Secret        ${key!}`,
      ];
    case "token":
      return [
        "Use this wherever a Slack webhook is expected. Anyone who has the address can write here:",
        "",
        `  ${address}${path}`,
        "",
        `It works on this machine only. Behind TLS:  ${nextCommand("gateway", "run", "--allow-token")}`,
      ];
  }
}

function macLines(id: string, key: string, address: string): string[] {
  return [
    "Paste this into a shell on the party's machine, or into its script (sh, openssl, curl):",
    "",
    `  say() { n=$(date +%s%6N); m=$(printf 'in\\n%s\\n%s' "$n" "$1" | ${macOf(key)}); ` +
      `curl -sS -H "Conclave-Mac: ${id}:$n:$m" --data-raw "$1" ${address}/in; }`,
    "  say 'build 9 failed'",
  ];
}

function hearLines(id: string, { ask, encryption, mac }: NonNullable<Credentials["hearing"]>, address: string) {
  return [
    'To hear what comes after place "$1" of the room\'s log (0: everything from now on), one JSON object per line:',
    "",
    `  hear() { n=$(date +%s%6N); m=$(printf 'out\\n%s\\n%s' "$n" "$1" | ${macOf(ask)}); ` +
      `curl -sS -H "Conclave-Mac: ${id}:$n:$m" "${address}/out?after=$1" | while read -r at iv mac text; do ` +
      `[ "$mac" = "$(printf '%s\\n%s\\n%s' "$at" "$iv" "$text" | ${macOf(mac)})" ] || return 1; ` +
      `printf '%s' "$text" | openssl enc -d -aes-256-ctr -a -A -K ${encryption} -iv "$iv"; echo; done; }`,
    "  hear 0",
  ];
}

function macOf(key: string): string {
  return `openssl dgst -sha256 -mac HMAC -macopt hexkey:${key} -r | cut -d' ' -f1`;
}
