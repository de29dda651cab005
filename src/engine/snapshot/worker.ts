import { ownShallowSizes } from '../graph/ownership.ts';
import { serve } from '../threads/serve.ts';
import { readSection } from './number-section.ts';
import type { SnapshotTasks } from './tasks.ts';

serve<SnapshotTasks>({ numbers: readSection, ownership: ownShallowSizes });
