import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

/** The peer of the transport suite: sends frames back, hangs up on `"bye"`. */
export async function echoPeer(): Promise<{ url: string; deadUrl: string; close(): Promise<void> }> {
  const server = await listen();
  server.on("connection", (socket) => {
    socket.on("message", (data: Buffer) => {
      if (data.toString() === "bye") socket.close();
      else socket.send(data);
    });
  });
  const dead = await listen();
  const deadUrl = urlOf(dead);
  await close(dead);
  return { url: urlOf(server), deadUrl, close: () => close(server) };
}

function listen(): Promise<WebSocketServer> {
  return new Promise((resolve) => {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 }, () => {
      resolve(server);
    });
  });
}

function urlOf(server: WebSocketServer): string {
  return `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}

function close(server: WebSocketServer): Promise<void> {
  for (const client of server.clients) client.terminate();
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
