import { equalBytes } from "@conclave/codec";
import type { JoinRequestItem, SlotId } from "@conclave/wire";
import { keyOf } from "../../key.js";
import type { PageSize } from "../recordPage.js";
import type { CrowdedRequest, RequestOrigin, RequestTable } from "../requestTable.js";
import { slotKey, type UnitContent, type UnitRequest } from "./unitContent.js";

/** The requests of a `UnitOfWork`. */
export class UnitRequestTable implements RequestTable {
  constructor(private readonly content: UnitContent) {}

  count(room: number, slotId: SlotId | null): number {
    return this.of(room, slotId).length;
  }

  find(room: number, slotId: SlotId | null, digest: Uint8Array): number | null {
    return this.of(room, slotId).find((request) => equalBytes(request.digest, digest))?.request ?? null;
  }

  add(room: number, request: Omit<JoinRequestItem, "request">, from: RequestOrigin): number {
    const unit = this.content.at(room);
    const item = { ...request, request: this.content.nextNumber() };
    this.content.writes.requests.push({ room, item, ...from });
    unit.requests.set(item.request, item);
    if (item.slotId === null) unit.pleas.set(item.request, item);
    const known = this.of(room, request.slotId);
    unit.requestsOf.set(slotKey(request.slotId), [...known, { request: item.request, ...from }]);
    return item.request;
  }

  oldest(room: number, slotId: SlotId | null, address: Uint8Array | null): CrowdedRequest | null {
    const found = new Map<string, CrowdedRequest>();
    for (const { request: first, address: from } of this.of(room, slotId)) {
      if (address !== null && !equalBytes(address, from)) continue;
      const { request, count } = found.get(keyOf(from)) ?? { request: first, count: 0 };
      found.set(keyOf(from), { request, count: count + 1 });
    }
    return [...found.values()].sort((a, b) => b.count - a.count || a.request - b.request)[0] ?? null;
  }

  page(room: number, after: number, size: PageSize, isPlea = false): JoinRequestItem[] {
    const { requests, pleas } = this.content.at(room);
    return (isPlea ? pleas : requests).page(after, size);
  }

  hasAfter(room: number, after: number, isPlea = false): boolean {
    const { requests, pleas } = this.content.at(room);
    return (isPlea ? pleas : requests).hasAfter(after);
  }

  delete(room: number, request: number): void {
    const unit = this.content.at(room);
    const { writes } = this.content;
    for (const pages of [unit.requests, unit.pleas]) pages.keep((_item, no) => no !== request);
    for (const [key, requests] of unit.requestsOf)
      unit.requestsOf.set(
        key,
        requests.filter((each) => each.request !== request),
      );
    const isOther = (each: (typeof writes.requests)[number]): boolean =>
      each.room !== room || each.item.request !== request;
    const kept = writes.requests.filter(isOther);
    if (kept.length === writes.requests.length) writes.requestsGone.push({ room, request });
    writes.requests = kept;
  }

  deleteBefore(time: number): void {
    const { writes, byNo } = this.content;
    writes.requestsBefore = Math.max(time, writes.requestsBefore ?? 0);
    writes.requests = writes.requests.filter(({ item }) => item.time >= time);
    for (const { requests, pleas } of byNo.values())
      for (const pages of [requests, pleas]) pages.keep((item) => item.time >= time);
  }

  private of(room: number, slotId: SlotId | null): readonly UnitRequest[] {
    const unit = this.content.at(room);
    return unit.known(unit.requestsOf.get(slotKey(slotId)), [], "requests of a slot");
  }
}
