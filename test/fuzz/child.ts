import { writeSync } from 'node:fs';
import { FileSource } from '../../src/engine/dump/byte-source.ts';
import { formatOf } from '../../src/engine/dump/detect.ts';
import { DayAfterError } from '../../src/engine/errors.ts';
import { CoreSession } from '../../src/engine/session.ts';
import { type Damage, damaged } from './damage.ts';
import { readAll, readWaiting } from './read-all.ts';

/**
 * One case: `child.mjs DUMP DAMAGE-AS-JSON PROGRAM|- [heap]` prints what can be read as JSON, or the named error; with
 * `heap`, what takes the whole heap is read, too, and not printed.
 */
const [core, damageText, program, heap] = process.argv.slice(2);
const damage = JSON.parse(damageText!) as Damage;
const source = damaged(new FileSource(core!), damage);
let result: unknown;
try {
  const session = new CoreSession(
    { format: formatOf(source, core!), source },
    program === '-' ? {} : { program },
  );
  if (heap === 'heap') await readWaiting(session);
  result = readAll(session);
} catch (error) {
  if (!(error instanceof DayAfterError)) throw error;
  result = { error: { code: error.code, message: error.message } };
}
print(JSON.stringify(result));

function print(text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) done += writeAll(bytes, done);
}

function writeAll(bytes: Buffer, done: number): number {
  try {
    return writeSync(1, bytes, done);
  } catch (error) {
    // A pipe that is full.
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}
