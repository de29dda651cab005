/**
 * The sources that the client sees. A script is opened from disk only where a file's text equals the text in
 * the dump; else the client reads the dump's own text by sourceReference.
 */
import { readFile, stat } from 'node:fs/promises';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { AttachConfiguration } from '../configuration/attach.ts';
import { baseName, type HostPaths, localCandidates, scriptPath } from '../configuration/paths.ts';
import { isTextOfScript, maxFileSize } from '../configuration/script-text.ts';
import { isAbsent } from '../engine/absence.ts';
import type { Tagged } from '../engine/address.ts';
import type { FrameInfo } from '../engine/contract.ts';
import { DayAfterError } from '../engine/errors.ts';
import type { CoreSession, ScriptInfo } from '../engine/session.ts';
import { AdapterError } from './errors.ts';
import { Handles } from './handles.ts';
import { nativeSourceName, nativeSourceText } from './native-source.ts';
import { isNodeInternal } from './skip-files.ts';

/** A text that is no script of the dump: an original of a source map, or a page of our own. */
interface OriginalText {
  readonly original: string;
}

export class Sources {
  readonly #core: CoreSession;
  readonly #configuration: AttachConfiguration;
  readonly #host: HostPaths;
  readonly #references = new Handles<ScriptInfo | OriginalText>();
  readonly #natives = new Map<string, DebugProtocol.Source>();
  readonly #originals = new Map<string, Promise<DebugProtocol.Source | undefined>>();
  readonly #sources = new Map<ScriptInfo, Promise<DebugProtocol.Source>>();
  #byUrl: ReadonlyMap<string, readonly ScriptInfo[]> | undefined;

  constructor(core: CoreSession, configuration: AttachConfiguration, host: HostPaths) {
    this.#core = core;
    this.#configuration = configuration;
    this.#host = host;
  }

  /**
   * The source of a script: the same object, and the same sourceReference, each time. Of several scripts of
   * one URL (eval, vm, workers) the Script object `word` decides. Undefined if the dump holds none.
   */
  of(url: string, word: Tagged | undefined): Promise<DebugProtocol.Source> | undefined {
    const scripts = this.#scripts.get(url);
    const same = scripts?.find((candidate) => candidate.script.word === word);
    const script = same ?? (url === '' ? undefined : scripts?.[0]);
    return script && this.#of(script);
  }

  /** The Script object of a URL; undefined if the dump holds none. */
  scriptNamed(url: string): Tagged | undefined {
    return this.#scripts.get(url)?.[0]?.script.word;
  }

  /**
   * The original source that a script's source map names: a local file with the text that the map has, else
   * that text; where the map has no text, a file inside of the workspace. Undefined if neither is there.
   */
  original(word: Tagged, source: string): Promise<DebugProtocol.Source | undefined> {
    const script = [...this.#scripts.values()].flat().find((candidate) => candidate.script.word === word);
    if (!script) return Promise.resolve(undefined);
    const key = `${word} ${source}`;
    let found = this.#originals.get(key);
    if (!found) {
      found = this.#resolveOriginal(script, source);
      this.#originals.set(key, found);
    }
    return found;
  }

  async #resolveOriginal(script: ScriptInfo, source: string): Promise<DebugProtocol.Source | undefined> {
    const text = this.#core.sourceMaps.content(script.script, source);
    for (const path of localCandidates(source, this.#configuration, this.#host)) {
      const fits = text === undefined ? await this.#isInWorkspace(path) : await hasText(path, text);
      if (fits) return { name: baseName(path), path };
    }
    if (text === undefined) return undefined;
    const sourceReference = this.#references.add({ original: text });
    return { name: baseName(source), path: source, sourceReference, origin: 'from the source map' };
  }

  /** A page that says what is known of a frame of native code. */
  native(info: FrameInfo): DebugProtocol.Source {
    const key = `${info.kind} ${info.address} ${info.function}`;
    let source = this.#natives.get(key);
    if (!source) {
      const module = this.#core.modules.modules.find(({ path }) => path === info.module);
      const sourceReference = this.#references.add({ original: nativeSourceText(info, module) });
      const name = nativeSourceName(info);
      const path = `native code/${name}.txt`;
      source = { name, path, sourceReference, origin: 'native code', presentationHint: 'deemphasize' };
      this.#natives.set(key, source);
    }
    return source;
  }

  async #isInWorkspace(path: string): Promise<boolean> {
    const { workspaceFolders, localRoot } = this.#configuration;
    const roots = localRoot === undefined ? workspaceFolders : [localRoot, ...workspaceFolders];
    const inside = roots.some((root) => {
      const relative = this.#host.path.relative(root, path);
      return relative !== '' && !relative.startsWith('..') && !this.#host.path.isAbsolute(relative);
    });
    return (
      inside &&
      (await stat(path).then(
        (s) => s.isFile(),
        () => false,
      ))
    );
  }

  #of(script: ScriptInfo): Promise<DebugProtocol.Source> {
    let source = this.#sources.get(script);
    if (!source) {
      source = this.#resolve(script);
      this.#sources.set(script, source);
    }
    return source;
  }

  async #resolve(script: ScriptInfo): Promise<DebugProtocol.Source> {
    const { url } = script;
    if (url === '') return this.#fromDump(script, `<eval>/VM${script.script.id}`, 'from the dump');
    if (isNodeInternal(url)) return this.#fromDump(script, url, 'Node.js');
    const text = this.#core.scriptText(script);
    if (!isAbsent(text)) {
      for (const path of localCandidates(url, this.#configuration, this.#host)) {
        if (await hasText(path, text)) return { name: baseName(path), path };
      }
    }
    return this.#fromDump(script, scriptPath(url) ?? url, 'from the dump');
  }

  #fromDump(script: ScriptInfo, path: string, origin: string): DebugProtocol.Source {
    const name = isNodeInternal(path) ? path : baseName(path);
    return { name, path, sourceReference: this.#references.add(script), origin };
  }

  /** The text behind a sourceReference, or of a script's URL. */
  text(reference: number, url: string | undefined): string {
    const script = reference > 0 ? this.#references.get(reference) : this.#scripts.get(url ?? '')?.[0];
    if (!script) throw new AdapterError('BAD_ARGUMENTS', `The dump holds no script ${url ?? ''}.`);
    if ('original' in script) return script.original;
    const text = this.#core.scriptText(script);
    if (isAbsent(text)) throw new DayAfterError('NO_SUCH_SCRIPT', `${script.url}: ${text.reason}`);
    return text;
  }

  async loaded(): Promise<DebugProtocol.Source[]> {
    const named = [...this.#scripts.values()].flat().filter((script) => script.url !== '');
    return Promise.all(named.map((script) => this.#of(script)));
  }

  get #scripts(): ReadonlyMap<string, readonly ScriptInfo[]> {
    if (!this.#byUrl) {
      const readable = !(this.#core.runtime instanceof DayAfterError);
      const byUrl = new Map<string, ScriptInfo[]>();
      for (const script of readable ? this.#core.scripts() : []) {
        const known = byUrl.get(script.url);
        if (known) known.push(script);
        else byUrl.set(script.url, [script]);
      }
      this.#byUrl = byUrl;
    }
    return this.#byUrl;
  }
}

/** Whether `path` is a regular file with the text of a script. */
async function hasText(path: string, text: string): Promise<boolean> {
  try {
    // Asked before opening: to open a pipe that a path from the dump names would never end.
    const stats = await stat(path);
    if (!stats.isFile() || stats.size > maxFileSize(text)) return false;
    return isTextOfScript(await readFile(path, 'utf8'), text);
  } catch {
    return false;
  }
}
