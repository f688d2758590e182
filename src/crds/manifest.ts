import * as z from 'zod';
import { awsSecretSpecSchema, awsSecretStatusSchema } from './aws-secret.ts';
import { NEVER } from './conditions.ts';
import { GROUP, VERSION } from './names.ts';

type Json = { readonly [key: string]: unknown };

/**
 * The CustomResourceDefinition of AwsSecret as a plain object, ready to be printed as YAML.
 * Throws when a schema cannot be a structural one (a union, or a list, map or string without a bound): a defect of
 * this folder, found when it is generated.
 */
export function awsSecretManifest(): Json {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `awssecrets.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind: 'AwsSecret',
        listKind: 'AwsSecretList',
        plural: 'awssecrets',
        singular: 'awssecret',
        shortNames: ['awss'],
        categories: ['secrets-operator'],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: 'AwsSecret keeps one Secret equal to what AWS holds, and rolls the workloads that use it.',
              required: ['spec'],
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec: structural(awsSecretSpecSchema),
                status: { ...structural(awsSecretStatusSchema), default: INITIAL_STATUS },
              },
            },
          },
        },
      ],
    },
  };
}

const columns: readonly Json[] = [
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
  { name: 'Target', type: 'string', jsonPath: '.status.target.name' },
  { name: 'Region', type: 'string', jsonPath: '.status.sources[0].region' },
  { name: 'Version', type: 'string', jsonPath: '.status.sources[0].versionId' },
  { name: 'Last Change', type: 'date', jsonPath: '.status.lastChangeTime' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

/**
 * What an AwsSecret says before the operator has seen it. Without it kstatus would take an object that has no condition
 * for a finished one; a default costs no write.
 */
const INITIAL_STATUS: Json = {
  observedGeneration: -1,
  conditions: [
    { type: 'Ready', status: 'Unknown' },
    { type: 'Reconciling', status: 'True' },
  ].map(condition => ({
    ...condition,
    reason: 'Progressing',
    message: 'Waiting for the operator.',
    lastTransitionTime: NEVER,
    observedGeneration: 0,
  })),
};

/** JSON Schema of a zod schema in the structural form that the API server demands. */
function structural(schema: z.ZodType): Json {
  return convert(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as Json, 'schema');
}

const DROPPED = new Set([
  '$schema',
  'additionalProperties',
  'propertyNames',
  'properties',
  'items',
  'exclusiveMinimum',
]);

function convert(node: Json, path: string): Json {
  for (const union of ['anyOf', 'oneOf', 'allOf', 'not']) {
    if (union in node) throw new Error(`${path}: ${union} is not structural; model alternatives as optional fields`);
  }
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) if (!DROPPED.has(key)) out[key] = value;
  // zod bounds integers by what JavaScript can represent, which says nothing to a reader of the API.
  if (out['maximum'] === Number.MAX_SAFE_INTEGER) delete out['maximum'];
  if (node['type'] === 'string' && !('enum' in node)) demand(node, 'maxLength', path);
  if (node['type'] === 'array') {
    demand(node, 'maxItems', path);
    out['items'] = convert(node['items'] as Json, `${path}[]`);
  }
  if (node['properties']) {
    const properties = Object.entries(node['properties'] as Record<string, Json>);
    out['properties'] = Object.fromEntries(properties.map(([key, value]) => [key, convert(value, `${path}.${key}`)]));
  } else if (node['type'] === 'object') {
    demand(node, 'maxProperties', path);
    out['additionalProperties'] = convert(node['additionalProperties'] as Json, `${path}{}`);
  }
  return out;
}

function demand(node: Json, bound: string, path: string): void {
  if (!(bound in node)) throw new Error(`${path}: ${bound} is missing; every list, map and string is bounded`);
}
