import { sourcesOf } from '../../src/controller/aws-secret/sources/references.ts';
import { selectValues } from '../../src/controller/aws-secret/sources/select.ts';
import { sourceKey, titleOf } from '../../src/controller/aws-secret/sources/source.ts';
import type { SyncError } from '../../src/controller/runtime/error.ts';
import { anAwsSecret, textOf } from './builders.ts';

export type Spec = NonNullable<NonNullable<Parameters<typeof anAwsSecret>[0]>['spec']>;

/** What AWS has, by secret id, parameter, path or pattern: one value, or those that lie there by their names. */
export type Given = Readonly<Record<string, Content | Readonly<Record<string, Content>>>>;
type Content = string | Uint8Array;

/** The keys of the Secret as text, or why there are none. What is not given AWS does not have. */
export function selected(spec: Spec, given: Given): Readonly<Record<string, string>> | SyncError {
  const awsSecret = anAwsSecret({ spec });
  const sources = sourcesOf(awsSecret).map(source => {
    const { name } = titleOf(source);
    return [sourceKey(source), itemsOf(name, given[name])] as const;
  });
  const values = selectValues(awsSecret, new Map(sources));
  return values.ok ? textOf(values.value) : values.error;
}

function itemsOf(name: string, given: Given[string] | undefined) {
  if (given === undefined) return undefined;
  const all = typeof given === 'string' || given instanceof Uint8Array ? { [name]: given } : given;
  return Object.entries(all).map(([name, content]) => ({
    name,
    bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content,
  }));
}
