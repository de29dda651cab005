import type { NodeInfo } from '../engine/analyses/describe.ts';
import type { PathStep } from '../engine/analyses/paths.ts';
import { bytes, type Paint, plain } from './output.ts';

/** A node in one line: `Map @123  retained 12.3 MB`. */
export function nodeText(node: NodeInfo, paint: Paint): string {
  const name = node.type.includes('string') ? JSON.stringify(node.name) : node.name;
  const detail = node.detail ? paint('dim', ` ${plain(node.detail)}`) : '';
  return `${paint('cyan', plain(short(name)))} ${paint('dim', `@${node.id}`)}${detail}  ${bytes(node.retainedSize)}`;
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** A path, a step a line. */
export function pathText(path: readonly PathStep[], paint: Paint, indent = '  '): string {
  return path
    .map(
      (step) =>
        `${indent}${step.edge ? `${paint('bold', plain(short(step.edge)))} → ` : ''}${nodeText(step.node, paint)}\n`,
    )
    .join('');
}
