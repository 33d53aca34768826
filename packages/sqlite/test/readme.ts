import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@conclave/sqlite";

const folder = mkdtempSync(join(tmpdir(), "notes-"));
const file = join(folder, "notes.db");

const database = openDatabase(file);
database.exec("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
const add = database.prepare("INSERT INTO note (text) VALUES (?)");
database.transaction(() => {
  add.run("water the tomatoes");
  add.run("order seeds");
});

// A transaction that throws leaves nothing behind.
try {
  database.transaction(() => {
    add.run("never mind");
    throw new Error("changed my mind");
  });
} catch (error) {
  console.log(String(error));
}
database.close();

// Once a transaction returns, its data is on the disk.
const again = openDatabase(file);
for (const row of again.prepare("SELECT id, text FROM note").all())
  console.log(row["id"], row["text"]);
again.close();
rmSync(folder, { recursive: true });
