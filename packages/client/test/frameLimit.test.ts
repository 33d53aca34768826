import type { AddressInfo } from "node:net";
import { MAX_FRAME_BYTES } from "@conclave/client";
import { WsTransport } from "@conclave/client/node";
import { expect, it } from "vitest";
import { WebSocketServer } from "ws";

/** What a client sees of a peer that sends this as soon as it is connected. */
async function seenOf(data: string | Uint8Array): Promise<string[]> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await new Promise((resolve) => server.on("listening", resolve));
  server.on("connection", (socket) => {
    socket.send(data);
  });
  const seen: string[] = [];
  await new Promise<void>((resolve) => {
    new WsTransport().connect(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}/`, {
      opened: () => seen.push("opened"),
      frame: (bytes) => {
        seen.push(`frame of ${String(bytes.length)}`);
        resolve();
      },
      closed: () => {
        seen.push("closed");
        resolve();
      },
    });
  });
  for (const client of server.clients) client.terminate();
  server.close();
  return seen;
}

it("RULE transport.frame-limit: a frame of text, or one that is too long, ends the connection and is not used", async () => {
  expect(await seenOf(new Uint8Array(MAX_FRAME_BYTES))).toEqual(["opened", `frame of ${String(MAX_FRAME_BYTES)}`]);
  expect(await seenOf(new Uint8Array(MAX_FRAME_BYTES + 1))).toEqual(["opened", "closed"]);
  expect(await seenOf("text")).toEqual(["opened", "closed"]);
});
