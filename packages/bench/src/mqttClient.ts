import { once } from "node:events";
import { connect, type Socket } from "node:net";

const CONNECT = 0x10;
const CONNACK = 2;
const PUBLISH = 0x30;
const PUBACK = 4;
const SUBSCRIBE = 0x82;
const SUBACK = 9;
const AT_LEAST_ONCE = 0x02;

/** The least MQTT 3.1.1 client there can be, as `RelaySocket` is the least WebSocket client: the server is measured. */
export class MqttClient {
  /** A message came. */
  onMessage: () => void = () => undefined;
  /** The server has taken the message with this number. */
  onTaken: (id: number) => void = () => undefined;
  private onAnswer: () => void = () => undefined;
  private rest: Buffer = Buffer.alloc(0);

  private constructor(private readonly socket: Socket) {
    socket.on("data", (data: Buffer) => {
      this.receive(data);
    });
  }

  static async connect(port: number): Promise<MqttClient> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    await once(socket, "connect");
    const client = new MqttClient(socket);
    const protocol = Buffer.concat([text("MQTT"), Buffer.from([4, 2, 0, 0]), text("")]);
    await client.ask(CONNECT, protocol);
    return client;
  }

  async subscribe(topic: string): Promise<void> {
    await this.ask(SUBSCRIBE, Buffer.concat([Buffer.from([0, 1]), text(topic), Buffer.from([0])]));
  }

  /** Sends messages. With numbers (1 to 65,535) the server says when it has taken each (QoS 1), without nothing comes back. */
  publish(topic: string, payload: Uint8Array, ids: readonly number[] | null): void {
    const head = text(topic);
    const packets =
      ids === null
        ? [packet(PUBLISH, Buffer.concat([head, payload]))]
        : ids.map((id) => packet(PUBLISH | AT_LEAST_ONCE, Buffer.concat([head, number16(id), payload])));
    this.socket.write(Buffer.concat(packets));
  }

  close(): void {
    this.socket.destroy();
  }

  private ask(type: number, body: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.onAnswer = resolve;
      this.socket.write(packet(type, body));
    });
  }

  private receive(data: Buffer): void {
    let buffer = this.rest.length === 0 ? data : Buffer.concat([this.rest, data]);
    for (let size = packetSize(buffer); size !== null && buffer.length >= size; size = packetSize(buffer)) {
      this.packet(buffer.subarray(0, size));
      buffer = buffer.subarray(size);
    }
    this.rest = buffer;
  }

  private packet(bytes: Buffer): void {
    const type = bytes[0]! >> 4;
    if (type === PUBLISH >> 4) this.onMessage();
    else if (type === PUBACK) this.onTaken(bytes.readUInt16BE(2));
    else if (type === CONNACK || type === SUBACK) this.onAnswer();
  }
}

function packet(type: number, body: Uint8Array): Buffer {
  const length: number[] = [];
  for (let left = body.length; ; left >>= 7) {
    length.push(left < 128 ? left : (left & 127) | 128);
    if (left < 128) break;
  }
  return Buffer.concat([Buffer.from([type, ...length]), body]);
}

function packetSize(buffer: Buffer): number | null {
  let length = 0;
  for (let at = 1; at < Math.min(buffer.length, 5); at++) {
    length |= (buffer[at]! & 127) << (7 * (at - 1));
    if (buffer[at]! < 128) return at + 1 + length;
  }
  return null;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([number16(bytes.length), bytes]);
}

function number16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}
