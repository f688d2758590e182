type Environment = Readonly<Record<string, string | undefined>>;

/** As `proxyEnv` of Node's agents takes it (nodejs.org/api/http.html, "Built-in Proxy Support"). */
export interface ProxySettings {
  readonly HTTP_PROXY?: string;
  readonly HTTPS_PROXY?: string;
  readonly NO_PROXY: string;
}

/** This machine is never reached through a proxy. */
const LOOPBACK = ['localhost', '.localhost', '127.0.0.0-127.255.255.255', '::1'];
const CIDR = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/**
 * HTTPS_PROXY, HTTP_PROXY and NO_PROXY as the other programs of a cluster read them (pkg.go.dev/golang.org/x/net/http/httpproxy):
 * a proxy may lack its scheme, a domain stands for its subdomains too, and networks may be named. The name in lower case
 * wins. Throws an Error that names the variable, and not the proxy: its URL may hold a password.
 */
export function proxySettings(env: Environment): ProxySettings {
  const own = (env['no_proxy'] || env['NO_PROXY'] || '').split(',').flatMap(entry => bypassed(entry.trim()));
  const proxies = (['HTTP_PROXY', 'HTTPS_PROXY'] as const).flatMap(name => {
    const url = proxyUrl(name, env[name.toLowerCase()] || env[name] || '');
    return url === undefined ? [] : [[name, url] as const];
  });
  return { ...Object.fromEntries(proxies), NO_PROXY: [...LOOPBACK, ...own].join(',') };
}

function proxyUrl(name: string, text: string): string | undefined {
  if (text === '') return undefined;
  const url = text.includes('://') ? text : `http://${text}`;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new Error(`${name} cannot be used for calls to AWS; make it a URL such as http://proxy.example:3128`);
  }
  return new URL(url).href;
}

/** Node's words for an entry of NO_PROXY. */
function bypassed(entry: string): readonly string[] {
  if (entry === '') return [];
  const network = CIDR.exec(entry);
  if (network !== null) return [rangeOf(network.slice(1).map(Number))];
  const isDomain = !/^[*.]/.test(entry) && /[a-z]/i.test(entry);
  return isDomain ? [entry, `.${entry}`] : [entry];
}

/** From the first address of a network to the last. */
function rangeOf([a = 0, b = 0, c = 0, d = 0, prefix = 32]: readonly number[]): string {
  const size = 2 ** (32 - Math.min(prefix, 32));
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = address - (address % size);
  return [first, first + size - 1].map(dotted).join('-');
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.');
}
