import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes what the packed extension has beside its code: the licences of the packages that are in the bundles, and
 * README without its pictures, which VS Code does not load from an extension's own folder.
 * @param {string} root the project's folder
 * @param {readonly string[]} inputs paths of all files that were bundled, relative to it
 */
export function writePackageTexts(root, inputs) {
  const packages = new Set(
    inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []),
  );
  const notices = [...packages].sort().map((folder) => noticeOf(join(root, folder)));
  const title = 'Day After contains code of these packages.\n';
  writeFileSync(
    join(root, 'dist/ThirdPartyNotices.txt'),
    [title, ...notices].join(`\n${'-'.repeat(80)}\n\n`),
  );
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  writeFileSync(join(root, 'dist/README.md'), withoutPictures(readme));
}

/** @param {string} folder */
function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${version}\n\n${text}\n`;
}

/** Without lines that are pictures, and tables that have some. @param {string} markdown */
function withoutPictures(markdown) {
  const isPicture = (/** @type {string} */ text) => /<img |!\[/.test(text);
  return markdown
    .split('\n\n')
    .filter((block) => !isPicture(block) || /^#|<h1/m.test(block))
    .map((block) =>
      block
        .split('\n')
        .filter((line) => !isPicture(line))
        .join('\n'),
    )
    .join('\n\n');
}
