import type { Names } from './model/names.ts';
import type { Sequence } from './model/sequence.ts';
import type { Spec } from './model/spec.ts';

/** Sequences that have failed, in the few steps that it took: seeds mean something else once schema or generator change. */
export const REGRESSIONS: readonly Regression[] = [
  {
    why: 'another owner and another type at once: the owner was taken away, before the type was refused',
    sequence: ({ own }) => {
      const dataFrom = [{ secretId: own.login }];
      const adopted: Spec = { dataFrom, target: { creationPolicy: 'Adopt', type: 'kubernetes.io/basic-auth' } };
      return { first: { dataFrom }, steps: [{ do: 'apply', specs: [adopted] }] };
    },
  },
  {
    why: 'a label that no Secret can have, and another owner: refused half-way, as if by RBAC, and tried for ever',
    sequence: ({ own }) => {
      const dataFrom = [{ secretId: own.login }];
      const metadata = { labels: { 'no label': 'x' } };
      const labelled: Spec = { dataFrom, target: { creationPolicy: 'Adopt', metadata } };
      return { first: { dataFrom }, steps: [{ do: 'apply', specs: [labelled] }] };
    },
  },
  {
    why: 'one name after the other: told as a fight over the Secret',
    sequence: ({ own, free }) => {
      const named = (name?: string): Spec => ({
        dataFrom: [{ secretId: own.login }],
        ...(name !== undefined && { target: { name } }),
      });
      const turns = [...free, ...free].map(name => ({ do: 'apply', specs: [named(name)] }) as const);
      return { first: named(), steps: turns };
    },
  },
];

export interface Regression {
  readonly why: string;
  readonly sequence: (names: Names) => Sequence;
}
