import { haveNativeNodes, sameAsSnapshot } from '../support/recorded-heaps.ts';
import { fullLine, recordedHeap, recordedTiers } from './recordings.ts';

describe('heaps of cores of AArch64', () => {
  sameAsSnapshot(fullLine, 'AArch64: heap against V8’s own snapshot', async () => {
    const { core, node, snapshot } = await recordedHeap();
    return { dump: core, program: node, snapshot };
  });
  haveNativeNodes(async (line) => {
    const { core, node } = await recordedTiers(line);
    return { dump: core, program: node };
  });
});
