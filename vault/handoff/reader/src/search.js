// Search in the page: found places are marked by the browser and nothing of the dossier is changed.

import { fold, soundsLike } from "./fold.js";
import { one } from "./dom.js";
import { say } from "./words.js";

const MOST = 5_000;
const CONTEXT = 40;
/** Of fewer sounds too much is alike. */
const FEWEST_SOUNDS = 3;

/** Give the text that is to be seen, in order, and where each node of it begins. */
function visibleText(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, (node) => {
    if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
    return getComputedStyle(node).display === "none" ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
  });
  const nodes = [];
  let text = "";
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === Node.TEXT_NODE) {
      nodes.push({ node, start: text.length });
      text += node.data;
    } else if (getComputedStyle(node).display !== "inline") {
      text += "\n";
    }
  }
  return { nodes, text };
}

/** Find all places of a text, each as start and end and whether it only sounds alike, in their order. */
function placesOf(text, query) {
  const exact = placesBy(fold, text, query, 1);
  const covered = new Set(exact.flatMap(([start, end]) => Array.from({ length: end - start }, (_, at) => start + at)));
  const alike = placesBy(soundsLike, text, query, FEWEST_SOUNDS).filter(([start]) => !covered.has(start));
  return [...exact.map((place) => [...place, false]), ...alike.map((place) => [...place, true])].sort(
    ([one], [other]) => one - other,
  );
}

function placesBy(folding, text, query, fewest) {
  const { folded, starts } = folding(text);
  const wanted = folding(query).folded.trim();
  const found = [];
  if (wanted.length < fewest) return found;
  for (let at = folded.indexOf(wanted); at >= 0 && found.length < MOST; at = folded.indexOf(wanted, at + wanted.length)) {
    found.push([starts[at], starts[at + wanted.length]]);
  }
  return found;
}

function rangeOf(nodes, [start, end]) {
  const inside = (place) => {
    let [low, high] = [0, nodes.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (nodes[middle].start <= place) low = middle;
      else high = middle - 1;
    }
    return nodes[low];
  };
  const range = new Range();
  const [first, last] = [inside(start), inside(end - 1)];
  range.setStart(first.node, Math.min(start - first.start, first.node.length));
  range.setEnd(last.node, Math.min(end - last.start, last.node.length));
  return range;
}

/** Make the search of the page work on what stands below `root`. */
export function searchIn(root) {
  const [field, count, context] = [one("query"), one("found"), one("found-in")];
  let state = { query: null, language: null, places: [], at: -1 };

  function look() {
    const query = field.value;
    const language = document.documentElement.lang;
    if (state.query === query && state.language === language) return false;
    const { nodes, text } = visibleText(root);
    const places = placesOf(text, query);
    state = { query, language, nodes, text, places, at: -1 };
    globalThis.CSS?.highlights?.clear();
    if (globalThis.Highlight) {
      CSS.highlights.set("found", new Highlight(...places.map((place) => rangeOf(nodes, place))));
    }
    return true;
  }

  function go(step) {
    const fresh = look();
    const { places, nodes, text } = state;
    context.replaceChildren();
    if (!state.query.trim()) return void ((count.textContent = ""), delete count.dataset.word);
    if (!places.length) return say(count, "found-none");
    state.at = fresh ? (step < 0 ? places.length - 1 : 0) : (state.at + step + places.length) % places.length;
    const place = places[state.at];
    const range = rangeOf(nodes, place);
    for (let node = range.startContainer; node && node !== root; node = node.parentNode) {
      if (node.localName === "details") node.open = true;
    }
    if (globalThis.Highlight) CSS.highlights.set("here", new Highlight(range));
    else getSelection().setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
    range.startContainer.parentElement.scrollIntoView({ block: "center" });
    say(count, place[2] ? "found-alike" : "found", { at: state.at + 1, count: places.length });
    context.append(text.slice(Math.max(0, place[0] - CONTEXT), place[1] + CONTEXT));
  }

  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    go(event.shiftKey ? -1 : 1);
  });
  field.addEventListener("input", () => {
    if (field.value) return;
    globalThis.CSS?.highlights?.clear();
    go(0);
  });
  one("next").addEventListener("click", () => go(1));
  one("previous").addEventListener("click", () => go(-1));
}
