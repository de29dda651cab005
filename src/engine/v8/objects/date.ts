import { address, type Tagged } from '../../address.ts';
import type { HeapView } from './heap-view.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Milliseconds since 1970 UTC; NaN for an invalid date. */
export function dateValue(view: HeapView, date: Tagged): number {
  const { value, raw } = view.layout.objects.date;
  if (raw) return view.memory.f64(address(view.base(date) + value));
  return view.number(view.tagged(date, value));
}

/** Date.prototype.toString in a time zone (an IANA name, or undefined for this machine's). */
export function dateText(time: number, timeZone: string | undefined): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return 'Invalid Date';
  const zone = zoneAt(date, timeZone);
  const local = new Date(time + zone.seconds * 1000);
  const year = local.getUTCFullYear();
  const two = (n: number) => String(n).padStart(2, '0');
  const offset = Math.floor(Math.abs(zone.seconds) / 60);
  return (
    `${DAYS[local.getUTCDay()]} ${MONTHS[local.getUTCMonth()]} ${two(local.getUTCDate())} ` +
    `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')} ` +
    `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())} ` +
    `GMT${zone.seconds < 0 ? '-' : '+'}${two(Math.floor(offset / 60))}${two(offset % 60)} (${zone.name})`
  );
}

interface Zone {
  /** East of UTC. */
  readonly seconds: number;
  readonly name: string;
}

/** Seconds that local time is ahead of UTC. */
export function zoneOffset(time: number, timeZone: string | undefined): number {
  return offsetAt(new Date(time), timeZone).seconds;
}

function zoneAt(date: Date, timeZone: string | undefined): Zone {
  const zone = offsetAt(date, timeZone);
  if (!/^GMT[+-]/.test(zone.name)) return zone;
  // Before zones had names V8 uses the standard time's: that of the half-year with the smaller offset.
  const halves = [0, 6].map((month) => offsetAt(new Date(Date.UTC(2024, month, 1)), timeZone));
  const standard = halves[0]!.seconds <= halves[1]!.seconds ? halves[0]! : halves[1]!;
  return { seconds: zone.seconds, name: standard.name };
}

function offsetAt(date: Date, timeZone: string | undefined): Zone {
  const part = (timeZoneName: 'longOffset' | 'long') =>
    new Intl.DateTimeFormat('en-US', { ...(timeZone ? { timeZone } : {}), timeZoneName })
      .formatToParts(date)
      .find((p) => p.type === 'timeZoneName')?.value ?? '';
  const match = /GMT([+-])(\d+):(\d+)(?::(\d+))?/.exec(part('longOffset'));
  const size = match ? Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0) : 0;
  return { seconds: match?.[1] === '-' ? -size : size, name: part('long') };
}
