// What both pages show of a check: what is wrong with which file, or who signed.

import { make, quoted, told, visible } from "./dom.js";
import { has } from "./words.js";

const MOST = 200;

/** Say why a bundle is not opened or not believed. */
export function trouble(place, kind, faults = []) {
  place.replaceChildren(told("p", kind, {}, { className: "trouble" }));
  if (!faults.length) return;
  const rows = faults.slice(0, MOST).map(({ path, what, was }) =>
    make(
      "li",
      {},
      path ? make("code", {}, quoted(path)) : told("span", "archive"),
      ": ",
      told("span", what, { was: was ? visible(was) : "" }),
    ),
  );
  if (faults.length > MOST) rows.push(make("li", {}, `+ ${faults.length - MOST}`));
  place.append(make("ul", { className: "faults" }, ...rows));
}

/** Say who signed, and never just that it is good. */
export function signer(place, { manifest, seen, words, fingerprint }, sealed) {
  const rows = [
    ["six-words", words, "six"],
    ["key", fingerprint],
    ["bundle-id", manifest.bundle],
    ["purpose", manifest.purpose, "", `for-${manifest.purpose}`],
    ["policy", manifest.policy, "", `policy-${manifest.policy}`],
    ["recipients", manifest.recipients.join(", ")],
    ["tool", manifest.tool],
  ];
  const list = make("dl", { className: "facts" });
  for (const [key, value, className = "", words = ""] of rows) {
    // What the program ships is told in words, and what the sender named in the sender's.
    const said = has(words) ? told("dd", words) : make("dd", { lang: "en", dir: "ltr" }, value);
    list.append(make("div", { className }, told("dt", key), said));
  }
  const heading = told("h2", "signed-title", {}, { tabIndex: -1 });
  // All languages are there, and the style shows the one that is chosen, as with the words of the dossier.
  const terms = Object.entries(manifest.terms).map(([lang, said]) =>
    make("div", { lang }, ...said.map((sentence) => make("p", {}, sentence))),
  );
  if (terms.length) list.append(make("div", {}, told("dt", "terms"), make("dd", { className: "w" }, ...terms)));
  place.replaceChildren(heading, told("p", "signed-text", { count: seen.size }), list);
  if (sealed && !manifest.recipients.includes("passphrase")) {
    place.append(told("p", "not-addressed", {}, { className: "trouble" }));
  }
  return heading;
}
