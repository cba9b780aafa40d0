import type { CompiledResourceType, ResourceTypeDefinition } from "../../schema/resource-type.ts";
import type { ResourceObject } from "../../schema/value.ts";
import type { ScimOptions } from "../../service/options.ts";
import type { StorageAdapter } from "../../storage/adapter.ts";
import type { TestFailures } from "./failures.ts";

/** What a test server begins with, and goes back to with `reset`: bodies as a client would send them in a POST. */
export interface TestSeed {
  /**
   * Users, made first. A body's `id` becomes that of the resource, so that tests can name it; `schemas` may be left out. Default none.
   */
  readonly users?: readonly object[] | undefined;
  /** Groups, made after the users, so that `members` may name those by the ids that the seed gives. Default none. */
  readonly groups?: readonly object[] | undefined;
  /** Bodies of other resource types by their names, made last. Default none. */
  readonly others?: Readonly<Record<string, readonly object[]>> | undefined;
}

/** What of `ScimOptions` is decided by the test server itself, or asked for in another form. */
type Decided = "resourceTypes" | "storage" | "baseUrl" | "path" | "unsafeNoAuthentication";

/** Options of `startTestServer`. All those of `createScim` may be given too: `profile`, `bulk`, `limits`, `paging`, `plugins`, … */
export interface TestServerOptions extends Partial<Omit<ScimOptions, Decided>> {
  /** Default: `User` with the enterprise extension, and `Group`. */
  readonly resourceTypes?: readonly ResourceTypeDefinition[] | undefined;
  /** Makes the storage, an empty one for each `reset`. Default `() => memoryStorage()`. */
  readonly storage?: (() => StorageAdapter | Promise<StorageAdapter>) | undefined;
  /** The bearer token that is taken, of 16 characters or more. Default `"test-server-token"`. With `authenticate` nobody asks for it. */
  readonly token?: string | undefined;
  /** What is there from the start; a function is called for each `reset`. Default nothing. */
  readonly seed?: TestSeed | (() => TestSeed | Promise<TestSeed>) | undefined;
  /** `false`: there is no socket, and the server answers by its `fetch` alone: on every runtime, and in no time. Default `true`. */
  readonly listen?: boolean | undefined;
  /** The TCP port, on 127.0.0.1. Default 0: one that is free. */
  readonly port?: number | undefined;
}

/** A request that a test server was asked, in the order in which they came. */
export interface TestRequest {
  readonly method: string;
  /** Below the base URL, with its query as it came: `/Users?startIndex=1`. */
  readonly path: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON that was sent, text where it is none; undefined where there was no body. */
  readonly body: unknown;
  /** What it was answered; undefined while it is under way, and where the connection was cut. */
  readonly status: number | undefined;
  /** Whether a failure that the test asked for was the answer. */
  readonly isFailed: boolean;
}

/** A SCIM server for the tests of a client. */
export interface TestServer extends TestFailures, AsyncDisposable {
  /** The base URL, without a slash at its end: `http://127.0.0.1:41234/scim/v2`. */
  readonly url: string;
  /** The bearer token that it takes. */
  readonly token: string;
  /** Asks the server without a socket, whether it has one or not. Only URLs below `url` are answered, others are a 404. */
  readonly fetch: (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;
  /** Every request since the start or the last `reset`. */
  readonly requests: readonly TestRequest[];
  /** The resource types that are served. */
  readonly resourceTypes: readonly CompiledResourceType[];
  /**
   * All resources of a type as the server has them now, whatever the client may see.
   * @throws {TypeError} for a type that it does not serve.
   */
  resources(resourceType: string): Promise<readonly ResourceObject[]>;
  /**
   * Goes back to the seed: what clients have changed is gone, `requests` is empty, and no failure is asked for any more.
   * @throws {Error} where the seed is refused; the message says which body and why.
   */
  reset(): Promise<void>;
  /** Frees the port, and ends the connections that are open. Calling it twice does nothing. */
  close(): Promise<void>;
}
