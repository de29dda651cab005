import assert from 'node:assert/strict';
import type { Module } from '../../src/engine/modules/module.ts';
import type { SymbolTable } from '../../src/engine/modules/symbols.ts';
import { openDump } from '../../src/engine/session.ts';
import { architectureOf } from '../../src/engine/unwind/architectures.ts';
import { Layout } from '../../src/engine/v8/layout/layout.ts';
import { recordCore } from '../support/cores.ts';
import { releaseLines } from '../support/releases.ts';

/** The module as if its executable had no symbols for debuggers, as those of Windows have none. */
function withoutDebugSymbols(module: Module): Module {
  const symbols = module.symbols!;
  const others: SymbolTable = {
    prepare: (names, prefixes) => symbols.prepare(names, prefixes),
    supply: (symbol) => symbols.supply(symbol),
    find: (name) => (/^(v8|node)dbg_/.test(name) ? undefined : symbols.find(name)),
    withPrefix: (prefix) => (/^(v8|node)dbg_/.test(prefix) ? [] : symbols.withPrefix(prefix)),
    covering: (value, exact) => symbols.covering(value, exact),
  };
  return Object.create(module, { symbols: { value: others } });
}

/** Without functions, which are of no symbols. */
function plain(part: object): unknown {
  return JSON.parse(JSON.stringify(part, (_, value) => (Number.isNaN(value) ? 'none' : value)));
}

describe('tables of layouts', () => {
  for (const line of releaseLines) {
    it(`say what the symbols of the executable say (Node ${line})`, async () => {
      const session = await openDump((await recordCore(line, 'uncaught.js')).core);
      const { module, memory, core } = session.requireRuntime();
      const told = Layout.of(module, memory, architectureOf(core));
      const known = Layout.of(withoutDebugSymbols(module), memory, architectureOf(core));
      session.close();
      assert.ok(told.provenance().confirmed.length > 100);
      assert.deepEqual(known.provenance().confirmed, []);
      const parts = [
        'types',
        'objects',
        'code',
        'frames',
        'pages',
        'async',
        'graph',
        'natives',
        'inspector',
        'sizes',
        'scopes',
        'wasm',
      ] as const;
      for (const part of parts) assert.deepEqual(plain(known[part]), plain(told[part]), part);
      for (let type = 0; type < 2300; type++) {
        const name = told.typeName(type);
        if (!/^type \d/.test(name)) assert.equal(known.typeName(type), name);
      }
    });
  }
});
