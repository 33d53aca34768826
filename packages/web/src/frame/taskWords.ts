import { welcomeTask } from "@conclave/words/welcomeTask";
import { words } from "../words/index.js";

export const t = words(welcomeTask);
