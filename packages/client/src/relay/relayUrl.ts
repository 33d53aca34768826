const SOCKET_PATH = "/relay";
const SOCKET_SCHEME: Readonly<Record<string, string>> = {
  "https:": "wss:",
  "wss:": "wss:",
  "http:": "ws:",
  "ws:": "ws:",
};

/**
 * Where the WebSocket of a relay's address is: `https://chat.example.org` is `wss://chat.example.org/relay`, and
 * `https://example.org/talk` is `wss://example.org/talk/relay`; what ends so already stays. Null for what is no such address, or holds a user, a query or a fragment.
 */
export function socketUrl(address: string): string | null {
  if (address.length > 512 || !URL.canParse(address)) return null;
  const url = new URL(address);
  const scheme = SOCKET_SCHEME[url.protocol];
  if (scheme === undefined || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    return null;
  const path = url.pathname.replace(/\/+$/u, "");
  return `${scheme}//${url.host}${path.endsWith(SOCKET_PATH) ? path : `${path}${SOCKET_PATH}`}`;
}
