import WebSocket from "ws";
import { MAX_FRAME_BYTES, type Connection, type ConnectionEvents, type Transport } from "../ports/transport.js";

const HANDSHAKE_TIMEOUT_MS = 20_000;

/** Connections by the `ws` package, in Node. Redirects are never followed. */
export class WsTransport implements Transport {
  connect(url: string, events: ConnectionEvents): Connection {
    let over = false;
    const end = () => {
      if (over) return;
      over = true;
      events.closed();
    };
    const socket = construct(url);
    if (!socket) {
      queueMicrotask(end);
      return { send: () => undefined, close: () => void (over = true) };
    }
    socket.binaryType = "nodebuffer";
    socket.on("open", () => {
      if (!over) events.opened();
    });
    socket.on("message", (data, isBinary) => {
      if (over) return;
      // RULE: transport.frame-limit: text frames end the connection; `maxPayload` ends it for long ones (attack A80).
      if (isBinary && Buffer.isBuffer(data)) events.frame(new Uint8Array(data));
      else socket.terminate();
    });
    socket.on("close", end);
    // What went wrong is followed by "close", which is all that a client acts on.
    socket.on("error", () => undefined);
    return {
      send(frame) {
        if (!over && socket.readyState === WebSocket.OPEN) socket.send(frame.slice());
      },
      close() {
        over = true;
        if (socket.readyState === WebSocket.OPEN) socket.close();
        else socket.terminate();
      },
    };
  }
}

/** Null if it is not a WebSocket URL. */
function construct(url: string): WebSocket | null {
  try {
    return new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      followRedirects: false,
    });
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
