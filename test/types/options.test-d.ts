import type { FetchHandlerOptions } from "scimkit/fetch";
import type { FilterParseOptions, ResolveOptions } from "scimkit/filter";
import type { MemoryStorageOptions } from "scimkit/memory";
import type { NodeHandlerOptions } from "scimkit/node";
import type { MappedStorageOptions, PrepareOptions, SqliteOptions, SqlStorageOptions } from "scimkit/sql";
import type { ScanOptions } from "scimkit/storage";
import type { ConformanceOptions } from "scimkit/testing";
import { describe, expectTypeOf, test } from "vitest";
import * as z from "zod";
import { DEFAULT_LIMITS } from "../../src/call/limits.ts";
import type {
  AuthenticationScheme,
  BearerOptions,
  ClockOptions,
  DiscoveryOptions,
  DrainOptions,
  Limits,
  PagingOptions,
  ProfileDefinition,
  ProfileSettings,
  ReindexOptions,
  RetryOptions,
  ScimErrorOptions,
  ScimOptions,
  SecurityEventOptions,
  TenantOptions,
  UpkeepOptions,
} from "../../src/index.ts";
import { type AnnouncementsShape, SecurityEventsShape } from "../../src/service/announce.ts";
import {
  AuthenticationSchemeShape,
  ClockShape,
  DiscoveryShape,
  OptionsShape,
  PagingShape,
  TenantShape,
} from "../../src/service/check-options.ts";
import type { DEFAULTS, settle } from "../../src/service/defaults.ts";
import type { ShapeOf } from "../../src/service/shape.ts";

type Announcements = NonNullable<DiscoveryOptions["announce"]>;

describe("what is checked at run time and the interface have the same keys", () => {
  test("as they are", () => {
    expectTypeOf<keyof typeof OptionsShape.shape>().toEqualTypeOf<keyof ScimOptions>();
    expectTypeOf<keyof typeof TenantShape.shape>().toEqualTypeOf<keyof TenantOptions>();
    expectTypeOf<keyof typeof PagingShape.shape>().toEqualTypeOf<keyof PagingOptions>();
    expectTypeOf<keyof typeof DiscoveryShape.shape>().toEqualTypeOf<keyof DiscoveryOptions>();
    expectTypeOf<keyof typeof ClockShape.shape>().toEqualTypeOf<keyof ClockOptions>();
    expectTypeOf<keyof typeof AuthenticationSchemeShape.shape>().toEqualTypeOf<keyof AuthenticationScheme>();
    expectTypeOf<keyof typeof AnnouncementsShape.shape>().toEqualTypeOf<"securityEvents">();
    expectTypeOf<keyof typeof SecurityEventsShape.shape>().toEqualTypeOf<
      keyof NonNullable<Announcements["securityEvents"]>
    >();
  });

  test("and a key that the interface alone has does not compile", () => {
    interface More extends ScimOptions {
      readonly more?: boolean;
    }
    // @ts-expect-error: the check lacks `more`
    OptionsShape.shape satisfies ShapeOf<More>;
    // @ts-expect-error: the check lacks `more`
    TenantShape.shape satisfies ShapeOf<TenantOptions & { readonly more?: boolean }>;
    // @ts-expect-error: the check lacks `more`
    PagingShape.shape satisfies ShapeOf<PagingOptions & { readonly more?: boolean }>;
    // @ts-expect-error: the check lacks `more`
    DiscoveryShape.shape satisfies ShapeOf<DiscoveryOptions & { readonly more?: boolean }>;
    // @ts-expect-error: the check lacks `more`
    ClockShape.shape satisfies ShapeOf<ClockOptions & { readonly more?: boolean }>;
    // @ts-expect-error: the check lacks `more`
    AuthenticationSchemeShape.shape satisfies ShapeOf<AuthenticationScheme & { readonly more?: boolean }>;
    // @ts-expect-error: the check lacks `more`
    SecurityEventsShape.shape satisfies ShapeOf<Announcements["securityEvents"] & { readonly more?: boolean }>;
    // @ts-expect-error: a limit without a default is not checked either
    DEFAULT_LIMITS satisfies Limits & { readonly more: number };
  });

  test("nor does one that the check alone has", () => {
    const more = z.boolean().optional();
    // @ts-expect-error: the interface lacks `more`
    ({ ...OptionsShape.shape, more }) satisfies ShapeOf<ScimOptions>;
    // @ts-expect-error: the interface lacks `more`
    ({ ...TenantShape.shape, more }) satisfies ShapeOf<TenantOptions>;
    // @ts-expect-error: the interface lacks `more`
    ({ ...PagingShape.shape, more }) satisfies ShapeOf<PagingOptions>;
    // @ts-expect-error: the interface lacks `more`
    ({ ...DiscoveryShape.shape, more }) satisfies ShapeOf<DiscoveryOptions>;
    // @ts-expect-error: the interface lacks `more`
    ({ ...ClockShape.shape, more }) satisfies ShapeOf<ClockOptions>;
    // @ts-expect-error: the interface lacks `more`
    ({ ...AuthenticationSchemeShape.shape, more }) satisfies ShapeOf<AuthenticationScheme>;
    // @ts-expect-error: the interface lacks `more`
    ({ securityEvents: SecurityEventsShape, more }) satisfies ShapeOf<Announcements>;
    // @ts-expect-error: the interface lacks `more`
    ({ ...DEFAULT_LIMITS, more: 1 }) satisfies Limits;
  });
});

describe("the defaults", () => {
  test("are no option's but the interface's", () => {
    expectTypeOf<Exclude<keyof typeof DEFAULTS, keyof ScimOptions>>().toEqualTypeOf<never>();
  });

  test("make what may be left out what is there", () => {
    type Settled = ReturnType<typeof settle>;
    expectTypeOf<Settled["writableGroups"]>().toEqualTypeOf<boolean>();
    expectTypeOf<Settled["limits"]>().toEqualTypeOf<Limits>();
    expectTypeOf<Settled["paging"]["cursorTimeout"]>().toEqualTypeOf<number>();
  });
});

/** The options that may be left out and may not be undefined. */
type Exact<T> = {
  [K in keyof T]-?: { readonly [P in K]: undefined } extends Pick<T, K>
    ? never
    : Record<never, never> extends Pick<T, K>
      ? K
      : never;
}[keyof T];

describe("every option that may be left out may be undefined", () => {
  test("of createScim, its groups and what a tenant has of its own", () => {
    expectTypeOf<Exact<ScimOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<PagingOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<DiscoveryOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<ClockOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<AuthenticationScheme>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<NonNullable<ScimOptions["limits"]>>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<TenantOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<ProfileSettings>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<ProfileDefinition>>().toEqualTypeOf<never>();
  });

  test("of what is called beside it, and of storage", () => {
    expectTypeOf<Exact<BearerOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<DrainOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<RetryOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<ScimErrorOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<SecurityEventOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<FetchHandlerOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<NodeHandlerOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<MemoryStorageOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<SqlStorageOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<MappedStorageOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<PrepareOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<SqliteOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<UpkeepOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<ReindexOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<ScanOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<FilterParseOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<ResolveOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Exact<ConformanceOptions>>().toEqualTypeOf<never>();
  });

  test("and one that may not is found", () => {
    expectTypeOf<
      Exact<{ readonly needed: string; readonly open?: 1 | undefined; readonly exact?: 1 }>
    >().toEqualTypeOf<"exact">();
  });
});
