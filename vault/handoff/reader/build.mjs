// Build reader.html and verify.html from src/: one script and one style each, named by their hashes in the page's CSP.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

process.chdir(fileURLToPath(new URL(".", import.meta.url)));
const target = process.argv[2] ?? ".";
// The dossier looks as it does in index.html.
const styles = ["../../render/dossier.css", "src/style.css"].map((path) => readFileSync(path, "utf8")).join("\n");
const sha256 = (text, form) => createHash("sha256").update(text).digest(form);

const policyOf = (script, style) =>
  [
    "default-src 'none'",
    `script-src 'sha256-${sha256(script, "base64")}'`,
    `style-src 'sha256-${sha256(style, "base64")}'`,
    "img-src blob:",
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types dossier",
  ].join("; ");

async function make(name, define = {}) {
  const bundled = await build({
    entryPoints: [`src/${name}.js`],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    target: ["chrome120", "firefox128", "safari17"],
    charset: "utf8",
    legalComments: "none",
    loader: { ".txt": "text" },
    define,
  });
  const script = bundled.outputFiles[0].text.trim();
  if (/<\/script|<!--/i.test(script)) throw new Error("the script would end before its end");
  const { code } = await transform(styles, { loader: "css", minify: true, target: ["chrome100"] });
  const style = code.trim();
  const licences = readFileSync("LICENSES.txt", "utf8").trim();
  if (licences.includes("--")) throw new Error("the licences would end their comment");
  const filled = { csp: policyOf(script, style), script, style, sealed: "" };
  const page = readFileSync(`src/${name}.html`, "utf8")
    .replace(/\{(csp|style|script|sealed)\}/g, (_, part) => filled[part])
    .replace("<!doctype html>\n", () => `<!doctype html>\n<!--\n${licences}\n-->\n`);
  writeFileSync(`${target}/${name}.html`, page);
  return page;
}

const page = await make("reader");
const mark = '<script type="application/vnd.age" id="sealed">';
const at = Buffer.byteLength(page.slice(0, page.lastIndexOf(mark) + mark.length));
const bytes = Buffer.from(page);
const around = [bytes.subarray(0, at), bytes.subarray(at)].map((part) => [part.length, sha256(part, "hex")]);
await make("verify", { READER_PAGE: JSON.stringify(around) });
