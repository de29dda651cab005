/**
 * The sources that the client sees. A script is opened from disk only where a file's text equals the text in
 * the dump; else the client reads the dump's own text by sourceReference.
 */
import { readFile, stat } from 'node:fs/promises';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { AttachConfiguration } from '../configuration/attach.ts';
import { baseName, type HostPaths, localCandidates, scriptPath } from '../configuration/paths.ts';
import { type Absence, absent, isAbsent } from '../engine/absence.ts';
import type { CoreSession, ScriptInfo } from '../engine/session.ts';
import { AdapterError } from './errors.ts';
import { Handles } from './handles.ts';
import { isNodeInternal } from './skip-files.ts';

export class Sources {
  readonly #core: CoreSession;
  readonly #configuration: AttachConfiguration;
  readonly #host: HostPaths;
  #byUrl: ReadonlyMap<string, ScriptInfo> | undefined;
  readonly #urls = new Handles<string>();
  readonly #sources = new Map<string, Promise<DebugProtocol.Source>>();

  constructor(core: CoreSession, configuration: AttachConfiguration, host: HostPaths) {
    this.#core = core;
    this.#configuration = configuration;
    this.#host = host;
  }

  /** The source of the script `url`: the same object, and the same sourceReference, each time. */
  of(url: string): Promise<DebugProtocol.Source> {
    let source = this.#sources.get(url);
    if (!source) {
      source = this.#resolve(url);
      this.#sources.set(url, source);
    }
    return source;
  }

  async #resolve(url: string): Promise<DebugProtocol.Source> {
    const name = isNodeInternal(url) ? url : baseName(url);
    const text = this.#text(url);
    if (isAbsent(text)) {
      return {
        name,
        path: url,
        sourceReference: this.#urls.add(url),
        presentationHint: 'deemphasize',
        origin: text.reason,
      };
    }
    for (const path of isNodeInternal(url) ? [] : localCandidates(url, this.#configuration, this.#host)) {
      if (await hasText(path, text)) return { name, path };
    }
    const origin = isNodeInternal(url) ? 'Node.js' : 'from the dump';
    return { name, path: scriptPath(url) ?? url, sourceReference: this.#urls.add(url), origin };
  }

  /** The text behind a sourceReference, or of a script's URL. */
  text(reference: number, path: string | undefined): string {
    const url = reference > 0 ? this.#urls.get(reference) : path;
    if (url === undefined) throw new AdapterError('BAD_ARGUMENTS', 'A source needs a sourceReference.');
    const text = this.#text(url);
    if (isAbsent(text)) throw new AdapterError('NO_SUCH_REFERENCE', `${url}: ${text.reason}`);
    return text;
  }

  #text(url: string): string | Absence {
    const script = this.#scripts.get(url);
    return script === undefined
      ? absent('the dump holds no script of this name')
      : this.#core.scriptText(script);
  }

  get #scripts(): ReadonlyMap<string, ScriptInfo> {
    this.#byUrl ??= new Map([...this.#core.scripts()].reverse().map((script) => [script.url, script]));
    return this.#byUrl;
  }

  async loaded(): Promise<DebugProtocol.Source[]> {
    const urls = [...this.#scripts.keys()].filter((url) => url !== '');
    return Promise.all(urls.map((url) => this.of(url)));
  }
}

/** Whether `path` is a regular file with this text, line ends and a byte order mark aside. */
async function hasText(path: string, text: string): Promise<boolean> {
  try {
    // Asked before opening: to open a pipe that a path from the dump names would never end.
    const stats = await stat(path);
    // UTF-8 takes up to three bytes per UTF-16 unit; the file may have CRLF for LF, and a byte order mark.
    if (!stats.isFile() || stats.size > text.length * 4 + 3) return false;
    return normalized(await readFile(path, 'utf8')) === normalized(text);
  } catch {
    return false;
  }
}

function normalized(text: string): string {
  return text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
}
