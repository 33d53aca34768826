// The whole page as people get it, with its model in reach of a test: rooms are made and joined without clicking through
// other screens.
import "../src/main.js";
import { door, ensureHome, home, rooms } from "../src/model/home.js";

Object.assign(globalThis, { model: { door, ensureHome, home, rooms } });
