import { randomUUID } from 'node:crypto';
import type { AwsAdmin, SecretContent, Tags } from './aws-admin.ts';

interface Sample {
  readonly content: SecretContent;
  readonly token?: string;
  readonly tags?: Tags;
}

/** What config/samples read beside prod/payments/db, which tells stories of its own. */
const SECRETS: Readonly<Record<string, Sample>> = {
  'prod/payments/cluster': {
    content: JSON.stringify({
      endpoints: [
        { role: 'writer', host: 'payments-db.shop.example', port: 5432 },
        { role: 'reader', host: 'payments-db-ro.shop.example', port: 5432 },
      ],
    }),
  },
  'prod/payments/keystore': {
    content: JSON.stringify({ keystore: Buffer.of(0x30, 0x82, 0, 0xff).toString('base64'), password: 'changeit' }),
  },
  'prod/payments/licence': { content: 'licence 2', token: '8f1c2a54-3b7d-4e0a-9c55-2d6f1b7e4a90' },
  'prod/payments/providers/visa': { content: 'key of visa' },
  'prod/payments/providers/amex': { content: 'key of amex' },
  'prod/payments/features-checkout': { content: '{"checkout":"on"}', tags: { team: 'payments' } },
  'prod/payments/features-refunds': { content: '{"refunds":"off"}', tags: { team: 'payments' } },
  'prod/payments/features-search': { content: '{"search":"on"}', tags: { team: 'search' } },
};

/** Version by version. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  '/prod/payments/log-level': ['info', 'debug'],
  '/prod/payments/rate-limit': ['100', '200'],
  '/prod/payments/smtp/host': ['smtp.shop.example'],
};
/** Of a first version. moto does not tell which label it was asked for, so that this one must be asked for by that alone. */
const LABELLED = { name: '/prod/payments/rate-limit', label: 'released' } as const;

/** Makes them in each of these regions, with the same versions, as replication does. */
export async function createSampleSources(admins: readonly AwsAdmin[]): Promise<void> {
  for (const [name, { content, token = randomUUID(), tags = {} }] of Object.entries(SECRETS)) {
    for (const admin of admins) await admin.create(name, content, { token, tags });
  }
  for (const [name, values] of Object.entries(PARAMETERS)) {
    for (const admin of admins) {
      for (const value of values) await admin.putParameter(name, value);
    }
  }
  for (const admin of admins) await admin.labelParameter(LABELLED.name, 1, LABELLED.label);
}
