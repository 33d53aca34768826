import { decision } from "@conclave/words/en/decision";
import { refusal } from "@conclave/words/en/refusal";
import { unreadable } from "@conclave/words/unreadable";

// Only English, for a program with one language.
console.log(decision.remove({ by: "Alice", person: "Bob" }));
console.log(refusal.above_own_role);

// Every language: English is there at once, another after it is loaded.
console.log(unreadable.en.replayed({ count: 2 }));
