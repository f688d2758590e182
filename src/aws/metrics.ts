/** What is counted of the calls of AWS. */
export interface AwsMetrics {
  /** `outcome` is `success` or the reason of the failure. */
  called(operation: string, region: string, outcome: string): void;
}
