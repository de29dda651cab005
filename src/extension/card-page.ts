/** The page that the info card's script fills. Nothing but our own script and style may run or load in it. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

export function cardPage(webview: vscode.Webview, media: vscode.Uri): string {
  const nonce = randomBytes(18).toString('base64');
  const uri = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(media, file)).toString();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}; font-src ${webview.cspSource}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${uri('info-card-style.css')}">
<title>Dump</title>
</head>
<body>
<main id="card" aria-live="polite" aria-busy="true"><p class="loading">Reading the dump…</p></main>
<script nonce="${nonce}" src="${uri('info-card.js')}"></script>
</body>
</html>`;
}
