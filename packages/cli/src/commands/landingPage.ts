import { linkInAddress } from "@conclave/client/pure";
import type { RelayOptions } from "@conclave/relay";
import { createHash } from "node:crypto";
import { IN_CLONE } from "../terminal/nextCommand.js";

import { LINK_SHOWN } from "../pages/pageSite.js";

type Routes = NonNullable<RelayOptions["routes"]>;

const STYLE = `
  :root { color-scheme: light dark; font: 17px/1.6 system-ui, sans-serif }
  body { max-width: 36rem; margin: 12vh auto; padding: 0 1.2rem }
  code { font: 0.9em ui-monospace, monospace; background: #8883; padding: 0.15em 0.4em; border-radius: 0.3em }
  li { margin: 0.6em 0 }
`;
const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>Conclave relay</title>
<style>${STYLE}</style>
<h1>A Conclave relay</h1>
<p>It keeps the sealed messages of group chats in order. It can read none of them, and has no say in who is in a room.</p>
<h2>Did somebody send you an invite link?</h2>
<ol>
  <li>Copy the whole address of this page. What comes after <code>#</code> is the key; your browser has not sent it here.</li>
  <li>In a clone of Conclave, type <code>${IN_CLONE} join 'THE LINK' --name "Your name"</code></li>
</ol>
</html>
`;

/**
 * What a browser shows when it opens the relay's address, or an invite link, and there is no web client here.
 *
 * RULE: cli.landing: no script, no other request, no referrer: the secret after `#` stays in the address bar (attack A36).
 */
export const landingPage: Routes = (app) => {
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .headers({ "x-content-type-options": "nosniff", "cache-control": "no-store" })
      .type("text/plain; charset=utf-8")
      .send(linkInAddress(request.url) === null ? "There is no such page.\n" : LINK_SHOWN),
  );
  app.get("/", (_request, reply) =>
    reply
      .headers({
        "content-security-policy": POLICY,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
      })
      .type("text/html; charset=utf-8")
      .send(PAGE),
  );
};
