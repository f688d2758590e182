import type { Registry } from 'prom-client';
import { code, table } from '../crds/reference/markdown.ts';

/** prom-client's own types leave the labels out. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

const GROUPS = [
  { prefix: 'secrets_operator_', title: 'The operator’s own' },
  { prefix: 'controller_runtime_', title: 'Reconciles, as controller-runtime names them' },
  { prefix: 'workqueue_', title: 'Queues, as client-go names them' },
  { prefix: 'rest_client_', title: 'The API server, as client-go names it' },
  { prefix: '', title: 'Others' },
] as const;
/** What prom-client collects about any process of Node.js. */
const AMBIENT = /^(process|nodejs)_/;

/** The reference page of the metrics, in Markdown. */
export function metricsReference(registry: Registry): string {
  const metrics = (registry.getMetricsAsArray() as unknown as readonly Metric[]).filter(m => !AMBIENT.test(m.name));
  const groupOf = ({ name }: Metric) => GROUPS.find(({ prefix }) => name.startsWith(prefix));
  const sections = GROUPS.flatMap(group => {
    const rows = metrics
      .filter(metric => groupOf(metric) === group)
      .map(({ name, type, labelNames, help }) => [code(name), type, labelNames.map(code).join(', '), help]);
    return rows.length === 0 ? [] : [`## ${group.title}`, table(['name', 'type', 'labels', 'meaning'], rows).trimEnd()];
  });
  const head = [
    '# Metrics',
    'Served at `/metrics`, as plain HTTP without authentication. Labels are bounded: no name of a secret, key or object is\namong them. Beside these there are `process_*` and `nodejs_*`, which prom-client collects of any process.',
  ];
  return `${[...head, ...sections].join('\n\n')}\n`;
}
