// The few ways in which these pages make elements: text is only ever text.

import { say } from "./words.js";

export const one = (id) => document.getElementById(id);

/** Make an element with properties and children. */
export function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** Make an element whose text is a word of the page and follows the language. */
export function told(name, key, filled = {}, properties = {}) {
  const element = make(name, properties);
  say(element, key, filled);
  return element;
}

/** Show untrusted text, a path for example, so that it cannot turn round what stands beside it. */
export const quoted = (text) => make("bdi", { dir: "auto" }, visible(text));

/** Write out the characters of a name that nobody sees, or that turn others round. */
export const visible = (text) =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0).toString(16)}}`);

/** Offer bytes to be saved; as plain bytes, so that no browser shows them instead. */
export function saver(pieces, name) {
  const link = make("a", { download: name });
  link.href = URL.createObjectURL(new Blob(pieces, { type: "application/octet-stream" }));
  return link;
}
