// Which paths a bag may have: docs/bundle.md §Names.

import { encode } from "./bytes.js";

const MAX_PATH_BYTES = 1_000;
const MAX_PART_BYTES = 150;
const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[1-9¹²³])$/;

function isSafePart(part) {
  const dot = part.lastIndexOf(".");
  const stem = dot < 0 ? part : part.slice(0, dot);
  return (
    part !== "" &&
    part === part.normalize("NFC") &&
    !/[\p{C}<>:"/\\|?*]/u.test(part) &&
    !/^[ .]|[ .]$| {2}/.test(part) &&
    !/[^\S ]/u.test(part) &&
    !/^[ .]|[ .]$/.test(stem) &&
    encode(part).length <= MAX_PART_BYTES &&
    !RESERVED.test(folded(stem.split(".")[0]).trimEnd())
  );
}

const lowered = (text) => text.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ");
/** As Unicode folds case: there ı is a letter of its own, although its capital is that of i. */
const folded = (text) => text.normalize("NFKC").split("ı").map(lowered).join("ı").normalize("NFKC");

/** The paths of one bag, taken one after another; each must be safe and clash with none before it. */
export class Places {
  #taken = new Map();

  faultOf(path) {
    const parts = path.split("/");
    if (encode(path).length > MAX_PATH_BYTES || !parts.every(isSafePart)) return "unsafe";
    for (let count = 1; count <= parts.length; count++) {
      const place = (count === parts.length ? "f" : "d") + parts.slice(0, count).join("/");
      const key = folded(place.slice(1));
      // One spelling for each folder and file on systems that do not tell case or width apart, and none is both.
      if ((this.#taken.get(key) ?? place) !== place) return "clash";
      this.#taken.set(key, place);
    }
    return null;
  }
}
