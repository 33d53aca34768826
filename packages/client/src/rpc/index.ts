/**
 * A home that is used from another thread, or from several tabs. In the thread that has the client: a `HomeHost`, whose
 * `calls` are given to `answerCalls` for each channel. In a page: `remoteHome`. Between tabs: `joinTabs`.
 */
export { again } from "./again.js";
export { channelOf, type Channel, type MessageEnd } from "./channel.js";
export { answerCalls, type Callable, type Remote, RemoteFailure, RemoteGone } from "./calls.js";
export { HomeHost } from "./homeHost.js";
export { type HomeCalls, type RoomCalls } from "./homeCalls.js";
export type { DoorView, HomeEvent, InvitedView, RoomDetail, RoomSummary, SelfView } from "./homeView.js";
export type { RoomKey } from "./roomKey.js";
export { remoteHome, type RemoteHome, type Told } from "./remoteHome.js";
export type { OfferedFile, Readable, TransferCalls, TransferEvent, TransferKey } from "./transfers.js";
export { joinTabs, type Serve, tabEnds } from "./tabs.js";
