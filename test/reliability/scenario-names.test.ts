import { expect, test } from 'vitest';
import { scenarioNamesOf } from './scenario-names.ts';

const files = [
  {
    why: 'a scenario',
    text: "export const a: Scenario = { name: 'rotation', given: () => ({ name: 'no' }) };",
    is: ['rotation'],
  },
  { why: 'two of them', text: "export const a = { name: 'a' }; export const b = { name: 'b' };", is: ['a', 'b'] },
  { why: 'one that is not exported', text: "const a = { name: 'a' };", is: [] },
  { why: 'a name that is computed', text: 'export const a = { name: b };', is: [] },
  { why: 'other things that are exported', text: 'export interface A { name: string } export function f() {}', is: [] },
];

for (const { why, text, is } of files) {
  test(`names of ${why}`, () => expect(scenarioNamesOf(text)).toEqual(is));
}
