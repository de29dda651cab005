import { haveNativeNodes, sameAsSnapshot } from '../support/recorded-heaps.ts';
import { fullLine, recordedHeap, recordedTiers } from './recordings.ts';

describe('heaps of minidumps of Windows', () => {
  sameAsSnapshot(fullLine, 'Windows: heap against V8’s own snapshot', recordedHeap);
  haveNativeNodes(recordedTiers);
});
