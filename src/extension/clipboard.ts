/** What can be copied out of a dead process. */
import * as vscode from 'vscode';
import type { Sessions } from './sessions.ts';

/** What VS Code hands to commands in the VARIABLES view's context menu. */
interface VariableContext {
  readonly sessionId?: string;
  readonly variable?: { readonly evaluateName?: string };
}

/** What VS Code hands to commands in the CALL STACK view's context menu: "thread:<session>:<id>" as threadId. */
interface CallStackContext {
  readonly sessionId?: string;
  readonly threadId?: string | number;
}

/** Copies one thread's stack where a thread or frame was chosen, else every thread's. */
export async function copyStackAsMarkdown(sessions: Sessions, context?: CallStackContext): Promise<void> {
  const session = sessions.find(context?.sessionId);
  if (!session) return;
  const threadId = /(\d+)$/.exec(String(context?.threadId ?? ''))?.[1];
  const args = threadId === undefined ? {} : { threadId: Number(threadId) };
  const { text } = (await session.customRequest('dayafter/stackMarkdown', args)) as { text: string };
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage('Stack copied as Markdown', 3000);
}

/** Copies a value as JavaScript source: the chosen variable's, or of the expression that is selected. */
export async function copyValueAsExpression(sessions: Sessions, context?: VariableContext): Promise<void> {
  const session = sessions.find(context?.sessionId);
  if (!session) return;
  const expression = context?.variable?.evaluateName ?? selectedExpression() ?? (await askForExpression());
  if (expression === undefined || expression === '') return;
  try {
    const frameId = activeFrame(session);
    const { result } = (await session.customRequest('evaluate', {
      expression,
      context: 'clipboard',
      ...(frameId === undefined ? {} : { frameId }),
    })) as { result: string };
    await vscode.env.clipboard.writeText(result);
    vscode.window.setStatusBarMessage(`Value of ${expression} copied`, 3000);
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
}

function activeFrame(session: vscode.DebugSession): number | undefined {
  const item = vscode.debug.activeStackItem;
  return item instanceof vscode.DebugStackFrame && item.session.id === session.id ? item.frameId : undefined;
}

function selectedExpression(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const range = editor.selection.isEmpty
    ? editor.document.getWordRangeAtPosition(editor.selection.active)
    : editor.selection;
  return range && editor.document.getText(range);
}

async function askForExpression(): Promise<string | undefined> {
  return vscode.window.showInputBox({
    title: 'Copy value as JavaScript',
    prompt: 'A variable, a path or 0x…',
  });
}
