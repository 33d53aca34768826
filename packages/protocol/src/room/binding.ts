import { decode, encode, equalBytes, struct, u53 } from "@conclave/codec";
import { type Capabilities, type Extension, ExtensionType, findExtension, requiredCapabilities } from "@conclave/mls";
import { bytes32 } from "../encoding/signed.js";
import type { Roster } from "../roster/roster.js";

/** Which roster an epoch's keys go with: the content of the group context extension (docs/protocol.md §5). */
export interface RosterBinding {
  readonly seq: number;
  /** SHA-256 of the newest signed entry. */
  readonly head: Uint8Array;
  readonly stateHash: Uint8Array;
}

const layout = struct<RosterBinding>({ seq: u53, head: bytes32, stateHash: bytes32 });

/** The extension type of {@link RosterBinding}, from RFC 9420's range for private use. */
export const ROSTER_BINDING = 0xf0c1;

const REQUIRED = requiredCapabilities({ extensionTypes: [ROSTER_BINDING], proposalTypes: [], credentialTypes: [1] });

/** What every leaf of a room declares: nothing but what rooms use. */
export function roomCapabilities(suite: number): Capabilities {
  return { versions: [1], cipherSuites: [suite], extensions: [ROSTER_BINDING], proposals: [], credentials: [1] };
}

/** The whole list of group context extensions of a room with this roster. */
export function roomExtensions(roster: Roster): Extension[] {
  const data = encode(roster, layout.write);
  return [REQUIRED, { type: ROSTER_BINDING, data }];
}

/** The binding in a room's group context, or null when the list is anything but what {@link roomExtensions} gives. */
export function bindingOf(extensions: readonly Extension[]): RosterBinding | null {
  const data = findExtension(extensions, ROSTER_BINDING);
  const required = findExtension(extensions, ExtensionType.requiredCapabilities);
  // RULE: room.extensions: a room has these two group context extensions and no other: external senders could propose
  // members, and an unknown one could mean anything (attack A7).
  if (data === null || required === null || extensions.length !== 2 || !equalBytes(required, REQUIRED.data))
    return null;
  const decoded = decode(data, layout.read);
  return decoded.ok ? decoded.value : null;
}

/** Whether a binding names exactly this roster. */
export function bindsTo(binding: RosterBinding, roster: RosterBinding): boolean {
  return (
    binding.seq === roster.seq &&
    equalBytes(binding.head, roster.head) &&
    equalBytes(binding.stateHash, roster.stateHash)
  );
}
