// The fixed page that checks a bundle: an archive, a folder, or a file sealed by a passphrase.

import { sha256 } from "@noble/hashes/sha2.js";
import { examineArchive, examineFolder } from "./bag.js";
import { breathe, decode, hex, unbase64 } from "./bytes.js";
import { make, one, quoted, told } from "./dom.js";
import { signer, trouble } from "./report.js";
import { HEAD_BYTES, tidy, unlock, unseal } from "./seal.js";
import { Trouble } from "./trouble.js";
import { languageSwitch, say } from "./words.js";

const PIECE = 1 << 20;
const MAX_SEALED_BYTES = 64 << 20;
const MOST = 500;
/** What stands around the sealed file in a page: length and SHA-256, written here when the pages are built. */
const [BEFORE, AFTER] = READER_PAGE;

let waiting = null;

async function* pieces(file) {
  for (let at = 0; at < file.size; at += PIECE) yield await bytesOf(file.slice(at, at + PIECE));
}

async function bytesOf(blob) {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    throw new Trouble("unreadable");
  }
}

/** Do a check and show what came of it. */
async function attempt(check) {
  const progress = one("progress");
  one("result").replaceChildren();
  say(progress, "checking");
  await breathe();
  try {
    const found = await check();
    if (found) show(found);
  } catch (error) {
    const known = error instanceof Trouble;
    trouble(one("result"), known ? error.kind : "failed", known ? error.faults : []);
  }
  delete progress.dataset.word;
  progress.textContent = "";
}

function show({ sealed, ...found }) {
  const heading = signer(one("result"), found, sealed);
  const rows = [...found.manifest.files]
    .slice(0, MOST)
    .map(([path, { length }]) =>
      make("li", {}, make("code", {}, quoted(path)), " ", told("span", "bytes", { count: length }, { className: "size" })),
    );
  if (found.manifest.files.size > MOST) rows.push(make("li", {}, `+ ${found.manifest.files.size - MOST}`));
  one("result").append(make("details", {}, told("summary", "file-list"), make("ul", { className: "files" }, ...rows)));
  heading.focus();
}

const begins = (bytes, text) => decode(bytes.subarray(0, text.length)) === text;

async function checkFile(file) {
  waiting = null;
  one("form").hidden = true;
  const head = await bytesOf(file.slice(0, 64));
  if (begins(head, "PK\u0003\u0004") || begins(head, "PK\u0005\u0006")) return examineArchive(pieces(file), false);
  if (file.size > MAX_SEALED_BYTES) throw new Trouble("large");
  if (begins(head, "age-encryption.org/v1")) waiting = await bytesOf(file);
  else if (/\.html?$/i.test(file.name) || begins(head, "<!doctype html>")) waiting = sealedIn(await bytesOf(file));
  else throw new Trouble("not-age");
  one("form").hidden = false;
  one("passphrase").focus();
  return null;
}

/** Take the sealed file out of a self-opening page, and refuse a page that is not the known one around it. */
function sealedIn(page) {
  const isKnown = ([length, digest], part) => part.length === length && hex(sha256(part)) === digest;
  const end = page.length - AFTER[0];
  if (!isKnown(BEFORE, page.subarray(0, BEFORE[0]))) throw new Trouble("page-altered");
  if (!isKnown(AFTER, page.subarray(Math.max(0, end)))) throw new Trouble("cut");
  const sealed = unbase64(decode(page.subarray(BEFORE[0], end)) ?? "-");
  if (!sealed) throw new Trouble("damaged");
  return sealed;
}

function checkSealed(event) {
  event.preventDefault();
  const sealed = waiting;
  const passphrase = tidy(one("passphrase").value);
  void attempt(async () => {
    const key = await unlock(sealed.subarray(0, HEAD_BYTES), passphrase);
    return { ...(await examineArchive(unseal(sealed, key, false), false)), sealed: true };
  });
}

function checkFolder(list) {
  waiting = null;
  one("form").hidden = true;
  const files = new Map();
  for (const file of list) {
    const path = file.webkitRelativePath.split("/").slice(1).join("/");
    files.set(path, () => pieces(file));
  }
  return examineFolder(files);
}

one("still").remove();
document.addEventListener("DOMContentLoaded", () => {
  languageSwitch(one("languages"));
  one("app").hidden = false;
  one("form").addEventListener("submit", checkSealed);
  one("show").addEventListener("change", () => {
    one("passphrase").type = one("show").checked ? "text" : "password";
  });
  one("file").addEventListener("change", () => {
    const [file] = one("file").files;
    if (file) void attempt(() => checkFile(file));
  });
  one("folder").addEventListener("change", () => {
    const { files } = one("folder");
    if (files.length) void attempt(() => checkFolder(files));
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const [item] = event.dataTransfer.items;
    if (item?.webkitGetAsEntry?.()?.isDirectory) return trouble(one("result"), "drop-folder");
    const [file] = event.dataTransfer.files;
    if (file) void attempt(() => checkFile(file));
  });
});
