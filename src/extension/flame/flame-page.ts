/** The page that the viewer fills. Nothing but our own script and style may run or load in it. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

export function flamePage(webview: vscode.Webview, media: vscode.Uri): string {
  const nonce = randomBytes(18).toString('base64');
  const uri = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(media, file)).toString();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${uri('flame-style.css')}">
<title>Flame graph</title>
</head>
<body>
<div id="flame"></div>
<script nonce="${nonce}" src="${uri('flame.js')}"></script>
</body>
</html>`;
}
