/**
 * The fields a log line may have. There is no field for a value, a request or a foreign error's text: what may be
 * logged is listed, not what may not.
 */
export interface LogFields {
  readonly controller?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly reconcileID?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly resource?: string;
  readonly region?: string;
  readonly secret?: string;
  readonly workload?: string;
  readonly status?: number;
  readonly keys?: readonly string[];
  readonly versionId?: string;
  readonly address?: string;
  readonly version?: string;
  readonly count?: number;
  readonly ms?: number;
}

export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  with(fields: LogFields): Log;
}
