import assert from 'node:assert/strict';
import { join } from 'node:path';
import { attemptOr, isAbsent } from '../../src/engine/absence.ts';
import type { Tagged } from '../../src/engine/address.ts';
import { openDump } from '../../src/engine/session.ts';
import { bytecodeOf } from '../../src/engine/v8/frames/shared-function-info.ts';
import type { V8Inspector } from '../../src/engine/v8/inspector.ts';
import { sharedDebugName } from '../../src/engine/v8/objects/shared-function.ts';
import { functionScopesOf } from '../../src/engine/v8/scopes/function-scopes.ts';
import { ScopeInfo } from '../../src/engine/v8/scopes/scope-info.ts';
import { scriptsOf } from '../../src/engine/v8/scripts.ts';
import { oracle } from '../oracle/oracle.ts';
import { releaseLines } from '../support/releases.ts';
import { programsFolder } from './programs.ts';

describe('variables of every function that Node had compiled', () => {
  for (const line of releaseLines) {
    it(`Node ${line}`, async function () {
      this.timeout(300_000);
      const { core, node } = await oracle(line, join(programsFolder, 'class-fields.js'));
      const session = await openDump(core, { program: node });
      try {
        const inspector = session.inspectorOf(session.requireRuntime().isolates[0]!);
        const { agreeing, others } = analyse(inspector);
        assert.deepEqual(others, []);
        assert.ok(agreeing >= 250, `only ${agreeing} functions were found`);
      } finally {
        session.close();
      }
    });
  }
});

/** Functions whose captured names, by their text, are the ones that V8 kept; and all others. */
function analyse(inspector: V8Inspector): { agreeing: number; others: string[] } {
  const { view } = inspector;
  let agreeing = 0;
  const others: string[] = [];
  for (const script of scriptsOf(view.isolate, view)) {
    for (const shared of sharedFunctions(inspector, script.word)) {
      const bytecodeArray = bytecodeOf(view.runtime, shared);
      const word = view.tagged(shared, view.layout.code.shared.nameOrScopeInfo);
      if (bytecodeArray === undefined || !view.isType(word, view.layout.types.SCOPE_INFO)) continue;
      if (new ScopeInfo(view, word).type !== 'function') continue;
      const scopes = functionScopesOf(
        { sharedFunctionInfo: shared, script: script.word, bytecodeArray },
        inspector,
      );
      if (!isAbsent(scopes)) agreeing++;
      else others.push(`${script.url} ${sharedDebugName(view, shared)}: ${scopes.reason}`);
    }
  }
  return { agreeing, others };
}

function sharedFunctions({ view }: V8Inspector, script: Tagged): Tagged[] {
  return attemptOr([], () => {
    const list = view.tagged(script, view.layout.code.script.sharedFunctionInfos);
    const words = Array.from({ length: view.arrayLength(list) }, (_, i) =>
      view.strong(view.element(list, i)),
    );
    return words.filter(
      (w): w is Tagged => w !== undefined && view.isType(w, view.layout.types.SHARED_FUNCTION_INFO),
    );
  });
}
