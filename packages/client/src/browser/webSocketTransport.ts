import { MAX_FRAME_BYTES, type Connection, type ConnectionEvents, type Transport } from "../ports/transport.js";

/** Connections by the browser's WebSocket, in a page or a Web Worker. */
export class WebSocketTransport implements Transport {
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
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      if (!over) events.opened();
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (over) return;
      // RULE: transport.frame-limit: text and oversized frames end the connection, they are never parsed (attack A80).
      if (data instanceof ArrayBuffer && data.byteLength <= MAX_FRAME_BYTES) events.frame(new Uint8Array(data));
      else socket.close();
    };
    socket.onclose = end;
    return {
      send(frame) {
        if (!over && socket.readyState === WebSocket.OPEN) socket.send(frame.slice());
      },
      close() {
        over = true;
        socket.close();
      },
    };
  }
}

/** Null for what is no WebSocket URL. */
function construct(url: string): WebSocket | null {
  try {
    return new WebSocket(url);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
