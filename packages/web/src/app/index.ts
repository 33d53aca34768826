/** What screens use of the frame: addresses, announcements, shortcuts, the window's title. */
export { PANELS, back, go, href, route, type Panel, type Route } from "./route.js";
export { forgetInvite, invite, keepTyped, pasteInvite, typedForInvite } from "./invite.js";
export { announce } from "./announce.js";
export { useShortcut } from "./shortcuts.js";
export { pageTitle, useTitle } from "./title.js";
export { Page, type PageProps } from "./Page.js";
export { ViewMenu } from "./ViewMenu.js";
export { lazy } from "./Lazy.js";
