/** A recorded session: what a client sent and was answered, in order. docs/recordings.md describes the file. */
export interface Session {
  readonly format: typeof SESSION_FORMAT;
  readonly version: 1;
  readonly exchanges: readonly SessionExchange[];
}

export interface SessionExchange {
  readonly request: SessionMessage & { readonly method: string; readonly path: string };
  readonly response: SessionMessage & { readonly status: number };
}

/** `body` is JSON; `bodyText` what JSON would not keep to the letter, or is none; `bodyOmitted` says why there is neither. */
export interface SessionMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly bodyText?: string;
  readonly bodyOmitted?: string;
}

export const SESSION_FORMAT = "scimkit-session";

export function isSession(value: unknown): value is Session {
  const { format, version, exchanges } = (value ?? {}) as Partial<Record<keyof Session, unknown>>;
  return format === SESSION_FORMAT && version === 1 && Array.isArray(exchanges);
}
