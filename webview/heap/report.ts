/** The leak report as text that leaves the editor: Markdown for an issue, and one HTML file. */
import type { PathStep, Suspect } from '../../src/heap-process/protocol.ts';

/** The path as one line of code: `global app.router.stack[3]`. */
export function pathText(path: readonly PathStep[]): string {
  return path.map(({ edge, node }) => (edge === '' ? node.name : ` → ${edge} (${node.name})`)).join('');
}

export function suspectMarkdown(suspect: Suspect): string {
  const lines = [
    `### ${escapeMarkdown(suspect.title)}`,
    '',
    escapeMarkdown(suspect.explanation),
    '',
    ...suspect.evidence.map((text) => `- ${escapeMarkdown(text)}`),
    '',
    fenced(
      suspect.path
        .map(({ edge, node }) => `${edge === '' ? '' : `${edge} → `}${node.name} @${node.id}`)
        .join('\n'),
    ),
    '',
    ...suspect.caveats.map((text) => `_${escapeMarkdown(text)}_`),
  ];
  return `${lines.join('\n').trim()}\n`;
}

/** Characters that Markdown or HTML in it would take for more than text. */
function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|~!&@]/g, '\\$&');
}

/** A fence longer than any that the text holds. */
function fenced(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}\n${text}\n${fence}`;
}

/** A page that holds all that it needs and runs no script. */
export function reportPage(file: string, suspects: readonly Suspect[]): string {
  const sections = suspects.map(
    (suspect, i) => `<section>
<h2>${i + 1}. ${escapeHtml(suspect.title)}</h2>
<p>${escapeHtml(suspect.explanation)}</p>
<ul>${suspect.evidence.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>
<ol>${suspect.path.map(({ edge, node }) => `<li><code>${escapeHtml(edge)}</code> ${escapeHtml(node.name)} <small>@${node.id}</small></li>`).join('')}</ol>
${suspect.caveats.map((text) => `<p><small>${escapeHtml(text)}</small></p>`).join('')}
</section>`,
  );
  const style =
    ':root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em}' +
    'h1,h2,li,p{overflow-wrap:anywhere}code{font-family:ui-monospace,monospace}';
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Leak suspects</title>
<style>${style}</style>
</head>
<body>
<h1>Leak suspects</h1>
<p>${escapeHtml(file)}</p>
${sections.join('\n') || '<p>Nothing large gathers in one place.</p>'}
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
