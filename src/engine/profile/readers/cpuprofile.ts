import type { ByteSource } from '../../dump/byte-source.ts';
import { JsonScanner } from '../json-scanner.ts';
import type { Profile } from '../profile.ts';
import type { ProfileReader } from './reader.ts';
import { V8Nodes } from './v8-nodes.ts';

/**
 * V8's CPU profile (Chrome DevTools Protocol, Profiler.Profile): `node --cpu-prof`, DevTools, VS Code. With
 * samples and timeDeltas the weights are times, else the nodes' hitCount. The profile of older DevTools, a
 * tree under `head`, is understood, too.
 */
export const cpuprofileReader: ProfileReader = {
  format: 'V8 CPU profile',
  recognizes: (_head, text) =>
    /^\s*\{/.test(text) &&
    (/"nodes"\s*:\s*\[\s*\{[^[]*"(callFrame|hitCount)"/.test(text) ||
      /"timeDeltas"\s*:/.test(text.slice(0, 4096)) ||
      (/^\s*\{\s*"(typeId|uid|title|head)"/.test(text) && /"hitCount"\s*:/.test(text))),
  read: readCpuprofile,
};

function readCpuprofile(source: ByteSource): Profile {
  const json = new JsonScanner(source);
  const nodes = new V8Nodes();
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    switch (key) {
      case 'nodes':
        json.enterArray();
        while (json.element()) readNode(json, nodes);
        break;
      case 'head':
        readHead(json, nodes);
        break;
      case 'startTime':
        nodes.startTime = json.number();
        break;
      case 'endTime':
        nodes.endTime = json.number();
        break;
      case 'samples':
        json.numbers((id) => nodes.samples.push(id));
        break;
      case 'timeDeltas':
        json.numbers((delta) => nodes.timeDeltas.push(delta));
        break;
      case 'timestamps':
        readTimestamps(json, nodes);
        break;
      default:
        json.skip();
    }
  }
  return nodes.profile('V8 CPU profile');
}

interface Node {
  id: number;
  name: number;
  url: number;
  line: number;
  column: number;
  hits: number;
  /** Older DevTools nest nodes; their positions are 1-based. */
  nested: boolean;
}

function readNode(json: JsonScanner, nodes: V8Nodes): void {
  const { empty } = nodes;
  const node: Node = { id: -1, name: empty, url: empty, line: -1, column: -1, hits: 0, nested: false };
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'children') {
      json.enterArray();
      while (json.element()) nodes.nextCalls(json.number());
    } else if (key === 'parent') nodes.nextIsCalledBy(json.number());
    else readField(json, nodes, node, key);
  }
  nodes.node(node.id, node.name, node.url, node.line, node.column, node.hits);
}

function readField(json: JsonScanner, nodes: V8Nodes, node: Node, key: string): void {
  switch (key) {
    case 'id':
      node.id = json.number();
      break;
    case 'hitCount':
      node.hits = json.number();
      break;
    case 'functionName':
      node.name = json.pooled(nodes.pool);
      break;
    case 'url':
      node.url = json.pooled(nodes.pool);
      break;
    case 'lineNumber':
      node.line = json.number() - (node.nested ? 1 : 0);
      break;
    case 'columnNumber':
      node.column = json.number() - (node.nested ? 1 : 0);
      break;
    case 'callFrame':
      json.enterObject();
      for (let field = json.key(); field !== undefined; field = json.key())
        readField(json, nodes, node, field);
      break;
    default:
      json.skip();
  }
}

/** The nested tree of older DevTools, walked with a stack of our own. A node's id may stand behind its children. */
function readHead(json: JsonScanner, nodes: V8Nodes): void {
  const { empty } = nodes;
  const open: { node: Node; key: number; parent: number }[] = [];
  // Keys of our own, as ids are read late: negative, to be told from them.
  let key = -1;
  const begin = () => {
    json.enterObject();
    const node = { id: -1, name: empty, url: empty, line: -1, column: -1, hits: 0, nested: true };
    open.push({ node, key, parent: open.at(-1)?.key ?? 0 });
    key--;
  };
  begin();
  for (let current = open.at(-1); current; current = open.at(-1)) {
    const { node, parent } = current;
    const field = json.key();
    if (field === 'children') {
      json.enterArray();
      if (json.element()) begin();
      continue;
    }
    if (field !== undefined) {
      readField(json, nodes, node, field);
      continue;
    }
    if (parent !== 0) nodes.nextIsCalledBy(parent);
    nodes.node(current.key, node.name, node.url, node.line, node.column, node.hits);
    if (node.id >= 0) nodes.alias(node.id, current.key);
    open.pop();
    if (open.length > 0 && json.element()) begin();
  }
}

/** Older DevTools: times of the samples, in microseconds. */
function readTimestamps(json: JsonScanner, nodes: V8Nodes): void {
  let before = Number.NaN;
  json.numbers((time) => {
    nodes.timeDeltas.push(Number.isNaN(before) ? 0 : time - before);
    before = time;
  });
}
