import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { AdapterError, adapterIds, engineIds, errorMessage } from '../../src/adapter/errors.ts';
import { DayAfterError, errorCodes } from '../../src/engine/errors.ts';

async function documented(): Promise<Map<string, number>> {
  const text = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (.+) \|$/gm)];
  for (const [row, , , explanation] of rows) assert.ok(explanation!.length > 20, row);
  return new Map(rows.map((row) => [row[1]!, Number(row[2])]));
}

describe('errors', () => {
  it('of the engine are all documented, with their ids', async () => {
    const known = await documented();
    for (const code of errorCodes) assert.equal(known.get(code), engineIds[code], code);
  });

  it('of the adapter are all documented, with their ids, and nothing else is', async () => {
    const known = await documented();
    for (const [code, id] of Object.entries(adapterIds)) assert.equal(known.get(code), id, code);
    assert.equal(known.size, errorCodes.length + Object.keys(adapterIds).length);
  });

  it('have ids of their own', async () => {
    const ids = [...Object.values(engineIds), ...Object.values(adapterIds)];
    assert.equal(new Set(ids).size, ids.length);
  });

  it('become sentences for the user, with braces of the dump left alone', () => {
    const message = errorMessage(new DayAfterError('CORRUPT_DUMP', 'unexpected {x}', 'copy it again'), false);
    assert.equal(message.id, 1008);
    assert.equal(message.format, '{_text}');
    assert.deepEqual(message.variables, { _text: 'Unexpected {x}. Copy it again.' });
    assert.equal(message.showUser, false);
  });

  it('leave names of the program as they are', () => {
    const message = errorMessage(new DayAfterError('BAD_EXPRESSION', 'sessions is not defined'), false);
    assert.deepEqual(message.variables, { _text: 'sessions is not defined' });
  });

  it('ask for a notification only where they say so', () => {
    assert.equal(errorMessage(new AdapterError('PROCESS_IS_DEAD', 'Dead.', true), false).showUser, true);
    assert.equal(errorMessage(new Error('x'), false).showUser, false);
    assert.equal(errorMessage(new Error('x'), true).showUser, true);
  });
});
