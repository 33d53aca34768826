import { door, ensureHome, home, rooms, self, startHome } from "../src/model/home.js";

// The model of the page without its screens: what the tabs test drives.
startHome();
Object.assign(globalThis, { model: { door, ensureHome, home, rooms, self } });
