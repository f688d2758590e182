import type { World } from '../integration/world.ts';
import type { Call } from '../support/fault-proxy/call.ts';
import { awsError } from '../support/fault-proxy/fault.ts';
import { awsValue, regionOf } from './hand.ts';
import {
  type Aws,
  FORMER,
  OWN_SECRETS,
  PRIMARY,
  SHARED_PARAMETERS,
  SHARED_SECRETS,
  type Stored,
  storedKey,
} from './model/aws.ts';
import type { Names } from './model/names.ts';
import type { ModelSecret } from './model/secrets.ts';
import type { Scene } from './model/verdict.ts';

/** Makes in AWS what all sequences share. */
export async function makeShared(world: World, names: Names, { aws }: Scene): Promise<void> {
  const { denied, sealed } = names.shared;
  const isOf = (secretId: string) => (call: Call) => call.target === `aws/${PRIMARY}` && call.ids.includes(secretId);
  world.faults.inject(awsError('AccessDeniedException'), isOf(denied));
  world.faults.inject(awsError('DecryptionFailure'), isOf(sealed));
  await makeInAws(
    world,
    aws,
    SHARED_SECRETS.map(name => names.shared[name]),
  );
  for (const name of SHARED_PARAMETERS) await makeParameter(world, names.parameters[name], aws);
}

async function makeParameter(world: World, name: string, aws: Aws): Promise<void> {
  const admin = world.aws[regionOf(PRIMARY)];
  const { previous, current } = aws.get(storedKey(PRIMARY, name)) ?? {};
  const former = await admin.putParameter(name, String(previous?.bytes));
  await admin.putParameter(name, String(current?.bytes));
  await admin.labelParameter(name, former, FORMER);
}

/** Makes what the sequence of `names` alone meets. */
export async function makeOwn(world: World, names: Names, { aws, secrets }: Scene): Promise<void> {
  await makeInAws(
    world,
    aws,
    OWN_SECRETS.map(name => names.own[name]),
  );
  for (const [name, secret] of secrets) {
    await world.kube.create(world.path('secrets', '').slice(0, -1), manifestOf(name, secret));
  }
}

async function makeInAws(world: World, aws: Aws, wanted: readonly string[]): Promise<void> {
  for (const [key, stored] of aws) {
    const [region = PRIMARY, secretId = ''] = key.split(' ');
    if (wanted.includes(secretId)) await makeSecret(world, region, secretId, stored);
  }
}

async function makeSecret(
  world: World,
  region: string,
  secretId: string,
  { previous, current, trouble, tags }: Stored,
) {
  const admin = world.aws[regionOf(region)];
  const first = previous ?? current;
  await admin.create(secretId, first && awsValue(first), { ...(tags !== undefined && { tags }) });
  if (previous !== undefined && current !== undefined) await admin.put(secretId, awsValue(current));
  if (trouble === 'deleted') await admin.scheduleDeletion(secretId);
}

function manifestOf(name: string, { type, data, theirs, owner, isImmutable = false }: ModelSecret): object {
  const boss = { apiVersion: 'v1', kind: 'ConfigMap', name: 'boss', uid: owner, controller: true };
  const ownerReferences = owner === undefined ? [] : [boss];
  return { metadata: { name, ...theirs, ownerReferences }, type, data, immutable: isImmutable };
}
