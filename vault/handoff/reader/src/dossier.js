// The dossier in the page: index.html of the bag is parsed, which runs and fetches nothing, and what docs/bundle.md
// §The dossier lists is made anew, element by element, from names and texts. Nothing of the parsed document itself is
// ever put in the page.

const HEADING = /^(?:s-(?:contents|note|relations|timeline)|k(?:-[A-Za-z0-9_-]{1,80})?)$/;
const RECORD = /^r-[A-Za-z0-9_-]{1,80}$/;
/** Each element that may stand there, and the form of each attribute that it may have. */
const ALLOWED = new Map(
  Object.entries({
    ...Object.fromEntries("h1 h3 p li em tr thead tbody".split(" ").map((name) => [name, {}])),
    h2: { id: HEADING },
    nav: { "aria-labelledby": HEADING },
    section: { "aria-labelledby": HEADING },
    article: { id: RECORD },
    a: {}, // its href: see leadTo
    span: {
      lang: /^(?:en|ru|kk|zh)$/,
      class: /^(?:w|mask|manner|state (?:withheld|unknown|not-asked|coarsened|retracted|disputed))$/,
    },
    bdi: { dir: /^auto$/, class: /^mark$/ },
    div: { dir: /^auto$/, class: /^t$/ },
    ul: { class: /^terms$/ },
    table: { class: /^claims$/ },
    th: { scope: /^(?:col|row|rowgroup)$/, rowspan: /^[1-9][0-9]{0,4}$/ },
    td: { class: /^back$/ },
  }),
);
const MAX_DEPTH = 100;
const XHTML = "http://www.w3.org/1999/xhtml";
const policy = globalThis.trustedTypes?.createPolicy("dossier", { createHTML: (text) => text });

/**
 * Make the dossier anew.
 *
 * @param source text of index.html, or null
 * @param anchors where each file of the bag stands in the page, by its path
 * @returns body: what to show, or null; leftOut: how many elements were not of the allowed kind
 */
export function rebuild(source, anchors) {
  const start = source?.indexOf('<main id="dossier">') ?? -1;
  if (start < 0) return { body: null, leftOut: 0 };
  // What stands before it has a style of its own, which the policy of this page would complain of.
  const text = source.slice(start);
  const parsed = new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, "text/html");
  const body = document.createDocumentFragment();
  let leftOut = 0;
  const waiting = [[parsed.getElementById("dossier").firstChild, body, 0]];
  while (waiting.length) {
    const [node, parent, depth] = waiting.pop();
    if (!node) continue;
    waiting.push([node.nextSibling, parent, depth]);
    if (node.nodeType === Node.TEXT_NODE) parent.append(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE) continue;
    const forms = node.namespaceURI === XHTML && depth < MAX_DEPTH ? ALLOWED.get(node.localName) : undefined;
    if (!forms) {
      leftOut += 1;
      continue;
    }
    const element = document.createElement(node.localName);
    for (const { name, value } of node.attributes) {
      if (Object.hasOwn(forms, name) && forms[name].test(value)) element.setAttribute(name, value);
    }
    if (node.localName === "a") leadTo(element, node.getAttribute("href") ?? "", anchors);
    parent.append(element);
    waiting.push([node.firstChild, element, depth + 1]);
  }
  return { body, leftOut };
}

/** A link leads to a place in the page, which a file of the bag has as well, or nowhere. */
function leadTo(link, target, anchors) {
  const place = target.startsWith("#") ? target.slice(1) : "";
  if (HEADING.test(place) || RECORD.test(place)) link.href = target;
  else if (target.startsWith("data/files/") && anchors.has(target)) link.href = `#${anchors.get(target)}`;
}
