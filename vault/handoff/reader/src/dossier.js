// The dossier in the page: index.html of the bag is parsed, which runs and fetches nothing, and what is allowed is
// made anew, element by element, from names and texts. Nothing of the parsed document itself is ever put in the page.

const ELEMENTS = new Set(
  (
    "a abbr article aside b bdi blockquote br caption cite code col colgroup dd del details div dl dt em figcaption " +
    "figure footer h1 h2 h3 h4 h5 h6 header hr i ins li mark nav ol p pre q s section small span strong sub summary " +
    "sup table tbody td tfoot th thead time tr u ul"
  ).split(" "),
);
/** What has no text of its own to show: left out without a word. */
const SILENT = new Set(["wbr"]);
const VALUES = {
  class: /^[a-z][a-z0-9 -]{0,200}$/,
  lang: /^[a-zA-Z]{2,8}(?:-[a-zA-Z0-9]{1,8}){0,4}$/,
  dir: /^(?:auto|ltr|rtl)$/,
  scope: /^(?:row|col|rowgroup|colgroup)$/,
  colspan: /^[1-9][0-9]?$/,
  rowspan: /^[1-9][0-9]{0,3}$/,
  start: /^[0-9]{1,6}$/,
  datetime: /^[0-9TZ:.+ -]{1,40}$/,
};
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
  if (source === null) return { body: null, leftOut: 0 };
  // What stands before the dossier has a style of its own, which the policy of this page would complain of.
  const from = source.slice(Math.max(0, source.indexOf('<main id="dossier">')));
  const parsed = new DOMParser().parseFromString(policy ? policy.createHTML(from) : from, "text/html");
  const main = parsed.getElementById("dossier");
  if (!main) return { body: null, leftOut: 0 };
  const ids = new Set(Array.from(main.querySelectorAll("[id]"), (element) => element.id));
  const body = document.createElement("div");
  let leftOut = 0;
  const waiting = [[main.firstChild, body, 0]];
  while (waiting.length) {
    const [node, parent, depth] = waiting.pop();
    if (!node) continue;
    waiting.push([node.nextSibling, parent, depth]);
    if (node.nodeType === Node.TEXT_NODE) parent.append(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE) continue;
    const isAllowed = node.namespaceURI === XHTML && ELEMENTS.has(node.localName) && depth < MAX_DEPTH;
    if (!isAllowed) {
      leftOut += SILENT.has(node.localName) ? 0 : 1;
      continue;
    }
    const element = document.createElement(node.localName);
    copyAttributes(node, element, anchors, ids);
    parent.append(element);
    waiting.push([node.firstChild, element, depth + 1]);
  }
  return { body, leftOut };
}

function copyAttributes(from, to, anchors, ids) {
  for (const [name, form] of Object.entries(VALUES)) {
    const value = from.getAttribute(name);
    if (value !== null && form.test(value)) to.setAttribute(name, value);
  }
  // Ids of the dossier get a beginning of their own, so that none is one of the page.
  if (from.id) to.id = `d-${from.id}`;
  if (from.localName === "details" && from.hasAttribute("open")) to.open = true;
  const target = from.localName === "a" ? from.getAttribute("href") : null;
  if (target === null) return;
  // A link leads inside the page or nowhere.
  if (target.startsWith("#") && ids.has(target.slice(1))) to.href = `#d-${encodeURIComponent(target.slice(1))}`;
  else if (anchors.has(unescaped(target))) to.href = `#${anchors.get(unescaped(target))}`;
}

function unescaped(target) {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}
