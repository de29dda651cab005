import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { DayAfterError } from '../engine/errors.ts';
import { inNameOrder } from '../engine/profile/name-order.ts';
import { pack } from '../engine/profile/pack.ts';
import type { Profile } from '../engine/profile/profile.ts';

/**
 * A page that holds the viewer and the profile and loads nothing. The profile lies in it as base64, which can
 * end no element; only our own script and style, named by their hashes, may run.
 */
export function flamePage(profile: Profile, title: string): Buffer {
  const script = viewerFile('flame.js')
    .replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
    .replaceAll('</script', '<\\/script')
    .replaceAll('<!--', '<\\!--');
  const style = `${pageColors}${viewerFile('flame-style.css').replace(/\n\/\*# sourceMappingURL=.*\*\/\s*$/, '\n')}`;
  const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data: blob:; base-uri 'none'; form-action 'none'`;
  const data = gzipSync(pack(inNameOrder(profile)), { level: 6 }).toString('base64');
  return Buffer.concat([
    Buffer.from(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – flame graph</title>
<style>${style}</style>
</head>
<body>
<div id="flame"></div>
<script type="application/octet-stream" id="profile" data-file="${escapeHtml(title)}">`),
    Buffer.from(data),
    Buffer.from(`</script>
<script>${script}</script>
</body>
</html>
`),
  ]);
}

/** The viewer's bundle: beside the command line's, or in the project's dist when run from the sources. */
function viewerFile(name: string): string {
  for (const place of ['./webview/', '../../dist/webview/']) {
    const file = fileURLToPath(new URL(place + name, import.meta.url));
    if (existsSync(file)) return readFileSync(file, 'utf8');
  }
  throw new DayAfterError(
    'FILE_NOT_FOUND',
    `the viewer (${name}) is not installed`,
    'npm run build makes it.',
  );
}

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** What VS Code's themes give, for a page of its own: its default light and dark colours. */
const pageColors = `:root {
  --vscode-foreground: #3b3b3b;
  --vscode-descriptionForeground: #686868;
  --vscode-disabledForeground: #8a8a8a;
  --vscode-editor-background: #ffffff;
  --vscode-editor-foreground: #3b3b3b;
  --vscode-editor-font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
  --vscode-panel-border: #e5e5e5;
  --vscode-focusBorder: #005fb8;
  --vscode-button-foreground: #ffffff;
  --vscode-button-background: #005fb8;
  --vscode-button-secondaryForeground: #3b3b3b;
  --vscode-button-secondaryBackground: #e5e5e5;
  --vscode-button-secondaryHoverBackground: #cccccc;
  --vscode-input-foreground: #3b3b3b;
  --vscode-input-background: #ffffff;
  --vscode-input-border: #cecece;
  --vscode-dropdown-foreground: #3b3b3b;
  --vscode-dropdown-background: #ffffff;
  --vscode-dropdown-border: #cecece;
  --vscode-badge-foreground: #3b3b3b;
  --vscode-badge-background: #cccccc;
  --vscode-list-hoverBackground: #f2f2f2;
  --vscode-list-activeSelectionForeground: #000000;
  --vscode-list-activeSelectionBackground: #e8e8e8;
  --vscode-editorHoverWidget-foreground: #3b3b3b;
  --vscode-editorHoverWidget-background: #f8f8f8;
  --vscode-editorHoverWidget-border: #c8c8c8;
  --vscode-textLink-foreground: #005fb8;
  --vscode-charts-red: #e51400;
  --vscode-charts-blue: #1a85ff;
  --vscode-charts-yellow: #bf8803;
  --vscode-charts-orange: #d18616;
  --vscode-charts-green: #388a34;
  --vscode-charts-purple: #652d90;
  --vscode-terminal-ansiMagenta: #bc05bc;
  --vscode-terminal-ansiCyan: #0598bc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --vscode-foreground: #cccccc;
    --vscode-descriptionForeground: #9d9d9d;
    --vscode-editor-background: #1f1f1f;
    --vscode-editor-foreground: #cccccc;
    --vscode-panel-border: #2b2b2b;
    --vscode-focusBorder: #0078d4;
    --vscode-button-background: #0078d4;
    --vscode-button-secondaryForeground: #cccccc;
    --vscode-button-secondaryBackground: #313131;
    --vscode-button-secondaryHoverBackground: #3c3c3c;
    --vscode-input-foreground: #cccccc;
    --vscode-input-background: #313131;
    --vscode-input-border: #3c3c3c;
    --vscode-dropdown-foreground: #cccccc;
    --vscode-dropdown-background: #313131;
    --vscode-dropdown-border: #3c3c3c;
    --vscode-badge-foreground: #f8f8f8;
    --vscode-badge-background: #616161;
    --vscode-list-hoverBackground: #2a2d2e;
    --vscode-list-activeSelectionForeground: #ffffff;
    --vscode-list-activeSelectionBackground: #04395e;
    --vscode-editorHoverWidget-foreground: #cccccc;
    --vscode-editorHoverWidget-background: #202020;
    --vscode-editorHoverWidget-border: #454545;
    --vscode-textLink-foreground: #4daafc;
    --vscode-charts-red: #f14c4c;
    --vscode-charts-blue: #3794ff;
    --vscode-charts-yellow: #cca700;
    --vscode-charts-green: #89d185;
    --vscode-charts-purple: #b180d7;
    --vscode-terminal-ansiMagenta: #bc3fbc;
    --vscode-terminal-ansiCyan: #11a8cd;
  }
}
`;
