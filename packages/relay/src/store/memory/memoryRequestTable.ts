import { compareBytes } from "@conclave/codec";
import type { JoinRequestItem, SlotId } from "@conclave/wire";
import { keyOf } from "../../key.js";
import { ONE, type PageSize, RecordPage } from "../recordPage.js";
import type { CrowdedRequest, RequestOrigin, RequestTable } from "../requestTable.js";
import type { MemoryContent } from "./memoryContent.js";

/** The requests of a `MemoryStore`. */
export class MemoryRequestTable implements RequestTable {
  constructor(private readonly content: MemoryContent) {}

  count(room: number, slotId: SlotId | null): number {
    return this.content.at(room).requests.filter(({ item }) => isOf(item, slotId)).length;
  }

  find(room: number, slotId: SlotId | null, digest: Uint8Array): number | null {
    const same = this.content
      .at(room)
      .requests.find((request) => isOf(request.item, slotId) && compareBytes(request.digest, digest) === 0);
    return same?.item.request ?? null;
  }

  add(room: number, request: Omit<JoinRequestItem, "request">, from: RequestOrigin): number {
    const number = ++this.content.lastRequest;
    this.content.at(room).requests.push({ item: { ...request, request: number }, ...from });
    return number;
  }

  oldest(room: number, slotId: SlotId | null, address: Uint8Array | null): CrowdedRequest | null {
    const found = new Map<string, CrowdedRequest>();
    for (const { item, address: from } of this.content.at(room).requests) {
      if (!isOf(item, slotId) || (address !== null && compareBytes(address, from) !== 0)) continue;
      const { request, count } = found.get(keyOf(from)) ?? { request: item.request, count: 0 };
      found.set(keyOf(from), { request, count: count + 1 });
    }
    return [...found.values()].sort((a, b) => b.count - a.count || a.request - b.request)[0] ?? null;
  }

  page(room: number, after: number, size: PageSize, isPlea = false): JoinRequestItem[] {
    const page = new RecordPage<JoinRequestItem>(size);
    for (const { item } of this.content.at(room).requests) {
      if (isPlea && item.slotId !== null) continue;
      if (item.request > after && !page.add(item, item.blob.length)) break;
    }
    return page.items;
  }

  hasAfter(room: number, after: number, isPlea?: boolean): boolean {
    return this.page(room, after, ONE, isPlea).length > 0;
  }

  delete(room: number, request: number): void {
    const memory = this.content.at(room);
    memory.requests = memory.requests.filter(({ item }) => item.request !== request);
  }

  deleteBefore(time: number): void {
    for (const room of this.content.rooms) room.requests = room.requests.filter(({ item }) => item.time >= time);
  }
}

function isOf({ slotId }: JoinRequestItem, of: SlotId | null): boolean {
  return slotId === null || of === null ? slotId === of : compareBytes(slotId, of) === 0;
}
