/** The page that a view's script fills. Nothing but our own script and style may run or load in it. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The script `<name>.js` and style `<name>-style.css` of `media` on a page; `body` is markup of our own. */
export function webviewPage(
  webview: vscode.Webview,
  media: vscode.Uri,
  { name, title, body }: { readonly name: string; readonly title: string; readonly body: string },
): string {
  const nonce = randomBytes(18).toString('base64');
  const uri = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(media, file)).toString();
  const own = webview.cspSource;
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${own}; font-src ${own}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${uri(`${name}-style.css`)}">
<title>${title}</title>
</head>
<body>
${body}
<script nonce="${nonce}" src="${uri(`${name}.js`)}"></script>
</body>
</html>`;
}
