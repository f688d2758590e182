import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BUILD = path.join(ROOT, 'test/cluster/tools/build.sh');

/** Folder of the chart under test. */
export const CHART = path.join(ROOT, 'charts/secrets-operator');

/** A Kubernetes object as the chart renders it; narrow `spec` and the like where they are looked at. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

interface HelmResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

function binary(): string {
  const { stdout } = spawnSync(BUILD, ['--path', 'helm'], { encoding: 'utf8' });
  const helm = path.join(stdout.trim(), 'helm');
  if (!existsSync(helm)) throw new Error(`${helm} is missing: run test/cluster/tools/build.sh helm`);
  return helm;
}

/** Runs the pinned helm. It never throws on a failing command: the caller judges `ok`. */
export function helm(...args: readonly string[]): HelmResult {
  const { status, stdout, stderr } = spawnSync(binary(), args, { encoding: 'utf8' });
  return { ok: status === 0, stdout, stderr };
}

/** `helm template` with these values. Release and namespace have names that are found in no default. */
export function template(values: unknown, chart: string = CHART, kubeVersion = '1.27.0'): HelmResult {
  // Values go in as one JSON object for each top-level key, so that no row depends on the escaping rules of --set.
  const sets = Object.entries(values as Record<string, unknown>).flatMap(([key, value]) => [
    '--set-json',
    `${key}=${JSON.stringify(value)}`,
  ]);
  return helm('template', 'rel', chart, '--namespace', 'ops', '--kube-version', kubeVersion, ...sets);
}

/** All objects that the chart renders with these values; throws with helm's own words when it refuses them. */
export function render(values: unknown = {}, chart: string = CHART): readonly Manifest[] {
  const result = template(values, chart);
  if (!result.ok) throw new Error(result.stderr);
  return parseAllDocuments(result.stdout)
    .map(document => document.toJS({ maxAliasCount: 0 }) as Manifest | null)
    .filter(manifest => manifest !== null);
}

/** The objects of one kind, as the type that the caller knows it to have. */
export function ofKind<T = Manifest>(manifests: readonly Manifest[], kind: string): readonly T[] {
  return manifests.filter(manifest => manifest.kind === kind) as unknown as readonly T[];
}
