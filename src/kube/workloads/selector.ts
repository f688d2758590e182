import type { V1LabelSelector } from '@kubernetes/client-node';

/** A selector as the `labelSelector` parameter (kubernetes.io/docs/concepts/overview/working-with-objects/labels, "API"). */
export function formatSelector(selector: V1LabelSelector | undefined): string {
  const equal = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const sets = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'Exists':
        return key;
      case 'DoesNotExist':
        return `!${key}`;
      case 'NotIn':
        return `${key} notin (${values.join(',')})`;
      default:
        return `${key} in (${values.join(',')})`;
    }
  });
  return [...equal, ...sets].join(',');
}
