/**
 * What is known of a mirror. `unknown`: this device has not looked yet. `agrees`: what it has is of the log that we have. `empty`: it
 * has nothing yet. `pruned`: its operator has deleted what it had. `behind`: it lacks more than this device can bring. `unreachable`,
 * `stranger`: nobody answers, or another relay than the room named. `busy`: it asks to be left in peace for a while, or is full.
 * `refused`: it does not take the room. `unsigned`: it shows what
 * the room's relay has not signed. `contradicts`: it shows what the room's relay signed for others, and that is another log.
 */
export type MirrorState =
  | "unknown"
  | "agrees"
  | "empty"
  | "pruned"
  | "behind"
  | "unreachable"
  | "stranger"
  | "busy"
  | "refused"
  | "unsigned"
  | "contradicts";

/** A relay at which the room's members keep a copy of its log. */
export interface RoomMirror {
  readonly address: string;
  readonly state: MirrorState;
  /** Up to which place of the log it has the room, when this device looked last; 0 for nothing. `RoomStatus.n` is how far we are. */
  readonly n: number;
}

/** A relay that is to be a mirror. */
export interface MirrorOptions {
  /** Its address. */
  readonly relay: string;
  /** What its operator gives to people who may make rooms there; none where anybody may. */
  readonly permit?: Uint8Array;
}
