/** What is asked of a heap snapshot: one stopped thread, whose one frame has the scopes Globals and Suspects. */
import { stat } from 'node:fs/promises';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { baseName, localCandidates } from '../../configuration/paths.ts';
import { isAbsent } from '../../engine/absence.ts';
import type { Suspect } from '../../engine/analyses/leaks/suspects.ts';
import { DayAfterError } from '../../engine/errors.ts';
import { evaluateAsync } from '../../engine/evaluate/evaluate.ts';
import { MadeInspector } from '../../engine/evaluate/made-inspector.ts';
import { globalObject, withNodeNames } from '../../engine/heap-values/environment.ts';
import { nodeValue } from '../../engine/heap-values/node-value.ts';
import { internalProperty } from '../../engine/heap-values/properties.ts';
import type { Property, Value } from '../../engine/v8/inspect.ts';
import { completionsIn } from '../completions.ts';
import { AdapterError } from '../errors.ts';
import { deadlineOf } from '../evaluate.ts';
import { escaped } from '../markdown.ts';
import { printable } from '../printable.ts';
import { memberExpression, show, variables } from '../variables.ts';
import type { HeapTarget } from './heap-target.ts';
import { formatBytes } from './sizes.ts';

const THREAD = 1;
const FRAME = 1;
/** Nodes from which on suspects are looked for only once their scope is opened. */
const LARGE = 3_000_000;

type Handlers = Readonly<Record<string, (args: never) => unknown>>;

export function heapHandlers(target: HeapTarget): Handlers {
  const none = (what: string) => () => {
    throw new DayAfterError('NOT_APPLICABLE', `a heap snapshot holds no ${what}`);
  };
  return {
    threads: () => ({ threads: [{ id: THREAD, name: 'heap snapshot' }] }),
    stackTrace: (args: DebugProtocol.StackTraceArguments) => stackTrace(target, args),
    scopes: (args: DebugProtocol.ScopesArguments) => scopes(target, args),
    variables: (args: DebugProtocol.VariablesArguments) => variables(target, args),
    completions: (args: DebugProtocol.CompletionsArguments) => completions(target, args),
    locations: (args: DebugProtocol.LocationsArguments) => location(target, args),
    exceptionInfo: none('exception'),
    readMemory: none('memory'),
    source: none('source texts'),
    loadedSources: () => ({ sources: [] }),
    modules: () => ({ modules: [], totalModules: 0 }),
    'dayafter/stackMarkdown': () => ({ text: markdown(target) }),
  };
}

export function heapStopped(target: HeapTarget): DebugProtocol.StoppedEvent['body'] {
  return {
    reason: 'pause',
    description: 'Heap snapshot',
    text: heapText(target),
    threadId: THREAD,
    preserveFocusHint: false,
    allThreadsStopped: true,
  };
}

/** What the console says first. */
export function heapText({ heap, configuration }: HeapTarget): string {
  const { nodeCount, gaps } = heap.graph;
  const lines = [
    `${baseName(configuration.dump)}: ${formatBytes(heap.totalSize)} in ${nodeCount.toLocaleString('en')} nodes`,
    ...gaps.map((gap) => `Note: ${gap}`),
  ];
  return printable(lines.join('\n'));
}

function stackTrace(
  target: HeapTarget,
  args: DebugProtocol.StackTraceArguments,
): DebugProtocol.StackTraceResponse['body'] {
  if (args.threadId !== THREAD)
    throw new DayAfterError('NO_SUCH_THREAD', `There is no thread ${args.threadId} in this dump.`);
  const frame: DebugProtocol.StackFrame = {
    id: FRAME,
    name: baseName(target.configuration.dump),
    line: 0,
    column: 0,
  };
  const isAsked = (args.startFrame ?? 0) === 0;
  return { stackFrames: isAsked ? [frame] : [], totalFrames: 1 };
}

function scopes(
  target: HeapTarget,
  args: DebugProtocol.ScopesArguments,
): DebugProtocol.ScopesResponse['body'] {
  checkFrame(args.frameId);
  const { inspector, heap, containers } = target;
  const node = globalObject(heap);
  const globals: DebugProtocol.Scope = {
    name: 'Globals',
    expensive: false,
    variablesReference:
      node === null
        ? containers.add({
            kind: 'properties',
            inspector,
            properties: [],
            note: 'This snapshot names no global object.',
          })
        : containers.add({ kind: 'value', inspector, value: nodeValue(node), path: 'globalThis' }),
  };
  const suspects: DebugProtocol.Scope = {
    name: 'Suspects',
    expensive: heap.graph.nodeCount > LARGE,
    variablesReference: containers.add({ kind: 'rows', rows: () => suspectRows(target) }),
  };
  return { scopes: [globals, suspects] };
}

function checkFrame(frameId: number | undefined): void {
  if (frameId !== undefined && frameId !== FRAME)
    throw new AdapterError('NO_SUCH_REFERENCE', `There is no reference ${frameId}.`);
}

function suspectRows(target: HeapTarget): DebugProtocol.Variable[] {
  const { suspects, containers, inspector } = target;
  if (suspects.length === 0)
    return [{ name: 'note', value: 'Nothing large gathers anywhere in this heap.', variablesReference: 0 }];
  return suspects.map((suspect, i) => {
    const properties = suspectProperties(target, suspect);
    const value = nodeOfId(target, suspect.accumulationPoint.id);
    const shown: DebugProtocol.Variable = {
      name: `${i + 1}. ${suspect.expression}`,
      value: printable(suspect.title),
      type: suspect.kind,
      variablesReference: containers.add({ kind: 'properties', inspector, properties }),
      presentationHint: { kind: 'virtual', attributes: ['readOnly'] },
    };
    const reference = value && inspector.reference(value);
    if (reference !== undefined) shown.evaluateName = reference;
    if (suspect.source !== null && suspect.line !== null)
      shown.valueLocationReference = target.locations.add({
        url: suspect.source,
        line: suspect.line,
        column: suspect.column ?? 1,
      });
    return shown;
  });
}

function nodeOfId({ heap }: HeapTarget, id: number): Value | undefined {
  const node = heap.nodeOfId(id);
  return node === null ? undefined : nodeValue(node);
}

function suspectProperties(target: HeapTarget, suspect: Suspect): Property[] {
  const plain = (name: string, primitive: string | number | null): Property =>
    internalProperty(name, { kind: 'synthetic', primitive });
  const point = nodeOfId(target, suspect.accumulationPoint.id);
  return [
    ...(point ? [internalProperty(suspect.expression, point)] : []),
    plain('explanation', suspect.explanation),
    plain('kind', suspect.kind),
    plain('retainedSize', suspect.retainedSize),
    plain('share', suspect.share),
    plain('count', suspect.count),
    plain('source', suspect.source),
    plain('line', suspect.line),
    ...suspect.evidence.map((text, i) => plain(`evidence ${i + 1}`, text)),
    ...suspect.caveats.map((text, i) => plain(`caveat ${i + 1}`, text)),
  ];
}

/** `evaluate`: a path from a global, from a variable of a scope, or from an object's id (`@123`). */
export async function evaluateInHeap(
  target: HeapTarget,
  args: DebugProtocol.EvaluateArguments,
  signal: AbortSignal,
): Promise<DebugProtocol.EvaluateResponse['body']> {
  checkFrame(args.frameId);
  const expression = args.expression.trim();
  if (expression === '') throw new DayAfterError('BAD_EXPRESSION', 'The expression is empty.');
  const limits = { deadlineMs: deadlineOf(args.context), signal };
  const value = await evaluateAsync(withNodeNames(expression), { ...target.environment, limits });
  const inspector = new MadeInspector(target.inspector);
  const preview = inspector.preview(value);
  if (isAbsent(preview) && args.context === 'hover')
    throw new DayAfterError('NO_SUCH_OBJECT', `${expression}: ${preview.reason}`);
  const path = memberExpression(undefined, expression) ?? pathOf(expression);
  const { value: result, ...shown } = show(target, inspector, value, path, {
    hex: args.format?.hex === true,
  });
  return { result, ...shown, presentationHint: { attributes: ['readOnly'] } };
}

function pathOf(expression: string): string {
  return /^@?[\w$]+((\.[\w$]+)|(\[\d+\])|(\["[^"\\]*"\]))*$/.test(expression)
    ? expression
    : `(${expression})`;
}

function completions(
  target: HeapTarget,
  args: DebugProtocol.CompletionsArguments,
): DebugProtocol.CompletionsResponse['body'] {
  checkFrame(args.frameId);
  return completionsIn(target.environment, args, withNodeNames);
}

/** The place of a function: its file, where this machine has it. */
async function location(
  target: HeapTarget,
  args: DebugProtocol.LocationsArguments,
): Promise<NonNullable<DebugProtocol.LocationsResponse['body']>> {
  const { url, line, column } = target.locations.get(args.locationReference);
  for (const path of localCandidates(url, target.configuration, target.host)) {
    const isFile = await stat(path).then(
      (stats) => stats.isFile(),
      () => false,
    );
    if (isFile) return { source: { name: baseName(path), path }, line, column };
  }
  throw new DayAfterError('NO_SUCH_SCRIPT', `heap snapshots hold no scripts, and there is no file of ${url}`);
}

function markdown(target: HeapTarget): string {
  const rows = target.suspects.map((s) => `1. ${escaped(s.title)}\n   ${escaped(s.explanation)}`);
  return `**${escaped(heapText(target))}**\n\n${rows.length > 0 ? rows.join('\n') : 'No leak suspects.'}\n`;
}
