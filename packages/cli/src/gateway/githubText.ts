const LONGEST_TITLE = 300;

/** A line about a webhook's event of GitHub, from the few fields that all of them have in common. Null when the body is no event. */
export function githubText(event: string, body: Uint8Array): string | null {
  const payload = objectOf(body);
  if (!payload) return null;
  const repository = textAt(payload, "repository", "full_name");
  const who = textAt(payload, "sender", "login");
  const action = textAt(payload, "action");
  const branch = textAt(payload, "ref").replace(/^refs\/(heads|tags)\//u, "");
  const commits = Array.isArray(payload["commits"]) ? payload["commits"].length : 0;
  const subject = SUBJECTS.map((name) => payload[name]).find((each) => typeof each === "object" && each !== null);
  const about = subject as Record<string, unknown> | undefined;
  const title = about ? textAt(about, "title") || textAt(about, "name") : textAt(payload, "head_commit", "message");
  const address = (about ? textAt(about, "html_url") : "") || textAt(payload, "compare");
  const did = [event.replaceAll("_", " "), action, about ? textAt(about, "conclusion") || textAt(about, "state") : ""];
  const parts = [
    repository,
    did.filter((part) => part !== "").join(", "),
    branch === "" ? "" : `${branch}${commits === 0 ? "" : `, ${commits} ${commits === 1 ? "commit" : "commits"}`}`,
    who === "" ? "" : `by ${who}`,
    title.split("\n")[0]!.slice(0, LONGEST_TITLE),
    address,
  ];
  return parts.filter((part) => part !== "").join(" · ") || null;
}

const SUBJECTS = ["pull_request", "issue", "release", "workflow_run", "check_run", "discussion"] as const;

/** The JSON object in these bytes, or null. */
export function objectOf(body: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function textAt(from: Record<string, unknown>, ...path: readonly string[]): string {
  let at: unknown = from;
  for (const name of path)
    at = typeof at === "object" && at !== null ? (at as Record<string, unknown>)[name] : undefined;
  return typeof at === "string" ? at : "";
}
