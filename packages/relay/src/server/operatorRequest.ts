import { fromHex, toHex } from "@conclave/codec";
import type { RoomUse } from "../store/roomTable.js";
import type { Arrival, Arrivals } from "./arrivals.js";
import { networkOf, type BlockedAddresses } from "./blockedAddresses.js";
import type { TrustedProxyList } from "./trustedProxies.js";
import type { RoomCommand, RoomCommandAnswer } from "./roomCommand.js";

/** What an operator asks of a relay. `tag` is hexadecimal; `after` is a page's `next`, or 0 to begin with. */
export type OperatorRequest =
  | { readonly do: "rooms"; readonly after: number }
  | { readonly do: "delete"; readonly tag: string }
  | { readonly do: "addresses" }
  | { readonly do: "block"; readonly address: string }
  | { readonly do: "unblock"; readonly address: string }
  | { readonly do: "state" }
  | { readonly do: "arrival"; readonly mark: string };

/** A room as its operator sees it. Times are ms since 1970, null for a room in which nothing was written. */
export interface ListedRoom {
  /** Hexadecimal. */
  readonly tag: string;
  /** How many records its log has. */
  readonly records: number;
  /** Bytes of messages, and of files, that are kept. */
  readonly messageBytes: number;
  readonly fileBytes: number;
  readonly createdAt: number | null;
  readonly usedAt: number | null;
}

/** An address, or a network, that has connections now, was refused lately, or is blocked. */
export interface ListedAddress {
  readonly address: string;
  readonly connections: number;
  /** How many of its requests and connections were refused in this minute and the last one. */
  readonly refused: number;
  readonly blocked: boolean;
}

/** How a relay that runs was started, and how it is. */
export interface RunningState {
  /** Where it listens, such as `http://127.0.0.1:4430`, and the address that people use, if it was told one. */
  readonly address: string;
  readonly publicUrl: string | null;
  readonly trustedProxies: TrustedProxyList;
  /** Of the certificate that it shows: until when it is valid (ms), and its SHA-256 fingerprint. */
  readonly certificate: { readonly until: number; readonly fingerprint: string } | null;
  readonly keepFreeBytes: number;
  /** It keeps its rooms in PostgreSQL. */
  readonly isShared: boolean;
}

/** What the relay answers: only the part that was asked for. */
export interface OperatorAnswer {
  readonly rooms?: readonly ListedRoom[];
  /** Where the next page of rooms begins; null after the last one. */
  readonly next?: number | null;
  readonly addresses?: readonly ListedAddress[];
  readonly state?: RunningState;
  /** How the request with this mark came to `/healthz`; null if none did. */
  readonly arrival?: Arrival | null;
  /** Nothing was done: there is no such room, PostgreSQL does not answer, nothing can be written now, that is no address, it is not in the list of blocked
   * ones, or the request is of a kind that this relay does not know. */
  readonly refused?:
    "room_unknown" | "storage_full" | "address_invalid" | "address_unknown" | "request_unknown" | "store_away";
}

/** What a relay that runs, or the data folder of one that does not, has to carry requests out with. */
export interface OperatorParts {
  readonly operate: (command: RoomCommand) => Promise<RoomCommandAnswer["answer"]>;
  readonly blocked: BlockedAddresses;
  /** How many connections each address has, as `addressGroup` writes it. */
  readonly connections: () => ReadonlyMap<string, number>;
  /** How often each address was refused lately. */
  readonly refused: () => ReadonlyMap<string, number>;
  /** Ends the connections of those who are blocked. */
  readonly disconnectBlocked: () => void;
  /** Of a relay that runs: what it tells of itself. */
  readonly running: { readonly state: () => RunningState; readonly arrivals: Arrivals } | null;
}

const PAGE = 500;

/** Carries out what the operator asks. */
export async function carryOutRequest(request: OperatorRequest, parts: OperatorParts): Promise<OperatorAnswer> {
  switch (request.do) {
    case "rooms": {
      // The core's thread takes it as it is.
      if (!Number.isSafeInteger(request.after)) return { refused: "request_unknown" };
      const rooms = await parts.operate({ do: "list", after: request.after, limit: PAGE });
      if (!isList(rooms)) return { refused: "store_away" };
      return { rooms: rooms.map(documentOf), next: rooms.length < PAGE ? null : rooms.at(-1)!.no };
    }
    case "delete": {
      if (!/^[0-9a-f]{64}$/u.test(request.tag)) return { refused: "room_unknown" };
      const isDeleted = await parts.operate({ do: "delete", roomTag: fromHex(request.tag) });
      if (isDeleted === true) return {};
      if (isDeleted === "away") return { refused: "store_away" };
      return { refused: isDeleted === null ? "storage_full" : "room_unknown" };
    }
    case "addresses":
      return { addresses: addressesOf(parts) };
    case "block": {
      const network = networkOf(request.address);
      if (network === null) return { refused: "address_invalid" };
      parts.blocked.add(network);
      parts.disconnectBlocked();
      return { addresses: [{ address: network, connections: 0, refused: 0, blocked: true }] };
    }
    case "unblock": {
      const network = networkOf(request.address);
      if (network === null) return { refused: "address_invalid" };
      if (!parts.blocked.remove(network)) return { refused: "address_unknown" };
      return { addresses: [{ address: network, connections: 0, refused: 0, blocked: parts.blocked.has(network) }] };
    }
    case "state":
      return parts.running === null ? { refused: "request_unknown" } : { state: parts.running.state() };
    case "arrival":
      if (parts.running === null) return { refused: "request_unknown" };
      return { arrival: parts.running.arrivals.of(request.mark) };
    default:
      return { refused: "request_unknown" };
  }
}

function isList(answer: RoomCommandAnswer["answer"]): answer is readonly RoomUse[] {
  return typeof answer === "object" && answer !== null;
}

function documentOf({ tag, records, messageBytes, blobBytes, createdAt, usedAt }: RoomUse): ListedRoom {
  return { tag: toHex(tag), records, messageBytes, fileBytes: blobBytes, createdAt, usedAt };
}

function addressesOf({ blocked, connections, refused }: OperatorParts): ListedAddress[] {
  const [open, lately] = [connections(), refused()];
  const all = [...new Set([...open.keys(), ...lately.keys(), ...blocked.all])].map((address) => ({
    address,
    connections: open.get(address) ?? 0,
    refused: lately.get(address) ?? 0,
    blocked: blocked.has(address),
  }));
  return all.sort((a, b) => b.connections - a.connections || b.refused - a.refused);
}
