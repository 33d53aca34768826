import type { Client, GatewayParty, RoomSession } from "@conclave/client";
import { looksAlike } from "@conclave/client/pure";
import { equalBytes, toHex } from "@conclave/codec";
import { encodeGatewayNotice, isPartyLabel, type RoomId } from "@conclave/protocol";
import { randomBytes } from "node:crypto";
import { CliError, usageError } from "../cliError.js";
import { findOne } from "../room/find.js";
import { orThrow } from "../room/orThrow.js";
import { safeName } from "../terminal/safeText.js";
import { type Knock, open, openHearing } from "./door.js";
import { decodeParty, decodeTaken, encodeParty, PARTIES_PREFIX, type Party, partyKey, takenPrefix } from "./party.js";
import { PartyDesk, type Taken } from "./partyDesk.js";
import { RateLimiter } from "./rate.js";

/** How many parties can write into one room. */
const MOST_PARTIES = 256;

/** A party to let in. */
export interface NewParty {
  readonly label: string;
  readonly way: Party["way"];
  readonly roomId: RoomId;
  readonly hears: boolean;
}

/**
 * The outside parties of one home: who they are, and what they say into its rooms. Each has a secret of its own, so that
 * a stolen one speaks for nobody else, and revoking it affects nobody else.
 */
export class Gateway {
  private readonly desks = new Map<string, PartyDesk>();
  private thisMoment: Promise<void> | null = null;

  private constructor(
    private readonly client: Client,
    private readonly ratePerMinute: number,
  ) {}

  /** Reads the parties of the home. `ratePerMinute`: packets of one party in a minute. */
  static async load(client: Client, ratePerMinute: number): Promise<Gateway> {
    const gateway = new Gateway(client, ratePerMinute);
    for (const { value } of await client.records.list(PARTIES_PREFIX)) {
      const party = decodeParty(value);
      const taken = await client.records.list(takenPrefix(party.id));
      gateway.keep(
        party,
        taken.map((each) => decodeTaken(each.value)),
      );
    }
    return gateway;
  }

  get parties(): readonly Party[] {
    return [...this.desks.values()].map(({ party }) => party).sort((one, other) => one.since - other.since);
  }

  /** The room that a party speaks in. */
  roomOf({ roomId }: Pick<Party, "roomId">): RoomSession | null {
    return this.client.room(roomId);
  }

  /** Adds a party, and tells the room. Resolves when both are durable. @throws CliError */
  async add({ label: given, way, roomId, hears }: NewParty): Promise<Party> {
    const label = given.trim();
    const room = this.client.room(roomId);
    if (!room) throw new CliError("NOT_FOUND", "There is no such room.");
    if (!isPartyLabel(label)) throw usageError("That can't be the name of a party.", "Use 1 to 64 bytes, on one line.");
    if (hears && (way === "github" || way === "token"))
      throw usageError(`A party with --way ${way} can't hear.`, "Leave out --hear, or use --way mac or sealed.");
    const others = this.inRoom(roomId);
    if (others.length >= MOST_PARTIES) throw new CliError("TOO_MANY_PARTIES", "This room already has 256 parties.");
    // RULE: gateway.no-imitation: what writes through a gateway is never called like somebody in the room (attack A133).
    const member = room.members().find(({ name }) => looksAlike(name, label));
    const other = others.find((each) => looksAlike(each.label, label));
    if (member || other) {
      const whom = member
        ? `${safeName(member.name)}, who is in the room`
        : `${safeName(other!.label)}, who writes here`;
      throw new CliError("NAME_TAKEN", `That looks like ${whom}.`, "Choose another name.");
    }
    const party: Party = {
      ...{ id: randomBytes(8), secret: randomBytes(32), label, way, roomId, since: Date.now() },
      hearsFrom: hears ? room.status().n : null,
      ...{ counter: 0, taken: 0 },
    };
    await this.tell(room, [...others, party], [{ key: partyKey(party.id), value: encodeParty(party) }]);
    this.keep(party, []);
    return party;
  }

  /** Revokes a party's key: from now on it is unknown. Resolves when that is durable. @throws CliError NOT_FOUND */
  async revoke(text: string): Promise<Party> {
    const party = findOne("party", text, this.parties, ({ id, label }) => ({ id: toHex(id), name: label }));
    const desk = this.desks.get(toHex(party.id));
    this.desks.delete(toHex(party.id));
    // A packet that is being taken just now would write the record again.
    await desk?.retire();
    const taken = await this.client.records.list(takenPrefix(party.id));
    const keys = [partyKey(party.id), ...taken.map(({ key }) => key)];
    await this.client.records.commit(keys.map((key) => ({ key, value: null })));
    const room = this.roomOf(party);
    if (room?.status().standing === "member") await this.tell(room, this.inRoom(party.roomId), []);
    return party;
  }

  /** Takes what somebody brings to one of the doors. */
  async take(knock: Knock): Promise<{ readonly taken: Taken; readonly party: Party | null }> {
    const heard = open((id) => this.desks.get(toHex(id))?.party ?? null, knock);
    // What comes in the same moment is stored in one commit: waiting for the disk is what takes long.
    await this.moment();
    const desk = heard && this.desks.get(toHex(heard.party.id));
    if (!desk) return { taken: { is: "refused" }, party: null };
    return { taken: await desk.take(heard), party: desk.party };
  }

  /** The party that asks to hear what comes `after`; null if it has no right to. */
  listener(proof: string, after: string): Party | null {
    return openHearing((id) => this.desks.get(toHex(id))?.party ?? null, proof, after);
  }

  /** Whether the party is still let in. */
  has(party: Party): boolean {
    return this.desks.has(toHex(party.id));
  }

  /** Resolves for all who ask in one turn of the event loop at its end, together. */
  private moment(): Promise<void> {
    this.thisMoment ??= new Promise((resolve) =>
      setImmediate(() => {
        this.thisMoment = null;
        resolve();
      }),
    );
    return this.thisMoment;
  }

  private inRoom(roomId: RoomId): readonly Party[] {
    return this.parties.filter((party) => equalBytes(party.roomId, roomId));
  }

  private keep(party: Party, packets: ConstructorParameters<typeof PartyDesk>[1]): void {
    const room = () => this.roomOf(party);
    this.desks.set(toHex(party.id), new PartyDesk(party, packets, new RateLimiter(this.ratePerMinute), room));
  }

  private async tell(
    room: RoomSession,
    parties: readonly Party[],
    records: NonNullable<Parameters<RoomSession["post"]>[0]["records"]>,
  ): Promise<void> {
    const told = parties.map(({ id, label, hearsFrom }): GatewayParty => ({
      party: id,
      label,
      hears: hearsFrom !== null,
    }));
    orThrow(await room.post({ kind: "gateway", body: encodeGatewayNotice(told), records }), room);
  }
}
