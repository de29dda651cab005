import { type Frame, frameLabel, type Measure, type Profile } from './profile.ts';
import { stackWeights } from './weights.ts';

/** Frames of a stack, outermost first. */
export function framesOf(profile: Profile, stack: number): number[] {
  const { parent, frame } = profile.stacks;
  const frames: number[] = [];
  for (let at = stack; at >= 0; at = parent[at]!) frames.push(frame[at]!);
  return frames.reverse();
}

/** Folded stacks, one in each line, equal ones together; in the order of the stacks' first appearance. */
export function* foldedLines(profile: Profile, measure: Measure): Generator<string> {
  const { self } = stackWeights(profile, measure);
  const names = profile.frames.map(foldedName);
  for (let stack = 0; stack < self.length; stack++) {
    if (self[stack] === 0) continue;
    yield `${framesOf(profile, stack)
      .map((frame) => names[frame])
      .join(';')} ${foldedNumber(self[stack]!)}\n`;
  }
}

/** Folded stacks; of a difference with both numbers, the older one first, as difffolded.pl has them. */
export function* foldedProfile(profile: Profile, measure?: Measure): Generator<string> {
  const chosen = measure ? Math.max(0, profile.measures.indexOf(measure)) : 0;
  if (profile.type !== 'difference') {
    yield* foldedLines(profile, profile.measures[chosen]!);
    return;
  }
  const newer = stackWeights(profile, profile.measures[chosen]!).self;
  const older = stackWeights(profile, profile.measures[chosen + 1]!).self;
  const names = profile.frames.map((f) => frameLabel(f).replaceAll(';', ':').replaceAll('\n', ' '));
  for (let stack = 0; stack < newer.length; stack++) {
    if (newer[stack] === 0 && older[stack] === 0) continue;
    const frames = framesOf(profile, stack).map((f) => names[f]);
    yield `${frames.join(';')} ${older[stack]} ${newer[stack]}\n`;
  }
}

/** A frame as folded stacks name it: with its place, and without what would end it. */
export function foldedName(frame: Frame): string {
  const place = frame.source === '' ? '' : ` ${frame.source}${frame.line > 0 ? `:${frame.line}` : ''}`;
  const name = frame.name === '' && place !== '' ? `(anonymous)${place}` : `${frameLabel(frame)}${place}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line break would end the stack
  return name.replaceAll(';', ':').replace(/[\u0000-\u001f]/g, ' ');
}

function foldedNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Math.round(value * 1000) / 1000);
}
