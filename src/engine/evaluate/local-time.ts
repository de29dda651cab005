import { dateText, zoneOffset } from '../v8/objects/date.ts';

/** Methods of Date that give local time. */
export type LocalMethod =
  | 'getDate'
  | 'getDay'
  | 'getFullYear'
  | 'getHours'
  | 'getMilliseconds'
  | 'getMinutes'
  | 'getMonth'
  | 'getSeconds'
  | 'getTimezoneOffset'
  | 'getYear'
  | 'toDateString'
  | 'toLocaleDateString'
  | 'toLocaleString'
  | 'toLocaleTimeString'
  | 'toString'
  | 'toTimeString';

/** What a local method gives in a time zone (undefined: this machine's), in the locale en-US. */
export function localTime(method: LocalMethod, time: number, timeZone: string | undefined): string | number {
  const text = method.startsWith('to') ? dateText(time, timeZone) : '';
  if (Number.isNaN(time)) return text === '' ? Number.NaN : text;
  switch (method) {
    case 'toString':
      return text;
    case 'toDateString':
      return text.slice(0, text.search(/ \d\d:/));
    case 'toTimeString':
      return text.slice(text.search(/\d\d:\d\d:/));
    case 'toLocaleDateString':
    case 'toLocaleString':
    case 'toLocaleTimeString':
      return new Date(time)[method]('en-US', timeZone === undefined ? {} : { timeZone });
    case 'getTimezoneOffset':
      return -zoneOffset(time, timeZone) / 60 + 0;
    case 'getYear':
      return shifted(time, timeZone).getUTCFullYear() - 1900;
    default:
      return shifted(time, timeZone)[method.replace('get', 'getUTC') as 'getUTCDate']();
  }
}

/** The time whose UTC fields are the local fields of `time`. */
function shifted(time: number, timeZone: string | undefined): Date {
  return new Date(time + zoneOffset(time, timeZone) * 1000);
}

/** The time of a local time that is given as if it were UTC. */
export function fromLocal(wall: number, timeZone: string | undefined): number {
  if (Number.isNaN(wall)) return wall;
  // Near a change of the offset the first guess may be of the wrong side.
  const guess = wall - zoneOffset(wall, timeZone) * 1000;
  return wall - zoneOffset(guess, timeZone) * 1000;
}

/** Date.parse in a time zone: text without a zone is local time. */
export function parseTime(text: string, timeZone: string | undefined): number {
  if (timeZone === undefined || /^[+-]?\d{4,6}(-\d\d){0,2}$/.test(text)) return Date.parse(text);
  if (/^[+-]?\d{4,6}-\d\d(-\d\d)?T[\d:.]+$/.test(text)) return fromLocal(Date.parse(`${text}Z`), timeZone);
  const hasZone = /(Z|[+-]\d\d:?\d\d|\b(GMT|UTC?|[ECMP][SD]T))\s*(\(.*\))?$/i.test(text);
  return hasZone ? Date.parse(text) : fromLocal(Date.parse(`${text} UTC`), timeZone);
}
