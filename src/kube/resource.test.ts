import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resourcePath, SECRETS } from './resource.ts';

const DEPLOYMENTS = { group: 'apps', version: 'v1', plural: 'deployments' };

const paths = [
  { why: 'a collection of all namespaces', args: [SECRETS], path: '/api/v1/secrets' },
  { why: 'a collection', args: [SECRETS, 'shop'], path: '/api/v1/namespaces/shop/secrets' },
  { why: 'an object', args: [SECRETS, 'shop', 'db'], path: '/api/v1/namespaces/shop/secrets/db' },
  { why: 'a group', args: [DEPLOYMENTS, 'shop', 'app'], path: '/apis/apps/v1/namespaces/shop/deployments/app' },
  {
    why: 'a subresource',
    args: [DEPLOYMENTS, 'shop', 'app', 'status'],
    path: '/apis/apps/v1/namespaces/shop/deployments/app/status',
  },
] as const;

for (const { why, args, path } of paths) {
  test(why, () => expect(resourcePath(...(args as unknown as Parameters<typeof resourcePath>))).toBe(path));
}

/** The path that is really asked for: URL parsers resolve dots and cut queries. */
function asked(namespace: string, name: string): readonly string[] | 'refused' {
  try {
    const { pathname, search, hash, host } = new URL(`https://server${resourcePath(SECRETS, namespace, name)}`);
    expect([search, hash, host]).toEqual(['', '', 'server']);
    return pathname.split('/');
  } catch {
    return 'refused';
  }
}

const hostile = [
  { why: 'a slash', name: 'a/b' },
  { why: 'a path to elsewhere', name: '../../kube-system/secrets/token' },
  { why: 'a query', name: 'a?dryRun=All' },
  { why: 'a fragment', name: 'a#b' },
  { why: 'an encoded slash', name: 'a%2fb' },
  { why: 'a backslash, which URL parsers take for a slash', name: 'a\\b' },
  { why: 'line breaks, which URL parsers drop', name: 'a\r\nb' },
  { why: 'the parent directory, which no encoding hides', name: '..' },
  { why: 'the encoded parent directory', name: '%2e%2e' },
  { why: 'the directory itself', name: '.' },
];

for (const { why, name } of hostile) {
  test(`a hostile name cannot leave its place: ${why}`, () => {
    const segments = asked('shop', name);
    if (segments === 'refused') return;
    expect(segments.slice(0, 6)).toEqual(['', 'api', 'v1', 'namespaces', 'shop', 'secrets']);
    expect(segments.slice(6).map(decodeURIComponent)).toEqual([name]);
    expect(asked(name, 'db')[4]).toBe(segments[6]);
  });
}

test('any name that Kubernetes allows stands in the path as it is', () => {
  const name = fc.stringMatching(/^[a-z0-9]([-.a-z0-9]{0,60}[a-z0-9])?$/);
  fc.assert(
    fc.property(name, name, (namespace, object) => {
      expect(asked(namespace, object)).toEqual(['', 'api', 'v1', 'namespaces', namespace, 'secrets', object]);
    }),
  );
});
