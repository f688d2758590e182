import type { AwsSecret, AwsSecretSpec } from '../../../crds/aws-secret.ts';
import { ok, type Result } from '../../runtime/error.ts';
import type { SourceItem } from '../ports.ts';
import { selectEntry } from './data-entry.ts';
import { createDocuments, type Documents } from './documents.ts';
import { attempt } from './expression-error.ts';
import { compileExpressions, type Expressions } from './expressions.ts';
import { namesOf } from './names.ts';
import { dataFromSource, dataSource } from './references.ts';
import { badKey, isSecretKey, renamingFailed, twice } from './refusals.ts';
import { sourceKey } from './source.ts';
import { createSteps, type Steps } from './steps.ts';

/** What each source holds, by `sourceKey`; undefined for one that AWS does not have. */
export type SourceValues = ReadonlyMap<string, readonly SourceItem[] | undefined>;

type Values = ReadonlyMap<string, Uint8Array>;

/** The keys of the Secret and their bytes. `data` wins over `dataFrom`; two names of `dataFrom` must not be one key. */
export function selectValues({ spec }: AwsSecret, sources: SourceValues): Result<Values> {
  const expressions = compileExpressions(spec);
  if (!expressions.ok) return expressions;
  const tools = { expressions: expressions.value, documents: createDocuments(), steps: createSteps() };
  const whole = selectWhole(spec, sources, tools);
  if (!whole.ok) return whole;
  const values = new Map(whole.value);
  for (const entry of spec.data ?? []) {
    const bytes = sources.get(sourceKey(dataSource(entry)))?.[0]?.bytes;
    const selected = selectEntry(entry, bytes, { ...tools, path: expressions.value.paths.get(entry.key) });
    if (!selected.ok) return selected;
    if (selected.value !== undefined) values.set(entry.key, selected.value);
  }
  return ok(values);
}

interface Tools {
  readonly expressions: Expressions;
  readonly documents: Documents;
  readonly steps: Steps;
}

/** What every `dataFrom` entry gives, without the keys that `data` names. */
function selectWhole({ data = [], dataFrom = [] }: AwsSecretSpec, sources: SourceValues, tools: Tools): Result<Values> {
  const { expressions, documents, steps } = tools;
  const named = new Set(data.map(entry => entry.key));
  const values = new Map<string, Uint8Array>();
  const origins = new Map<string, string>();
  for (const [index, entry] of dataFrom.entries()) {
    const names = namesOf(entry, sources.get(sourceKey(dataFromSource(entry))) ?? [], documents);
    if (!names.ok) return names;
    for (const { name, bytes, origin } of names.value) {
      const key = attempt(() => expressions.keys[index]?.keyOf(name, steps) ?? name);
      if (!key.ok) return renamingFailed(origin, key.problem);
      if (named.has(key.value)) continue;
      const refused = refuseKey(key.value, origin, origins.get(key.value));
      if (refused !== undefined) return refused;
      origins.set(key.value, origin);
      values.set(key.value, bytes);
    }
  }
  return ok(values);
}

function refuseKey(key: string, origin: string, other: string | undefined): Result<never> | undefined {
  if (other !== undefined) return twice(key, other, origin);
  return isSecretKey(key) ? undefined : badKey(key, origin);
}
