// Numbers as people read them. Total and pure.

const mb = 1024 * 1024;

/** Three digits at most: "8.6 MB", "107 MB", "1.25 GB". */
export function bytes(value: number): string {
  const size = Math.max(0, value) / mb;
  if (size >= 1000) return `${(size / 1024).toFixed(size >= 10_240 ? 1 : 2)} GB`;
  return size >= 99.95 ? `${Math.round(size)} MB` : `${size.toFixed(1)} MB`;
}

/** For the one big number: no decimals that flicker. */
export function roundBytes(value: number): { readonly number: string; readonly unit: string } {
  const size = Math.max(0, value) / mb;
  if (size >= 1000) return { number: (size / 1024).toFixed(2), unit: 'GB' };
  return { number: size < 10 ? size.toFixed(1) : String(Math.round(size)), unit: 'MB' };
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** The cost of watching is small: one decimal, and "under" below it. */
export function coreShare(share: number): string {
  return share < 0.001 ? 'under 0.1 %' : `${(share * 100).toFixed(1)} %`;
}

export function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 36 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

export function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** "4", "4–6", "4, 6": numbers in order as ranges. */
export function ranges(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end++;
    parts.push(end > i ? `${sorted[i]}–${sorted[end]}` : `${sorted[i]}`);
    i = end + 1;
  }
  return parts.join(', ');
}

export const serverNames = {
  uwsgi: 'uWSGI',
  gunicorn: 'gunicorn',
  celery: 'Celery',
  uvicorn: 'uvicorn',
  granian: 'Granian',
  python: 'Python',
} as const;
