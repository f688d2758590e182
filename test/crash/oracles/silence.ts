import { LOG_FIELDS } from '../../../src/telemetry/log.ts';
import { findLeak } from '../../support/canary.ts';
import { AWS_CANARY, KUBE_CANARY } from '../../support/fault-proxy/fault.ts';
import type { Oracle } from './oracle.ts';

/** No value, and no text of an error from outside, comes out of the operator; it never panics. */
export const silence: Oracle = ({ lines, revisions, values }) => {
  const said = revisions.filter(({ kind }) => kind !== 'Secret' && kind !== 'Pod');
  const outputs = { log: lines.join('\n'), objects: said.map(({ object }) => JSON.stringify(object)).join('\n') };
  const metadata = revisions
    .filter(({ kind }) => kind === 'Secret')
    .map(({ object }) => JSON.stringify(object.metadata));
  const leak = findLeak({ ...outputs, metadata: metadata.join('\n') }, [...values, AWS_CANARY, KUBE_CANARY]);
  const listed = new Set(['level', 'msg', 'ts', ...Object.keys(LOG_FIELDS)]);
  const records = lines.map(line => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const unlisted = new Set(records.flatMap(record => Object.keys(record)).filter(field => !listed.has(field)));
  const panics = records.filter(({ msg }) => PANICS.test(String(msg)));
  return [
    ...(leak === undefined ? [] : [leak]),
    ...[...unlisted].map(field => `the log has a field that is not listed: ${field}`),
    ...panics.map(record => `the operator panicked: ${JSON.stringify(record)}`),
  ];
};

const PANICS = /panic|threw|reflector failed|uncaught|cannot be read/;
