import type {
  AppendedResponse,
  BlobResponse,
  BlobStateResponse,
  BroughtResponse,
  CreatedResponse,
  DoneResponse,
  ErrorResponse,
  InboxResponse,
  PageResponse,
  PostedResponse,
  RelayError,
  Request,
  RequestsResponse,
  RosterResponse,
  SlotResponse,
  SlotsResponse,
  SubscribedResponse,
} from "@conclave/wire";

/** Which response a relay gives to a request that it carries out. */
export interface AnswerOf {
  createRoom: CreatedResponse;
  offerRoom: DoneResponse;
  adoptRoom: CreatedResponse;
  bringRoster: DoneResponse;
  bringCopy: BroughtResponse;
  append: AppendedResponse;
  prove: DoneResponse;
  read: PageResponse;
  readRoster: RosterResponse;
  subscribe: SubscribedResponse;
  bring: BroughtResponse;
  unsubscribe: DoneResponse;
  beginBlob: BlobStateResponse;
  writeBlob: BlobStateResponse;
  readBlob: BlobResponse;
  dropBlob: DoneResponse;
  putSlot: DoneResponse;
  closeSlot: DoneResponse;
  getSlot: SlotResponse;
  listSlots: SlotsResponse;
  proveSlot: DoneResponse;
  postRequest: PostedResponse;
  postPlea: PostedResponse;
  listRequests: RequestsResponse;
  deleteRequest: DoneResponse;
  answerRequest: DoneResponse;
  proveInbox: DoneResponse;
  fetchInbox: InboxResponse;
  clearInbox: DoneResponse;
}

/** The connection ended before an answer came: the request was carried out, or not. */
export interface LostAnswer {
  readonly type: "lost";
}

/** What comes of a request: its answer, the relay's refusal, or nothing known. */
export type Answer<T extends Request["type"]> = AnswerOf[T] | ErrorResponse | LostAnswer;

/** The relay answers, and has no such room (any more): waiting is no remedy. */
export const GONE: ReadonlySet<RelayError> = new Set<RelayError>(["room_unknown", "room_deleted"]);

type WithoutId<R> = R extends Request ? Omit<R, "id"> : never;

/** A request before the link gives it its id. An append is not among them: it is encoded when it is stored. */
export type RequestBody = WithoutId<Exclude<Request, { readonly type: "append" }>>;

/** The type of answer that each request expects; another type is a fault of the relay. */
export const EXPECTED: { readonly [T in Request["type"]]: AnswerOf[T]["type"] } = {
  createRoom: "created",
  offerRoom: "done",
  adoptRoom: "created",
  bringRoster: "done",
  bringCopy: "brought",
  append: "appended",
  prove: "done",
  read: "page",
  readRoster: "roster",
  subscribe: "subscribed",
  bring: "brought",
  unsubscribe: "done",
  beginBlob: "blobState",
  writeBlob: "blobState",
  readBlob: "blob",
  dropBlob: "done",
  putSlot: "done",
  closeSlot: "done",
  getSlot: "slot",
  listSlots: "slots",
  proveSlot: "done",
  postRequest: "posted",
  postPlea: "posted",
  listRequests: "requests",
  deleteRequest: "done",
  answerRequest: "done",
  proveInbox: "done",
  fetchInbox: "inbox",
  clearInbox: "done",
};
