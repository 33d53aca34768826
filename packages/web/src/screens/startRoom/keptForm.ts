// What was typed into the form, so that a reload loses none of it. In this tab only, and until it is done: names of rooms are
// nobody's business who reads the disk later. The permit, a secret, is not kept.

const KEY = "conclave.newRoom";
const FIELDS = ["name", "title", "rules", "count", "relay", "welcome"] as const;

/** The fields of the form that are kept. */
export type KeptForm = Readonly<Record<(typeof FIELDS)[number], string>>;

/** What was typed before a reload; null where nothing was. */
export function keptForm(): KeptForm | null {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    if (typeof found !== "object" || found === null) return null;
    const texts = found as Record<string, unknown>;
    return FIELDS.every((field) => typeof texts[field] === "string") ? (texts as KeptForm) : null;
  } catch {
    return null;
  }
}

/** Keeps the form; null when it is done. */
export function keepForm(form: KeptForm | null): void {
  try {
    if (form) sessionStorage.setItem(KEY, JSON.stringify(form));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Where storage is forbidden a reload starts over.
  }
}
