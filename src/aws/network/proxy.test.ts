import { expect, test } from 'vitest';
import { proxySettings } from './proxy.ts';

type Env = Readonly<Record<string, string>>;

const LOOPBACK = 'localhost,.localhost,127.0.0.0-127.255.255.255,::1';

const proxies: readonly { readonly why: string; readonly env: Env; readonly is: object }[] = [
  { why: 'none', env: {}, is: {} },
  { why: 'empty variables, as charts render them, are none', env: { HTTPS_PROXY: '', no_proxy: '' }, is: {} },
  { why: 'one for TLS', env: { HTTPS_PROXY: 'http://proxy:3128' }, is: { HTTPS_PROXY: 'http://proxy:3128/' } },
  {
    why: 'one for each',
    env: { HTTPS_PROXY: 'http://a', HTTP_PROXY: 'http://b' },
    is: { HTTPS_PROXY: 'http://a/', HTTP_PROXY: 'http://b/' },
  },
  {
    why: 'lower case wins, as in Node and curl',
    env: { HTTPS_PROXY: 'http://a', https_proxy: 'http://b' },
    is: { HTTPS_PROXY: 'http://b/' },
  },
  {
    why: 'without its scheme it is HTTP',
    env: { HTTPS_PROXY: 'proxy:3128' },
    is: { HTTPS_PROXY: 'http://proxy:3128/' },
  },
  {
    why: 'an address without its scheme',
    env: { HTTPS_PROXY: '10.0.0.1:80' },
    is: { HTTPS_PROXY: 'http://10.0.0.1/' },
  },
  { why: 'one that speaks TLS itself', env: { HTTPS_PROXY: 'https://proxy' }, is: { HTTPS_PROXY: 'https://proxy/' } },
  {
    why: 'a name and a password',
    env: { HTTPS_PROXY: 'http://me:p%20w@proxy' },
    is: { HTTPS_PROXY: 'http://me:p%20w@proxy/' },
  },
];

test.each(proxies)('a proxy: $why', ({ env, is }) => {
  expect(proxySettings(env)).toEqual({ NO_PROXY: LOOPBACK, ...is });
});

const bad: readonly { readonly why: string; readonly env: Env; readonly says: string }[] = [
  { why: 'a scheme that no agent speaks', env: { HTTPS_PROXY: 'socks5://hunter2@proxy' }, says: 'HTTPS_PROXY' },
  { why: 'no URL', env: { http_proxy: 'http://hunter2:[' }, says: 'HTTP_PROXY' },
  { why: 'a port that no machine has', env: { HTTPS_PROXY: 'hunter2:99999' }, says: 'HTTPS_PROXY' },
];

test.each(bad)('refused: $why, by the name of the variable and without its value', ({ env, says }) => {
  expect(() => proxySettings(env)).toThrow(`${says} cannot be used`);
  expect(() => proxySettings(env)).not.toThrow('hunter2');
});

const bypasses = [
  { why: 'a domain stands for its subdomains', list: 'amazonaws.com', is: 'amazonaws.com,.amazonaws.com' },
  { why: 'subdomains', list: '.amazonaws.com', is: '.amazonaws.com' },
  { why: 'a pattern', list: '*.amazonaws.com', is: '*.amazonaws.com' },
  { why: 'everything', list: '*', is: '*' },
  { why: 'blanks and empty entries are nothing', list: ' a.b , ,', is: 'a.b,.a.b' },
  { why: 'an address', list: '169.254.170.23', is: '169.254.170.23' },
  { why: 'a network', list: '10.0.0.0/8', is: '10.0.0.0-10.255.255.255' },
  { why: 'a network by any of its addresses', list: '192.168.17.9/20', is: '192.168.16.0-192.168.31.255' },
  { why: 'the whole of them', list: '255.0.0.1/0', is: '0.0.0.0-255.255.255.255' },
  { why: 'one alone', list: '203.0.113.7/32', is: '203.0.113.7-203.0.113.7' },
  { why: 'several', list: '10.0.0.0/8,a.b', is: '10.0.0.0-10.255.255.255,a.b,.a.b' },
];

test.each(bypasses)('around the proxy: $why', ({ list, is }) => {
  expect(proxySettings({ NO_PROXY: list }).NO_PROXY).toBe(`${LOOPBACK},${is}`);
});

test('no_proxy wins over NO_PROXY', () => {
  expect(proxySettings({ NO_PROXY: '10.0.0.1', no_proxy: '10.0.0.2' }).NO_PROXY).toBe(`${LOOPBACK},10.0.0.2`);
});
