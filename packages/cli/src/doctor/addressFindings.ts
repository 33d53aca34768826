import type { AddressAnswer, RunningFacts } from "@conclave/relay";
import { bad, good, unseen, type Finding } from "./finding.js";
import { lastsLong, validFor } from "./certificateFindings.js";

/** How a relay that runs is reached. */
export function addressFindings(facts: RunningFacts): Finding[] {
  const { state, ready } = facts;
  const found = [readyFinding(ready, state.address)];
  if (facts.public === null) {
    found.push(
      unseen("address", "It was not told the address that people use, so that is not looked at (--public-url)."),
    );
    return found;
  }
  return [...found, ...publicFindings(facts, facts.public)];
}

function readyFinding(ready: AddressAnswer, address: string): Finding {
  if ("failed" in ready) {
    return bad("relay", `It does not answer at ${address} (${ready.failed}).`, "Look at its log, and restart it.");
  }
  if (ready.status === 200) return good("relay", `It answers at ${address}: ready.`);
  return bad("relay", `At ${address} it answers: ${ready.text}.`, "Its log says more, and so may the lines below.");
}

function publicFindings({ state }: RunningFacts, { ready, arrival }: NonNullable<RunningFacts["public"]>): Finding[] {
  const url = state.publicUrl ?? "";
  const found: Finding[] = [];
  const isCertificate = "failed" in ready && isCertificateFault(ready.failed);
  if ("failed" in ready && isCertificate) {
    found.push(
      bad(
        "certificate",
        `Browsers refuse ${url}, because of its certificate (${ready.failed}).`,
        "Renew it, for this name, and let whoever does TLS (the proxy, or --tls-cert) send the whole chain. If an authority of your own signed it, name that one's certificate in NODE_EXTRA_CA_CERTS.",
      ),
    );
  } else if ("failed" in ready) {
    found.push(
      bad(
        "address",
        `${url} cannot be reached from this machine (${ready.failed}).`,
        "Look at the proxy, the firewall and the name's DNS. Some networks do not let a machine reach its own public address: then ask from another one.",
      ),
    );
    return found;
  } else if (ready.certificateUntil !== null) {
    found.push(
      lastsLong(ready.certificateUntil, ready.certificateSpan ?? 0)
        ? good("certificate", validFor(ready.certificateUntil))
        : soon(ready.certificateUntil),
    );
  }
  if (arrival === null && "status" in ready && ready.status >= 500) {
    found.push(
      bad(
        "address",
        `At ${url} the proxy answers by itself (${ready.status}): it finds no relay that is ready.`,
        "Look at the other lines first, then at the proxy's log.",
      ),
    );
    return found;
  }
  if (arrival === null && state.isShared) {
    found.push(
      unseen(
        "address",
        `${url} leads to another relay than this one, so how requests come to this one is not looked at.`,
        "That is as it should be where it is another relay of this database. Otherwise correct the proxy or --public-url.",
      ),
    );
    return found;
  }
  if (arrival === null) {
    found.push(
      bad(
        "address",
        `${url} does not lead to this relay.`,
        "Let the proxy pass everything under it to this relay (proxy_pass, reverse_proxy), or correct --public-url.",
      ),
    );
    return found;
  }
  found.push(good("address", `${url} leads to this relay.`));
  found.push(proxyFinding(state.trustedProxies, arrival));
  return found;
}

function soon(until: number): Finding {
  return bad("certificate", validFor(until), "Whoever renews it for the proxy has stopped doing so: look at that.");
}

function proxyFinding(
  trusted: RunningFacts["state"]["trustedProxies"],
  { forwarded, isTrusted }: { readonly forwarded: number; readonly isTrusted: boolean },
): Finding {
  const isSet = typeof trusted === "number" ? trusted > 0 : trusted.length > 0;
  const setting = `--trusted-proxies ${String(Math.max(1, forwarded))}`;
  if (forwarded > 0 && !isTrusted) {
    return bad(
      "proxy",
      isSet
        ? "A request comes with X-Forwarded-For from a proxy that --trusted-proxies does not name."
        : "A request comes with X-Forwarded-For, and --trusted-proxies is not set: all who come through the proxy count as one address and share its limits.",
      `Start the relay with ${setting}, or with the addresses of the proxies.`,
    );
  }
  if (forwarded === 0 && isSet) {
    return bad(
      "proxy",
      "--trusted-proxies is set, and a request through the public address comes without X-Forwarded-For: whoever writes one decides which address they count as.",
      "Let the proxy set it (nginx: proxy_set_header X-Forwarded-For $remote_addr), or leave out --trusted-proxies where there is no proxy.",
    );
  }
  if (typeof trusted === "number" && forwarded < trusted) {
    return bad(
      "proxy",
      `--trusted-proxies is ${trusted}, and a request comes through ${forwarded}.`,
      `Start the relay with ${setting}.`,
    );
  }
  return good(
    "proxy",
    forwarded === 0
      ? "Requests come without a proxy, and none is trusted."
      : "The proxy says who asks, and is trusted.",
  );
}

function isCertificateFault(code: string): boolean {
  return /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_/u.test(code);
}
