import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { AWS_SECRETS } from '../support/definitions.ts';
import type { JsonSchema } from './schema/json-schema.ts';

interface Definition {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: JsonSchema } }[] };
}

/** What of an AwsSecret its users write, as the API server is told. */
export async function readSpecSchema(): Promise<JsonSchema> {
  const { spec } = parse(await readFile(AWS_SECRETS, 'utf8')) as Definition;
  const [version] = spec.versions;
  const root = version?.schema.openAPIV3Schema;
  const written = root?.properties?.['spec'];
  if (root === undefined || written === undefined) throw new Error(`${AWS_SECRETS}: no schema of spec`);
  return { type: 'object', required: root.required ?? [], properties: { spec: written } };
}
