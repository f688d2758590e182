import { expect, test } from 'vitest';
import { formatSelector } from './selector.ts';

const selectors = [
  { why: 'a label', selector: { matchLabels: { app: 'web' } }, text: 'app=web' },
  {
    why: 'several labels',
    selector: { matchLabels: { app: 'web', 'app.kubernetes.io/part-of': 'shop' } },
    text: 'app=web,app.kubernetes.io/part-of=shop',
  },
  { why: 'an empty value', selector: { matchLabels: { app: '' } }, text: 'app=' },
  {
    why: 'In',
    selector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }] },
    text: 'tier in (a,b)',
  },
  {
    why: 'NotIn',
    selector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['a', 'b'] }] },
    text: 'tier notin (a,b)',
  },
  { why: 'Exists', selector: { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, text: 'tier' },
  { why: 'DoesNotExist', selector: { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, text: '!tier' },
  {
    why: 'labels and expressions',
    selector: {
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a'] },
        { key: 'x', operator: 'Exists' },
      ],
    },
    text: 'app=web,tier in (a),x',
  },
  { why: 'one that says nothing selects everything', selector: {}, text: '' },
  { why: 'none', selector: undefined, text: '' },
];

for (const { why, selector, text } of selectors) {
  test(`a selector as the API takes it: ${why}`, () => expect(formatSelector(selector)).toBe(text));
}
