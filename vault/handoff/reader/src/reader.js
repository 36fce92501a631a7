// The self-opening page: unseal, check everything, and only then show anything.

import { examineArchive } from "./bag.js";
import { breathe, decode, join, unbase64 } from "./bytes.js";
import { make, one, quoted, saver, told, visible } from "./dom.js";
import { rebuild } from "./dossier.js";
import { signer, trouble } from "./report.js";
import { HEAD_BYTES, tidy, unlock, unseal } from "./seal.js";
import { searchIn } from "./search.js";
import { Trouble } from "./trouble.js";
import { languageSwitch, say } from "./words.js";

const MAX_SEALED_BYTES = 26 << 20;
const IMAGES = [
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
  ["image/webp", [0x52, 0x49, 0x46, 0x46, -1, -1, -1, -1, 0x57, 0x45, 0x42, 0x50]],
];

let text = null;

/** Take the sealed file out of the page, once, as base64. */
function take() {
  if (text !== null) return text;
  if (!one("end")) throw new Trouble("cut");
  const found = one("sealed").textContent;
  if (!found) throw new Trouble("empty");
  if (found.length > (MAX_SEALED_BYTES / 3) * 4) throw new Trouble("large");
  one("sealed").remove();
  text = found;
  return text;
}

function decoded(part) {
  const bytes = unbase64(part);
  if (!bytes) throw new Trouble("damaged");
  return bytes;
}

/**
 * Ask for memory and do not touch it: it costs nothing, and a browser that counts first throws away the 256 MiB that
 * the passphrase took, which would else lie there until long after the bundle is open.
 */
function release() {
  try {
    new ArrayBuffer(256 << 20);
  } catch {
    // None to be had: then the browser has looked for what it can throw away.
  }
}

async function open(event) {
  event.preventDefault();
  const [button, field, progress] = [one("open"), one("passphrase"), one("progress")];
  if (button.disabled) return;
  button.disabled = true;
  one("wrong").replaceChildren();
  say(progress, "working");
  await breathe();
  try {
    const key = await unlock(decoded(take().slice(0, (HEAD_BYTES / 3) * 4)), tidy(field.value));
    say(progress, "checking");
    release();
    await breathe();
    const bytes = decoded(take());
    const archive = [];
    const opened = await examineArchive(keeping(unseal(bytes, key, true), archive), true);
    field.value = "";
    show(opened, bytes, archive);
  } catch (error) {
    const known = error instanceof Trouble;
    trouble(one("wrong"), known ? error.kind : "failed", known ? error.faults : []);
    if (known && error.kind === "passphrase") field.select();
    field.focus();
  }
  delete progress.dataset.word;
  progress.textContent = "";
  button.disabled = false;
}

async function* keeping(pieces, kept) {
  for await (const piece of pieces) {
    kept.push(piece);
    yield piece;
  }
}

function show(opened, bytes, archive) {
  const heading = signer(one("signer"), opened, true);
  const anchors = listFiles(opened);
  const source = opened.contents.get("index.html");
  const { body, leftOut } = rebuild(source ? decode(join(source)) : null, anchors);
  const dossier = one("dossier");
  if (body) dossier.append(body);
  else dossier.append(told("p", "no-dossier"));
  if (leftOut) one("sent").before(told("p", "left-out", { count: leftOut }, { className: "trouble" }));
  const name = `bundle-${opened.manifest.bundle.slice(0, 8)}`;
  for (const [kind, pieces] of [["age", [bytes]], ["zip", archive]]) {
    const save = saver(pieces, `${name}.${kind}`);
    save.id = `save-${kind}`;
    say(save, save.id);
    one(kind).replaceChildren(save);
  }
  one("print").addEventListener("click", () => print());
  one("lock").remove();
  text = null;
  one("opened").hidden = false;
  searchIn(dossier);
  heading.focus();
}

/** List every file of the bag; give where each stands in the page, by its path. */
function listFiles({ seen, contents }) {
  const anchors = new Map();
  for (const [path, { length }] of seen) {
    const id = `file-${anchors.size + 1}`;
    anchors.set(path, id);
    const pieces = contents.get(path);
    const link = saver(pieces, path.split("/").at(-1));
    link.append(told("span", "save", { name: visible(path.split("/").at(-1)) }));
    const row = make("li", { id, tabIndex: -1 }, make("code", {}, quoted(path)), " ");
    row.append(make("span", { className: "size" }, told("span", "bytes", { count: length })), " ", link);
    const type = path.startsWith("data/files/") && imageType(pieces);
    if (type) {
      const image = make("img", { loading: "lazy", decoding: "async" });
      image.alt = visible(path.split("/").at(-1));
      image.src = URL.createObjectURL(new Blob(pieces, { type }));
      row.append(image);
    }
    one(path.startsWith("data/files/") ? "attachments" : "others").append(row);
  }
  return anchors;
}

function imageType(pieces) {
  const head = pieces[0] ?? [];
  return IMAGES.find(([, marks]) => marks.every((mark, at) => mark < 0 || head[at] === mark))?.[0];
}

one("still").remove();
document.addEventListener("DOMContentLoaded", () => {
  languageSwitch(one("languages"));
  one("lock").hidden = false;
  one("form").addEventListener("submit", open);
  one("show").addEventListener("change", () => {
    one("passphrase").type = one("show").checked ? "text" : "password";
  });
  if (!one("end")) trouble(one("wrong"), "cut");
  else if (!one("sealed").textContent) trouble(one("wrong"), "empty");
  else one("passphrase").focus();
});
