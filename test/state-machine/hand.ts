import type { LiveAwsSecret, LiveSecret } from '../integration/objects.ts';
import type { Region } from '../integration/setup.ts';
import type { World } from '../integration/world.ts';
import type { KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { PRIMARY, SECONDARY } from './model/aws.ts';
import type { Content } from './model/content.ts';
import type { Names } from './model/names.ts';
import type { Edit } from './model/sequence.ts';
import type { Spec } from './model/spec.ts';
import type { Json, JsonObject } from './schema/json-schema.ts';
import type { Seen, Sight } from './sight.ts';
import type { Answer, User } from './user.ts';

/** All that is done to, and seen of, the objects of one sequence. */
export interface Hand {
  readonly names: Names;
  create(spec: Spec): Promise<LiveAwsSecret>;
  /** Puts `manifest` in place of the AwsSecret's, whose metadata stay; the answer may be a refusal. */
  replace(manifest: Json): Promise<Answer<LiveAwsSecret>>;
  /** Asks for a refresh. */
  request(value: string): Promise<void>;
  /** Deletes the AwsSecret; nothing collects what it owns. */
  remove(): Promise<void>;
  rotate(region: string, secretId: string, content: Content): Promise<void>;
  /** The answer may be a refusal. */
  edit(name: string, what: Edit): Promise<Answer>;
  removeSecret(name: string): Promise<void>;
  /** As the watches have it. */
  glimpse(): Seen;
  /** As the API server has it now. */
  look(): Promise<Seen & { readonly awsSecret: LiveAwsSecret }>;
}

const KIND = { apiVersion: 'secrets-operator.io/v1alpha1', kind: 'AwsSecret' } as const;
const PREFIX = 'secrets-operator.io';

export function createHand(world: World, user: User, sight: Sight, names: Names): Hand {
  const name = names.awsSecret;
  const path = world.path('awssecrets', name);
  const must = async <T>(call: Promise<Answer<T>>): Promise<T> => {
    const { status, body } = await call;
    if (status >= 300) throw new Error(`the API server refused with ${status}: ${body.message}`);
    return body;
  };
  const secret = (of: string) => must(user.call<LiveSecret>('GET', world.path('secrets', of)));
  const awsSecret = () => must(user.call<LiveAwsSecret>('GET', path));
  const glimpse = (): Seen => sight.of(name);

  return {
    names,
    create: spec =>
      must(
        user.call<LiveAwsSecret>('POST', world.path('awssecrets', '').slice(0, -1), {
          ...KIND,
          metadata: { name },
          spec,
        }),
      ),
    async replace(manifest) {
      for (;;) {
        const { metadata } = await awsSecret();
        const { resourceVersion, annotations = {} } = metadata;
        const body = { ...(manifest as JsonObject), ...KIND, metadata: { name, resourceVersion, annotations } };
        const answer = await user.call<LiveAwsSecret>('PUT', path, body);
        // The operator wrote the status in between.
        if (answer.status !== 409) return answer;
      }
    },
    async request(value) {
      await must(user.call('PATCH', path, { metadata: { annotations: { [`${PREFIX}/refresh-requested`]: value } } }));
    },
    async remove() {
      await must(user.call('DELETE', path));
      await until(`${name} is gone`, { timeoutMs: 10_000 }, async () => (await user.call('GET', path)).status === 404);
    },
    async rotate(region, secretId, content) {
      await world.aws[regionOf(region)].put(secretId, awsValue(content));
    },
    edit: async (of, what) => await user.call('PATCH', world.path('secrets', of), editOf(await secret(of), what)),
    async removeSecret(of) {
      await must(user.call('DELETE', world.path('secrets', of)));
    },
    glimpse,
    async look() {
      // The watches tell which names there are.
      const live = await Promise.all(
        [...glimpse().secrets.keys()].map(of => user.call<LiveSecret>('GET', world.path('secrets', of))),
      );
      const found = live.filter(({ status }) => status === 200).map(({ body }) => [body.metadata.name, body] as const);
      return { awsSecret: await awsSecret(), secrets: new Map(found) };
    },
  };
}

/** The region that a moto stands for; throws for any other. */
export function regionOf(name: string): Region {
  const region = ([PRIMARY, SECONDARY] as const).find(known => known === name);
  if (region === undefined) throw new RangeError(`no moto stands for region ${name}`);
  return region;
}

/** Text goes into AWS as text; what is none, as bytes. */
export function awsValue({ bytes }: Content): string | Uint8Array {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : bytes;
}

const EDITED = Buffer.from('edited by hand').toString('base64');

/** A merge patch. */
function editOf({ data = {} }: KubeObject & Pick<LiveSecret, 'data'>, what: Edit): object {
  const [key = 'added'] = Object.keys(data);
  const gone = (...names: readonly string[]) => Object.fromEntries(names.map(name => [`${PREFIX}/${name}`, null]));
  switch (what) {
    case 'value':
      return { data: Object.fromEntries([[key, EDITED]]) };
    case 'key added':
      return { data: { 'added.by-hand': EDITED } };
    case 'key gone':
      return { data: Object.fromEntries([[key, null]]) };
    case 'all data':
      return { data: null };
    case 'label':
      return { metadata: { labels: gone('owner') } };
    case 'owner':
      return { metadata: { ownerReferences: null } };
    case 'annotations':
      return { metadata: { annotations: gone('content', 'changed-at', 'history') } };
    default:
      return what satisfies never;
  }
}
