import { digestOf, HOLDS, secretsOf } from '../cluster.ts';
import { keyOf } from '../history.ts';
import type { Oracle } from './oracle.ts';

/** At the end no pod runs with anything but what its Secrets hold, unless it does so without faults too. */
export const pods: Oracle = (run, reference) => {
  const known = new Set(staleOf(reference));
  return staleOf(run).filter(sentence => !known.has(sentence));
};

const staleOf = ({ revisions }: Parameters<Oracle>[0]): readonly string[] => {
  const live = new Map(revisions.map(revision => [keyOf(revision), revision] as const));
  for (const [key, { type }] of live) if (type === 'DELETED') live.delete(key);
  const workloads = [...live.values()].filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
  return [...live.values()]
    .filter(({ kind }) => kind === 'Pod')
    .flatMap(({ object }) => {
      const app = object.metadata.labels?.['app'];
      const workload = workloads.find(({ object }) => object.metadata.name === app);
      const secrets = secretsOf((workload?.object['spec'] ?? {}) as object);
      const wanted = secrets.map(name => live.get(`Secret/${name}`)).map(secret => secret && digestOf(secret.object));
      return object.metadata.annotations?.[HOLDS] === wanted.join(' ') ? [] : [`a pod of ${app} runs with old content`];
    });
};
