/** What screens stand in: a page, its title, the menu of looks, and how a screen is fetched when it is first shown. */
export { pageTitle, useTitle } from "./title.js";
export { Page, type PageProps } from "./Page.js";
export { TaskPage } from "./TaskPage.js";
export { ViewMenu } from "./ViewMenu.js";
export { lazy } from "./Lazy.js";
