/** A logger of pino's shape; a host passes its own. */
type Write = (details: Record<string, unknown>, message: string) => void;

export interface Log {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
}

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
