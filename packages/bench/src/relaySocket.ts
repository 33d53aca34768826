import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";

const NOTHING = Buffer.alloc(0);

/**
 * The least WebSocket client there can be: no checks, a mask of zeros. What is measured is the relay, not the clients,
 * which share the machine with it.
 */
export class RelaySocket {
  onMessage: (message: Buffer) => void = () => undefined;
  onClose: () => void = () => undefined;
  private rest: Buffer = NOTHING;

  private constructor(private readonly socket: Socket) {}

  /** `localAddress`: which of the machine's own addresses the relay sees. */
  static async open(url: string, localAddress?: string): Promise<RelaySocket> {
    const { hostname, port, pathname } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true, localAddress });
    await once(socket, "connect");
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
    );
    const [head] = (await once(socket, "data")) as [Buffer];
    const end = head.indexOf("\r\n\r\n");
    if (!head.subarray(0, 12).equals(Buffer.from("HTTP/1.1 101")) || end < 0) throw new Error("no WebSocket");
    const opened = new RelaySocket(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      opened.onClose();
    });
    socket.on("data", (data) => {
      opened.receive(data);
    });
    opened.receive(head.subarray(end + 4));
    return opened;
  }

  send(message: Uint8Array): void {
    this.socket.write(Buffer.concat([header(message.length), message]));
  }

  /** Sends the beginning of a message of so many bytes, and never the rest. */
  sendPart(bytes: number): void {
    this.socket.write(Buffer.concat([header(bytes), randomBytes(bytes >> 1)]));
  }

  /** Sends the first part of a message, of which more is to follow. */
  sendUnfinished(part: Uint8Array): void {
    const head = header(part.length);
    head[0] = 0x02;
    this.socket.write(Buffer.concat([head, part]));
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(data: Buffer): void {
    let buffer = this.rest.length === 0 ? data : Buffer.concat([this.rest, data]);
    for (;;) {
      const size = frameSize(buffer);
      if (size === null || buffer.length < size.head + size.body) break;
      const isMessage = (buffer[0]! & 0x0f) === 2;
      if (isMessage) this.onMessage(buffer.subarray(size.head, size.head + size.body));
      buffer = buffer.subarray(size.head + size.body);
    }
    this.rest = buffer;
  }
}

function header(length: number): Buffer {
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + extended + 4);
  head[0] = 0x82;
  head[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) head.writeUInt16BE(length, 2);
  if (extended === 8) head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

function frameSize(buffer: Buffer): { head: number; body: number } | null {
  if (buffer.length < 2) return null;
  const short = buffer[1]! & 0x7f;
  if (short < 126) return { head: 2, body: short };
  if (short === 126) return buffer.length < 4 ? null : { head: 4, body: buffer.readUInt16BE(2) };
  return buffer.length < 10 ? null : { head: 10, body: Number(buffer.readBigUInt64BE(2)) };
}
