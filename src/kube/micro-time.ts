/**
 * A time as the type MicroTime demands it, with exactly six digits of a second (k8s.io/apimachinery,
 * pkg/apis/meta/v1/micro_time.go). `ms`: since the epoch.
 */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
