import { describe, expect, it } from "vitest";
import { kindOf } from "./perfProfile.js";

describe("a stack of a profile", () => {
  const write = "JS:*write file:///x/packages/relay/dist/ledger/log.js:297:10 (/tmp/perf-1.map)";

  it("is what its innermost known function does, and is named after this project's", () => {
    const hash = ["sha256_block_data_order (/usr/bin/node)", "EVP_Digest (/usr/bin/node)", write];
    expect(kindOf(hash)).toEqual(["SHA-256", "JS:*write relay/dist/ledger/log.js:297:10"]);
    expect(kindOf(["Builtins_LoadIC (/usr/bin/node)", write])[0]).toBe("core");
    expect(kindOf(["ext4_sync_file ([kernel.kallsyms])", "[unknown] (/x/node_modules/libsql/index.node)"])).toEqual([
      "commit: writing to the disk and syncing",
      "ext4_sync_file",
    ]);
  });

  it("is told from its outermost frames where nothing else is known", () => {
    expect(kindOf(["_int_malloc (/lib/libc.so.6)", "[unknown] ([unknown])"])[0]).toMatch(/^malloc/);
    expect(kindOf(["clear_page_erms ([kernel.kallsyms])"])[0]).toBe("the system's memory and threads");
    expect(kindOf(["strange (/usr/bin/node)"])).toEqual(["other", "strange"]);
  });
});
