import { locked } from "@conclave/words/locked";
import { words } from "../../words/index.js";

export const t = words(locked);
