import { buildConnector } from 'undici';
import type { Connection } from './connection.ts';

const CONNECT_MS = 5_000;

/** Reads the TLS material for every new socket, because CAs and client certificates are replaced while we run. */
export function rotatingConnector(connection: Connection): buildConnector.connector {
  let last: { readonly text: string; readonly connector: buildConnector.connector } | undefined;
  const current = async (): Promise<buildConnector.connector> => {
    const material = await connection.tls();
    const text = JSON.stringify(material);
    if (last?.text !== text)
      last = { text, connector: buildConnector({ ...material, timeout: CONNECT_MS, allowH2: false }) };
    return last.connector;
  };
  return (options, callback) => {
    current().then(
      connector => connector(options, callback),
      (error: Error) => callback(error, null),
    );
  };
}
