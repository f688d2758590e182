import { CONDITION_TYPES } from '../conditions.ts';
import { awsSecretManifest } from '../manifest.ts';
import { REASONS, type ReasonDoc } from '../reasons.ts';
import { CONDITIONS } from './conditions.ts';
import { fieldSections, type SchemaNode } from './fields.ts';
import { code, linkTo, table } from './markdown.ts';
import { NAMES } from './names.ts';
import { reasonTable } from './reason-tables.ts';

interface Crd {
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: {
      readonly kind: string;
      readonly plural: string;
      readonly shortNames: readonly string[];
      readonly categories: readonly string[];
    };
    readonly versions: readonly [
      {
        readonly name: string;
        readonly additionalPrinterColumns: readonly { readonly name: string; readonly jsonPath: string }[];
        readonly schema: { readonly openAPIV3Schema: SchemaNode };
      },
    ];
  };
}

const REASON_SECTIONS: readonly { readonly in: ReasonDoc['in']; readonly title: string; readonly where: string }[] = [
  {
    in: 'condition',
    title: 'Reasons of conditions',
    where: 'They stand beside sources and workloads too, and in events and logs.',
  },
  {
    in: 'workload',
    title: 'Reasons of workloads',
    where: 'In `status.rollout.workloads[].reason`, some in events too; never in a condition.',
  },
  {
    in: 'event',
    title: 'Reasons of events alone',
    where: 'In `kubectl events --for awss/<name>`; those of regions about the operator’s pod, in its namespace.',
  },
];

/** The reference page of AwsSecret, in Markdown: fields, conditions, reasons, names and columns, each from its source. */
export function awsSecretReference(): string {
  const { spec } = awsSecretManifest() as unknown as Crd;
  const [version] = spec.versions;
  const { description, properties } = version.schema.openAPIV3Schema;
  const { kind, plural, shortNames, categories } = spec.names;
  const reasonTitles = REASON_SECTIONS.map(({ title }) => linkTo(title, title.toLowerCase()));
  const facts = [
    `- \`apiVersion: ${spec.group}/${version.name}\`, \`kind: ${kind}\`; ${spec.scope.toLowerCase()}`,
    `- for kubectl: ${[plural, ...shortNames].map(code).join(', ')}; category ${categories.map(code).join(', ')}`,
    '- samples: [config/samples](../../config/samples); the same in a terminal: `kubectl explain awss.spec`',
  ];
  const sections = [
    `# ${kind}`,
    `${description} Defaults are set by the API server and stored. What breaks a rule is refused when it is applied.`,
    facts.join('\n'),
    `On this page: ${[
      linkTo('spec', 'spec'),
      linkTo('status', 'status'),
      linkTo('Conditions', 'conditions'),
      ...reasonTitles,
      linkTo('Names', 'names'),
      linkTo('Columns', 'columns'),
    ].join(' · ')}`,
    ...fieldSections('spec', properties?.['spec'] ?? {}),
    ...fieldSections('status', properties?.['status'] ?? {}),
    '## Conditions',
    'Each has `observedGeneration`. Which of them stand together, and what `kubectl wait` makes of them, is in\n[concepts](../concepts.md#conditions).',
    table(
      ['type', 'True', 'else', 'absent'],
      CONDITION_TYPES.map(type => [
        code(type),
        CONDITIONS[type].isTrue,
        CONDITIONS[type].isNot,
        CONDITIONS[type].isAbsent,
      ]),
    ),
    ...REASON_SECTIONS.flatMap(section => [`## ${section.title}`, section.where, reasons(section.in)]),
    '## Names',
    'All that the operator reads from, or puts into, the metadata of objects.',
    table(
      ['where', 'name', 'meaning'],
      Object.values(NAMES).map(({ where, name, meaning }) => [where, code(name), meaning]),
    ),
    '## Columns',
    `Of \`kubectl get ${shortNames[0]}\`:`,
    table(
      ['column', 'from'],
      version.additionalPrinterColumns.map(({ name, jsonPath }) => [name, code(jsonPath)]),
    ),
  ];
  return `${sections.map(section => section.trimEnd()).join('\n\n')}\n`;
}

function reasons(where: ReasonDoc['in']): string {
  const listed = Object.entries<ReasonDoc>(REASONS).filter(([, doc]) => doc.in === where);
  return reasonTable(listed.map(([reason]) => reason));
}
