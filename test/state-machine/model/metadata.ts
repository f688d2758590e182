import type { Metadata } from './spec.ts';

/** kubernetes.io/docs/concepts/overview/working-with-objects, "Labels and Selectors" and "Annotations". */
export function isValidMetadata({ labels = {}, annotations = {} }: Metadata): boolean {
  const areLabels = Object.entries(labels).every(([key, value]) => isQualifiedName(key) && isLabelValue(value));
  // Annotations take a prefix in capitals, too.
  return areLabels && Object.keys(annotations).every(key => isQualifiedName(key.toLowerCase()));
}

function isQualifiedName(key: string): boolean {
  const [name = '', prefix, ...more] = key.split('/').reverse();
  if (more.length > 0 || name.length > 63 || !/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name)) return false;
  return prefix === undefined || (prefix.length <= 253 && prefix.split('.').every(isDnsLabel));
}

function isDnsLabel(label: string): boolean {
  return /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(label);
}

function isLabelValue(value: string): boolean {
  return value === '' || (value.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(value));
}
