import { DayAfterError } from '../errors.ts';
import { ProfileBuilder } from './builder.ts';
import type { Profile } from './profile.ts';

/** Several profiles of one kind as one, each one's threads by its name. Throws NOT_APPLICABLE. */
export function mergeProfiles(profiles: readonly { name: string; profile: Profile }[]): Profile {
  const [first] = profiles;
  if (!first) throw new DayAfterError('NOT_APPLICABLE', 'there is no profile to merge');
  if (profiles.length === 1) return first.profile;
  const { measures } = first.profile;
  for (const { name, profile } of profiles) {
    if (profile.measures.some((m, i) => m.unit !== measures[i]?.unit))
      throw new DayAfterError('NOT_APPLICABLE', `${name} counts something else than ${first.name}`);
  }
  const builder = new ProfileBuilder(`${profiles.length} profiles: ${first.profile.format}`, measures);
  for (const { name, profile } of profiles) {
    const { stacks, samples } = profile;
    const frameOf = Int32Array.from(profile.frames, (frame) => builder.frame(frame));
    const stackOf = new Int32Array(stacks.parent.length);
    for (let s = 0; s < stackOf.length; s++) {
      const above = stacks.parent[s]!;
      stackOf[s] = builder.stacks.push(above < 0 ? -1 : stackOf[above]!, frameOf[stacks.frame[s]!]!);
    }
    const threads = profile.threads.map((t) => builder.thread(t === 'all' ? name : `${name}: ${t}`));
    for (let i = 0; i < samples.stack.length; i++) {
      builder.sample(
        stackOf[samples.stack[i]!]!,
        profile.measures[0]!.values[i]!,
        profile.measures[1]?.values[i] ?? 0,
        samples.time ? samples.time[i]! : Number.NaN,
        threads[samples.thread[i]!]!,
      );
    }
    builder.notes.push(...profile.notes.map((note) => `${name}: ${note}`));
  }
  return builder.done();
}
