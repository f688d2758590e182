import http from 'node:http';
import https from 'node:https';
import { Socket } from 'node:net';
import { createSecureContext, getCACertificates, TLSSocket } from 'node:tls';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Clock } from '../controller/runtime/clock.ts';
import { proxySettings } from './network/proxy.ts';

export interface NetworkOptions {
  /** In PEM; trusted beside those that Node trusts by itself, to which NODE_EXTRA_CA_CERTS adds. */
  readonly ca: readonly string[];
  /** Names the proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

const CONNECT_MS = 2_000;
const ATTEMPT_MS = 4_000;
const MAX_SOCKETS = 50;

/**
 * One pool of sockets for all clients of AWS; `destroy` closes it. Every attempt has a deadline. Throws an Error that names
 * the variable when a proxy cannot be used.
 */
export function createRequestHandler({ ca, env, clock }: NetworkOptions): NodeHttpHandler {
  const pool = { keepAlive: true, maxSockets: MAX_SOCKETS, proxyEnv: { ...proxySettings(env) } } as const;
  const httpsAgent = new https.Agent({ ...pool, ...trusting(ca) });
  limitTunnels(httpsAgent, clock);
  return new NodeHttpHandler({
    connectionTimeout: CONNECT_MS,
    requestTimeout: ATTEMPT_MS,
    throwOnRequestTimeout: true,
    httpAgent: new http.Agent(pool),
    httpsAgent,
  });
}

/** Made once: to read all certificates anew for each connection takes longer than the handshake. */
function trusting(ca: readonly string[]): https.AgentOptions {
  return ca.length === 0 ? {} : { secureContext: createSecureContext({ ca: [...getCACertificates(), ...ca] }) };
}

/**
 * Tears down a tunnel that does not stand in time: Node knows of no request to which its socket belongs, so that behind a
 * proxy that falls silent every attempt would leave one.
 */
function limitTunnels(agent: https.Agent, clock: Clock): void {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    let end = (): void => undefined;
    const socket = connect(options, (error, stream) => {
      end();
      callback?.(error, stream);
    });
    // Of a connection without a tunnel, or to a proxy that speaks TLS itself, it does not say when it stands.
    if (socket instanceof Socket && !(socket instanceof TLSSocket)) {
      end = clock.schedule(ATTEMPT_MS, () => socket.destroy(new Error('the tunnel did not stand in time')));
    }
    return socket;
  };
}
