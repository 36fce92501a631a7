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

/** A sealed file that waits for its passphrase, and what it is called. */
let waiting = null;
/** Number of the check begun last: only that one may show anything. */
let turn = 0;

async function* pieces(file, mine) {
  for (let at = 0; at < file.size && mine === turn; at += PIECE) yield await bytesOf(file.slice(at, at + PIECE));
}

async function bytesOf(blob) {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    throw new Trouble("unreadable");
  }
}

/** Do a check of what has a name and show what came of it, unless another check was begun meanwhile. */
async function attempt(name, check) {
  const mine = ++turn;
  const progress = one("progress");
  one("result").replaceChildren();
  say(progress, "checking");
  await breathe();
  let shown = false;
  try {
    const found = await check(mine);
    if (mine !== turn) return;
    if (found) show(found);
    shown = found !== null;
  } catch (error) {
    if (mine !== turn) return;
    shown = true;
    const known = error instanceof Trouble;
    trouble(one("result"), known ? error.kind : "failed", known ? error.faults : []);
  }
  if (shown) one("result").prepend(make("p", {}, told("span", "checked"), ": ", make("code", {}, quoted(name))));
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

async function checkFile(file, mine) {
  waiting = null;
  one("form").hidden = true;
  const head = await bytesOf(file.slice(0, 64));
  if (begins(head, "PK\u0003\u0004") || begins(head, "PK\u0005\u0006")) return examineArchive(pieces(file, mine), false);
  if (file.size > MAX_SEALED_BYTES) throw new Trouble("large");
  let sealed;
  if (begins(head, "age-encryption.org/v1")) sealed = await bytesOf(file);
  else if (/\.html?$/i.test(file.name) || begins(head, "<!doctype html>")) sealed = sealedIn(await bytesOf(file));
  else throw new Trouble("not-age");
  if (mine !== turn) return null;
  waiting = [sealed, file.name];
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
  if (!waiting) return;
  const [sealed, name] = waiting;
  const passphrase = tidy(one("passphrase").value);
  void attempt(name, async () => {
    const key = await unlock(sealed.subarray(0, HEAD_BYTES), passphrase);
    return { ...(await examineArchive(unseal(sealed, key, false), false)), sealed: true };
  });
}

function checkFolder(list, mine) {
  waiting = null;
  one("form").hidden = true;
  const files = new Map();
  for (const file of list) {
    const path = file.webkitRelativePath.split("/").slice(1).join("/");
    files.set(path, () => pieces(file, mine));
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
    if (file) void attempt(file.name, (mine) => checkFile(file, mine));
  });
  one("folder").addEventListener("change", () => {
    const { files } = one("folder");
    if (!files.length) return;
    void attempt(files[0].webkitRelativePath.split("/")[0], (mine) => checkFolder(files, mine));
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const [item] = event.dataTransfer.items;
    const folder = item?.webkitGetAsEntry?.();
    if (folder?.isDirectory) return void attempt(folder.name, () => Promise.reject(new Trouble("drop-folder")));
    const [file] = event.dataTransfer.files;
    if (file) void attempt(file.name, (mine) => checkFile(file, mine));
  });
});
