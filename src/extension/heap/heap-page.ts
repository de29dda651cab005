/** The page that the explorer fills. Nothing but our own script and style may run or load in it. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

export function heapPage(webview: vscode.Webview, media: vscode.Uri): string {
  const nonce = randomBytes(18).toString('base64');
  const uri = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(media, file)).toString();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${uri('heap-style.css')}">
<title>Heap</title>
</head>
<body>
<div id="heap"></div>
<script nonce="${nonce}" src="${uri('heap.js')}"></script>
</body>
</html>`;
}
