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
  const local = new Date(time + zone.offset * 60_000);
  const year = local.getUTCFullYear();
  const two = (n: number) => String(n).padStart(2, '0');
  const offset = Math.abs(zone.offset);
  return (
    `${DAYS[local.getUTCDay()]} ${MONTHS[local.getUTCMonth()]} ${two(local.getUTCDate())} ` +
    `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')} ` +
    `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())} ` +
    `GMT${zone.offset < 0 ? '-' : '+'}${two(Math.floor(offset / 60))}${two(offset % 60)} (${zone.name})`
  );
}

function zoneAt(date: Date, timeZone: string | undefined): { offset: number; name: string } {
  const part = (timeZoneName: 'longOffset' | 'long') =>
    new Intl.DateTimeFormat('en-US', { ...(timeZone ? { timeZone } : {}), timeZoneName })
      .formatToParts(date)
      .find((p) => p.type === 'timeZoneName')?.value ?? '';
  const match = /GMT([+-])(\d+):(\d+)/.exec(part('longOffset'));
  const offset = match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) : 0;
  return { offset, name: part('long') };
}
