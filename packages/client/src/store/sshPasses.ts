import { encode, fixed, stored, struct, u53 } from "@conclave/codec";
import type { InviteId, RoomId } from "@conclave/protocol";
import type { ClientPorts } from "../api/client.js";
import { SSH_PASS_PREFIX, sshPassKey } from "./homeKey.js";

/** How many keys are kept that nobody has joined with: a link that is looked at and left makes one. */
export const MAX_SSH_PASSES = 16;

const layout = struct<{ madeAt: number; leafSeed: Uint8Array }>({ madeAt: u53, leafSeed: fixed(32) });

/**
 * The leaves that an SSH key is to sign for, before their person is in the room: each made once, and kept until it is used, as
 * somebody may sign it elsewhere.
 */
export class SshPasses {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly ports: Pick<ClientPorts, "storage" | "random" | "clock">) {}

  /**
   * The seed of the leaf for this invite; made where there is none. The oldest of too many goes.
   *
   * RULE: client.ssh-one: one at a time, so that a person who asks twice gets one leaf to sign for, and not one that is forgotten.
   */
  leafSeed(roomId: RoomId, inviteId: InviteId): Promise<Uint8Array> {
    const seed = this.last.then(() => this.keptOrMade(sshPassKey(roomId, inviteId)));
    this.last = seed.catch(() => null);
    return seed;
  }

  private async keptOrMade(key: string): Promise<Uint8Array> {
    const { storage, random, clock } = this.ports;
    const kept = await storage.get(key);
    if (kept !== null) return stored("SSH pass", kept, layout).leafSeed;
    const all = await storage.range({ prefix: SSH_PASS_PREFIX });
    const byAge = all.map((each) => ({ key: each.key, ...stored("SSH pass", each.value, layout) }));
    const over = byAge.sort((a, b) => b.madeAt - a.madeAt).slice(MAX_SSH_PASSES - 1);
    const pass = { madeAt: clock.now(), leafSeed: random(32) };
    await storage.commit([
      ...over.map((each) => ({ delete: each.key })),
      { put: key, value: encode(pass, layout.write) },
    ]);
    return pass.leafSeed;
  }
}
