import type { Goal } from './goals.ts';
import type { Calls } from './standin-counts.ts';

/** Columns of equal width, without those that are empty. */
export function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  return rows.map(row =>
    row
      .map((cell, column) => (widths[column] ? `${cell.padEnd(widths[column])}  ` : ''))
      .join('')
      .trimEnd(),
  );
}

/** Two cells: the goal, and whether it is met. */
export function verdict(value: number | null, goal: Goal | undefined): readonly [string, string] {
  if (goal === undefined) return ['', ''];
  if (value === null) return [goal.text, ''];
  return [goal.text, value <= goal.max ? 'met' : 'MISSED'];
}

export function byAction(calls: Calls): string {
  const parts = Object.entries(calls).map(([action, count]) => `${action} ${shown(count)}`);
  return parts.join(', ') || 'none';
}

export function withUnit(value: number | null | undefined, unit: string): string {
  return value === null || value === undefined ? '' : `${shown(value)} ${unit}`.trimEnd();
}

export function shown(value: number): string {
  return value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(2);
}
