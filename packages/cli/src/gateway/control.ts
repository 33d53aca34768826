import { toHex } from "@conclave/codec";
import type { RoomId } from "@conclave/protocol";
import type { Credentials, PartyDocument } from "../documents/partyDocument.js";
import { credentialsOf } from "./credentials.js";
import type { Gateway } from "./gateway.js";
import type { Party } from "./party.js";

/** What a command asks of the gateway of a home. */
export type ControlRequest =
  | { readonly do: "list" }
  | {
      readonly do: "add";
      readonly label: string;
      readonly way: Party["way"];
      readonly room: string | null;
      readonly hears: boolean;
    }
  | { readonly do: "revoke"; readonly party: string };

/** The result: the parties that it was about; with `add`, the new party's credentials, which are given only once. */
export interface Granted {
  readonly parties: readonly PartyDocument[];
  readonly given: Credentials | null;
  /** Where the gateway listens; null when it does not run. */
  readonly address: string | null;
}

/** Does what a command asks. `roomNamed`: the id of the room that a text names. @throws CliError */
export async function performControl(
  gateway: Gateway,
  wish: ControlRequest,
  roomNamed: (text: string | null) => RoomId,
): Promise<Omit<Granted, "address">> {
  switch (wish.do) {
    case "list":
      return { parties: gateway.parties.map((party) => documentOf(gateway, party)), given: null };
    case "revoke":
      return { parties: [documentOf(gateway, await gateway.revoke(wish.party))], given: null };
    case "add": {
      const { label, way, hears, room } = wish;
      const party = await gateway.add({ label, way, hears, roomId: roomNamed(room) });
      return { parties: [documentOf(gateway, party)], given: credentialsOf(party) };
    }
  }
}

function documentOf(gateway: Gateway, party: Party): PartyDocument {
  const { id, label, way, hearsFrom, roomId, since, taken } = party;
  const title = gateway.roomOf(party)?.title ?? "";
  return { id: toHex(id), label, way, hears: hearsFrom !== null, room: toHex(roomId), title, since, taken };
}
