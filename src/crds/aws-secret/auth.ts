import * as z from 'zod';
import { rules } from '../cel.ts';

const ROLE_ARN = '^arn:[a-z-]+:iam::[0-9]{12}:role/[!-~]+$';
/** A DNS subdomain, as the API server has them for ServiceAccounts. */
const OBJECT_NAME = '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$';

const roleArn = (description: string) =>
  z
    .string()
    .max(2048)
    .meta({
      description,
      ...rules({
        rule: `self.matches('${ROLE_ARN}')`,
        message: '`roleArn` must be the ARN of an IAM role, such as arn:aws:iam::111122223333:role/payments',
      }),
    });

/** docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: externalId and Tags. */
const assumedRole = z
  .object({
    roleArn: roleArn('Role to assume.'),
    externalId: z
      .string()
      .min(2)
      .max(1224)
      .optional()
      .meta({
        description: 'External id that the role’s trust policy asks for.',
        ...rules({
          rule: "self.matches('^[-A-Za-z0-9+=,.@:/_]+$')",
          message: '`externalId` must consist of letters, digits and + = , . @ : / - _',
        }),
      }),
    sessionTags: z
      .record(z.string().max(128), z.string().max(256))
      .optional()
      .meta({
        description:
          'Session tags, beside secrets-operator/namespace and secrets-operator/cluster, which are always set.',
        maxProperties: 40,
        ...rules({
          // AWS does not tell upper from lower case in the keys of tags.
          rule: "self.all(k, !k.matches('(?i)^(secrets-operator/|kubernetes-|eks-)'))",
          message:
            '`sessionTags` must not begin with secrets-operator/, kubernetes- or eks-, which are set by the operator and by EKS',
        }),
      }),
  })
  .meta({ description: 'A role that is assumed with the credentials so far.' });

/** Whose permissions an AwsSecret is read with. */
export const auth = z
  .object({
    serviceAccountName: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .meta({
        description:
          'ServiceAccount of this namespace whose token assumes `roleArn`. Absent: the operator’s own identity.',
        ...rules({
          rule: `self.matches('${OBJECT_NAME}')`,
          message: '`serviceAccountName` must be a DNS subdomain: lower-case letters, digits, "-" and "."',
        }),
      }),
    roleArn: roleArn(
      'Role that the token of the ServiceAccount assumes. Default: its annotation eks.amazonaws.com/role-arn.',
    ).optional(),
    assumeRoles: z.array(assumedRole).max(2).optional().meta({
      description: 'Roles that are assumed from there, one after the other.',
      'x-kubernetes-list-type': 'atomic',
    }),
  })
  .optional()
  .meta({
    description: 'Whose permissions the values are read with. Default: the operator’s.',
    ...rules(
      {
        rule: '!has(self.roleArn) || has(self.serviceAccountName)',
        message:
          '`auth.roleArn` needs `serviceAccountName`; to assume a role from the operator’s own, use `assumeRoles`',
      },
      {
        rule: 'has(self.serviceAccountName) || (has(self.assumeRoles) && size(self.assumeRoles) > 0)',
        message: '`auth` must name a `serviceAccountName` or `assumeRoles`',
      },
    ),
  });
