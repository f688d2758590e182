import { restartAnnotation } from '../../src/controller/rollout/annotation.ts';
import { CONTENT_ANNOTATION, REFRESH_REQUESTED_ANNOTATION } from '../../src/crds/names.ts';
import { type Aws, shorten } from './aws.ts';
import type { Kubectl } from './kubectl.ts';
import type { Proof, Prover } from './proof.ts';
import { awsSecret, deployment, namespace, showAwsSecrets } from './samples.ts';
import { type Stage, until } from './stage.ts';
import { followRollout, readTemplateAnnotation } from './workload.ts';

/** What a pod had when it was last asked. */
export interface Sighting {
  readonly pod: string;
  readonly proof: Proof;
}

export interface RotationOptions {
  readonly kubectl: Kubectl;
  readonly aws: Aws;
  readonly prover: Prover;
  readonly before: Sighting;
}

/** A new password in AWS: the Secret changes, the Deployment rolls, the new pod has it. */
export async function rotate(stage: Stage, { kubectl, aws, prover, before }: RotationOptions): Promise<void> {
  const { say } = stage.narrator;
  const oldContent = await readContent(kubectl);
  const credentials = await aws.rotate();
  await requestRefresh(stage, kubectl);
  const content = await until(stage, `Secret ${awsSecret}: another content`, 30_000, async () => {
    const now = await readContent(kubectl);
    return now !== oldContent && now;
  });
  say(
    `Secret ${awsSecret} has another content: its keyed hash was ${shortenHash(oldContent)}, is ${shortenHash(content)}`,
  );

  const annotation = restartAnnotation(awsSecret);
  await until(stage, `Deployment ${deployment}: annotation ${annotation} with the new content`, 60_000, async () => {
    return (await readTemplateAnnotation(kubectl, annotation)) === content;
  });
  say(`The operator has put that hash into the pod template of Deployment ${deployment}, so that it rolls`);
  const pod = await followRollout(stage, kubectl);
  assertReplaced(pod === before.pod ? 'its pod is the old one' : undefined);
  say(`The pod ${pod} has taken the place of ${before.pod}`);
  const proof = await prover.prove(pod, credentials);
  assertReplaced(proof['password'] === before.proof['password'] ? 'the password is the old one' : undefined);
  say(`Before the rotation that HMAC was ${shorten(before.proof['password'] ?? '')}…: the password is another one`);
  await showOutcome(stage, kubectl);
}

async function requestRefresh({ narrator }: Stage, kubectl: Kubectl): Promise<void> {
  narrator.say(
    'Without more, the operator sees it within refreshInterval (1m); so that nobody waits, a refresh is asked for',
  );
  const request = `${REFRESH_REQUESTED_ANNOTATION}=${new Date().toISOString()}`;
  const args = ['annotate', 'awssecrets', '--all', '--overwrite', '--namespace', namespace, request];
  narrator.quote(
    `kubectl annotate awssecrets --all --overwrite -n ${namespace} ${request}`,
    await kubectl.run(...args),
  );
}

async function showOutcome(stage: Stage, kubectl: Kubectl): Promise<void> {
  const object = ['--namespace', namespace, `awssecret/${awsSecret}`];
  await kubectl.run('wait', '--for=condition=RolledOut', '--timeout=30s', ...object);
  const path = '{.status.conditions[?(@.type=="RolledOut")].message}';
  const message = await kubectl.run('get', `--output=jsonpath=${path}`, ...object);
  stage.narrator.say(`The AwsSecret ${awsSecret} says so too, by its condition RolledOut: ${message}`);
  await showAwsSecrets(stage, kubectl);
}

async function readContent(kubectl: Kubectl): Promise<string | undefined> {
  const secret = await kubectl.read<Annotated>(namespace, 'secret', awsSecret);
  return secret?.metadata.annotations?.[CONTENT_ANNOTATION];
}

interface Annotated {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

/** The annotation is `<id of the key>.<hash>`. */
function shortenHash(content = ''): string {
  return shorten(content.slice(content.indexOf('.') + 1));
}

function assertReplaced(problem: string | undefined): void {
  if (problem !== undefined) throw new Error(`Deployment ${deployment} has rolled, but ${problem}`);
}
