// Tells the UI tests that the extension host has registered every contribution.
const vscode = require('vscode');

exports.activate = (context) => {
  const item = vscode.window.createStatusBarItem('ready-probe', vscode.StatusBarAlignment.Right);
  item.text = 'E2E-READY';
  item.show();
  context.subscriptions.push(item);
};
