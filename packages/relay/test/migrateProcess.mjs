// Moves a relay's rooms in a process of its own, for tests that kill it. It is the built one.
import { migrateToDatabase, migrateToFolder } from "@conclave/relay";
import process from "node:process";

const [, , to, dataDir, database] = process.argv;
const moved = await (to === "database" ? migrateToDatabase : migrateToFolder)({ dataDir, database });
process.send(moved);
