import { done, type Result } from "@conclave/codec";
import type { Request, Response } from "@conclave/wire";
import type { HostedRoom } from "../ledger/hostedRoom.js";
import type { Refusal } from "../ledger/refusal.js";
import type { KeyStanding } from "../ledger/standing.js";
import type { Session } from "./session.js";

/** What the relay answers to a request. */
export type RelayAnswer = Result<Response, Refusal>;

/** The request of this type. */
export type RequestOf<T extends Request["type"]> = Extract<Request, { readonly type: T }>;

/** A request, and the connection that it came from. */
export interface Call<T extends Request["type"]> {
  readonly request: RequestOf<T>;
  readonly session: Session;
  /** The connection's own: what proofs are made over. */
  readonly challenge: Uint8Array;
  /** Ms, by the clock of the core's events. */
  readonly now: number;
}

/** A request to a room that is here. */
export interface RoomCall<T extends Request["type"]> extends Call<T> {
  readonly room: HostedRoom;
}

/** A request of somebody who has proved a live key of the room. */
export interface MemberCall<T extends Request["type"]> extends RoomCall<T> {
  readonly standing: Exclude<KeyStanding, "none">;
}

/** Who carries out requests of these types, by type. */
export type RequestCalls<T extends Request["type"]> = { readonly [K in T]: (call: Call<K>) => RelayAnswer };

/** The same for requests to a room. */
export type RoomRequestCalls<T extends Request["type"]> = { readonly [K in T]: (call: RoomCall<K>) => RelayAnswer };

/** The same for requests of somebody who has proved a live key of the room. */
export type MemberRequestCalls<T extends Request["type"]> = { readonly [K in T]: (call: MemberCall<K>) => RelayAnswer };

/** The answer to a request that was carried out and gives nothing back. */
export function carriedOut(id: number): RelayAnswer {
  return done({ type: "done", id });
}
