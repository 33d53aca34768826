import { decision } from "@conclave/words/en/decision";
import { refusal } from "@conclave/words/en/refusal";
import { unreadable } from "@conclave/words/unreadable";

// In English alone, for a program that speaks nothing else.
console.log(decision.remove({ by: "Alice", person: "Bob" }));
console.log(refusal.above_own_role);

// In every language: English at once, another after it was fetched.
console.log(unreadable.en.replayed({ count: 2 }));
