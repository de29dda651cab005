import type { Unit } from '../../src/engine/profile/profile.ts';

/** A value with its unit, for people: "1.25 s", "3.4 MB", "1,234 samples". */
export function formatValue(value: number, unit: Unit): string {
  const sign = value < 0 ? '−' : '';
  const size = Math.abs(value);
  switch (unit) {
    case 'microseconds':
      if (size < 1000) return `${sign}${trimmed(size)} µs`;
      if (size < 1e6) return `${sign}${trimmed(size / 1000)} ms`;
      return `${sign}${trimmed(size / 1e6)} s`;
    case 'bytes': {
      const units = ['B', 'kB', 'MB', 'GB', 'TB'];
      let scaled = size;
      let i = 0;
      while (scaled >= 1000 && i < units.length - 1) {
        scaled /= 1000;
        i++;
      }
      return `${sign}${i === 0 ? Math.round(scaled) : trimmed(scaled)} ${units[i]}`;
    }
    case 'samples':
      return `${sign}${grouped(size)} ${size === 1 ? 'sample' : 'samples'}`;
    case 'count':
      return `${sign}${grouped(size)}`;
  }
}

export function formatShare(part: number, whole: number): string {
  if (whole === 0) return '0%';
  const percent = (part / whole) * 100;
  return `${percent >= 10 || percent === 0 ? percent.toFixed(1) : percent.toFixed(2)}%`;
}

function trimmed(value: number): string {
  if (value === 0) return '0';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function grouped(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  const [whole, fraction] = String(rounded).split('.');
  return whole!.replace(/\B(?=(\d{3})+$)/g, ',') + (fraction ? `.${fraction}` : '');
}
