// Text as it is searched: case, marks and forms of letters do not count; and once more by sound, where the script
// does not count either. `starts` tells for each folded character, and for the end, where it stood in the text.

import { SOUNDS } from "./sounds.js";

const MARKS = /[\p{Mn}\p{Me}\p{Cf}\u0640]/u;
const PAIRS = { sh: "S", ch: "C", zh: "Z", kh: "x", gh: "G", ng: "N", ts: "c", dj: "J", dz: "z" };
/** Sounds that people write for one another. */
const MERGED = {
  A: "a", e: "i", y: "i", j: "i", I: "i", o: "u", w: "u", O: "u", U: "u",
  k: "q", c: "s", x: "h", G: "g", N: "n", J: "Z",
};

/** Fold letters to their plain forms. */
export function fold(text) {
  return folding(text, (sign) => (sign > "\u007f" ? sign.toUpperCase() : sign).toLowerCase());
}

/** Fold a text roughly to how it sounds, in Latin, Cyrillic or Arabic letters. */
export function soundsLike(text) {
  return merge(folding(text, (sign) => SOUNDS[sign.toLowerCase()] ?? sign.toLowerCase()));
}

function folding(text, turn) {
  let folded = "";
  const starts = [];
  let at = 0;
  for (const sign of text) {
    const parts = turn(sign);
    for (const part of sign > "\u007f" ? parts.normalize("NFKD") : parts) {
      if (part > "\u007f" && MARKS.test(part)) continue;
      const kept = /\s/.test(part) ? " " : part;
      if (kept === " " && folded.endsWith(" ")) continue;
      folded += kept;
      while (starts.length < folded.length) starts.push(at);
    }
    at += sign.length;
  }
  starts.push(at);
  return { folded, starts };
}

function merge({ folded, starts }) {
  let merged = "";
  const places = [];
  for (let at = 0; at < folded.length; at++) {
    const pair = PAIRS[folded.slice(at, at + 2)];
    const sound = pair ?? folded[at];
    const plain = MERGED[sound] ?? sound;
    if (plain !== merged.at(-1)) {
      merged += plain;
      places.push(starts[at]);
    }
    if (pair) at++;
  }
  places.push(starts[folded.length]);
  return { folded: merged, starts: places };
}
