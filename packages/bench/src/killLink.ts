import { SocketClient } from "@conclave/relay/testing";
import { setTimeout as wait } from "node:timers/promises";

const RETRY_MS = 50;
/** A relay that does not answer for so long is left for another one: it was frozen, or this is a fault. */
const LONGEST_MS = 60_000;

/** Says that a connection is gone. */
export class LinkLost extends Error {
  override readonly name = "LinkLost";
}

/** A connection to one of several relays, as long as it lasts. */
export class KillLink {
  private readonly lost: Promise<never>;

  private constructor(readonly client: SocketClient) {
    this.lost = new Promise((_resolve, reject) => {
      client.socket.once("close", () => {
        reject(new LinkLost());
      });
    });
    this.lost.catch(() => undefined);
  }

  /** Connects to the first relay that takes it, beginning with the one at a place. `urls` is asked each time: relays move. */
  static async open(urls: () => readonly string[], first: number): Promise<KillLink> {
    for (let at = first; ; at++) {
      const all = urls();
      const link = await connected(all[at % all.length]!);
      if (link !== null) return new KillLink(link);
      await wait(RETRY_MS);
    }
  }

  /** What it asks for. Rejects with {@link LinkLost} when the connection ends before. */
  async within<T>(answer: Promise<T>): Promise<T> {
    return await inTime(Promise.race([answer, this.lost]));
  }

  close(): void {
    this.client.socket.terminate();
  }
}

async function connected(url: string): Promise<SocketClient | null> {
  try {
    return await SocketClient.connect(url, { handshakeTimeout: 5000 });
  } catch {
    return null;
  }
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_resolve, reject) => {
    late = setTimeout(() => {
      reject(new LinkLost());
    }, LONGEST_MS);
  });
  return await Promise.race([answer, end]).finally(() => {
    clearTimeout(late);
  });
}
