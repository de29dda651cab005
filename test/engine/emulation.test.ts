import { openDump } from '../../src/engine/session.ts';
import { recordCore } from '../support/cores.ts';
import { releaseLines } from '../support/releases.ts';
import { emulationSuite } from './emulation-suite.ts';

describe('code of a dumped process, run on a copy of its memory', () => {
  emulationSuite(
    releaseLines.map((line) => ({
      name: `Node ${line}`,
      async open() {
        const { core, node } = await recordCore(line, 'uncaught.js');
        return openDump(core, { program: node });
      },
    })),
  );
});
