/** What everything above uses of the browser's page: its address, the invite in it, announcements, shortcuts. */
export { PANELS, back, go, href, route, type Panel, type Route } from "./route.js";
export { forgetInvite, invite, keepTyped, pasteInvite, typedForInvite } from "./invite.js";
export { announce } from "./announce.js";
export { useShortcut } from "./shortcuts.js";
