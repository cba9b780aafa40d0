import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareKeys } from "../../src/schema/comparison-key.ts";
import { instantOf } from "../../src/schema/date-time.ts";

describe("instantOf", () => {
  test.for([
    ["2008-01-23T04:56:22Z", "2008-01-23T04:56:22"],
    ["2008-01-23T04:56:22", "2008-01-23T04:56:22"],
    ["2008-01-23T04:56:22+00:00", "2008-01-23T04:56:22"],
    ["2008-01-23T04:56:22-00:00", "2008-01-23T04:56:22"],
    ["2008-01-23T06:56:22.123+02:00", "2008-01-23T04:56:22.123"],
    ["2008-01-22T23:26:22-05:30", "2008-01-23T04:56:22"],
    ["2008-01-01T00:30:00+01:00", "2007-12-31T23:30:00"],
    ["2007-12-31T23:30:00-14:00", "2008-01-01T13:30:00"],
    ["2008-01-01T00:00:00+14:00", "2007-12-31T10:00:00"],
    ["2008-02-29T12:00:00Z", "2008-02-29T12:00:00"],
    ["2000-02-29T12:00:00Z", "2000-02-29T12:00:00"],
    ["2008-02-28T24:00:00Z", "2008-02-29T00:00:00"],
    ["2007-02-28T24:00:00Z", "2007-03-01T00:00:00"],
    ["2007-12-31T24:00:00.000Z", "2008-01-01T00:00:00"],
    ["2008-01-23T04:56:22.5Z", "2008-01-23T04:56:22.5"],
    ["2008-01-23T04:56:22.500Z", "2008-01-23T04:56:22.5"],
    ["2008-01-23T04:56:22.000Z", "2008-01-23T04:56:22"],
    ["2008-01-23T04:56:22.123456789012Z", "2008-01-23T04:56:22.123456789012"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00"],
    ["0099-06-01T00:00:00Z", "0099-06-01T00:00:00"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999"],
  ] as const)("%s is the instant %s [S-2.3.5-01 S-2.3.5-03]", ([text, instant]) => {
    expect(instantOf(text)).toBe(instant);
  });

  test.for([
    "2008-01-23",
    "2008-01-23Z",
    "2008-01-23T",
    "04:56:22Z",
    "T04:56:22Z",
  ])("%s lacks the date or the time [S-2.3.5-02]", (text) => {
    expect(instantOf(text)).toBeUndefined();
  });

  test.for([
    "",
    "yesterday",
    "1234",
    "2008-13-01T00:00:00Z",
    "2008-00-01T00:00:00Z",
    "2008-01-00T00:00:00Z",
    "2008-01-32T00:00:00Z",
    "2008-04-31T00:00:00Z",
    "2007-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2008-02-30T00:00:00Z",
    "2008-01-23 04:56:22Z",
    "2008-01-23t04:56:22Z",
    "2008-01-23T04:56:22z",
    "2008-01-23T04:56Z",
    "2008-01-23T04Z",
    "2008-01-23T045622Z",
    "20080123T04:56:22Z",
    "2008-1-23T04:56:22Z",
    "2008-01-23T4:56:22Z",
    "2008-01-23T25:00:00Z",
    "2008-01-23T24:00:01Z",
    "2008-01-23T24:01:00Z",
    "2008-01-23T24:00:00.1Z",
    "2008-01-23T23:60:00Z",
    "2008-01-23T23:59:60Z",
    "2008-01-23T04:56:22.Z",
    "2008-01-23T04:56:22,5Z",
    "2008-01-23T04:56:22+2:00",
    "2008-01-23T04:56:22+0200",
    "2008-01-23T04:56:22+02",
    "2008-01-23T04:56:22+14:01",
    "2008-01-23T04:56:22+15:00",
    "2008-01-23T04:56:22+02:60",
    "2008-01-23T04:56:22ZZ",
    "2008-01-23T04:56:22Z ",
    " 2008-01-23T04:56:22Z",
    "2008-01-23T04:56:22Z\n",
    "0000-01-01T00:00:00Z",
    "-0001-01-01T00:00:00Z",
    "12008-01-01T00:00:00Z",
    "+2008-01-01T00:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T24:00:00Z",
    "9999-12-31T23:59:59-01:00",
    "２００８-01-23T04:56:22Z",
  ])("%j is no dateTime [S-2.3.5-01]", (text) => {
    expect(instantOf(text)).toBeUndefined();
  });

  const DAY = 86_400_000;
  /** Far enough from the limits that no offset leaves the years 0001 … 9999. */
  const milliseconds = fc.integer({
    min: Date.parse("0001-01-01T00:00:00Z") + 2 * DAY,
    max: Date.parse("9999-12-31T00:00:00Z") - 2 * DAY,
  });
  const offsets = fc.integer({ min: -840, max: 840 });
  /** Mostly close to each other, so that the order hangs on single milliseconds. */
  const pairs = fc
    .tuple(
      milliseconds,
      fc.oneof(fc.constant(0), fc.integer({ min: -2_000, max: 2_000 }), fc.integer({ min: -DAY / 2, max: DAY / 2 })),
    )
    .map(([at, distance]) => [at, at + distance] as const);

  test("agrees with Date on which of two instants comes first, whatever their offsets and precision [S-2.3.5-03]", () => {
    fc.assert(
      fc.property(pairs, offsets, offsets, fc.boolean(), ([left, right], leftOffset, rightOffset, short) => {
        const leftKey = instantOf(written(left, leftOffset, short)) as string;
        const rightKey = instantOf(written(right, rightOffset, !short)) as string;
        expect(Math.sign(compareKeys(leftKey, rightKey))).toBe(Math.sign(left - right));
        expect(Date.parse(`${leftKey}Z`)).toBe(left);
      }),
      { numRuns: 500 },
    );
  });

  test("keeps order and equality beyond milliseconds [S-2.3.5-03]", () => {
    const fraction = fc.stringMatching(/^[0-9]{1,12}$/);
    fc.assert(
      fc.property(fraction, fraction, (left, right) => {
        const order = compareKeys(
          instantOf(`2008-01-23T04:56:22.${left}Z`) as string,
          instantOf(`2008-01-23T04:56:22.${right}Z`) as string,
        );
        expect(Math.sign(order)).toBe(Math.sign(Number(left.padEnd(12, "0")) - Number(right.padEnd(12, "0"))));
      }),
    );
  });

  test("is of a text in UTC the same as with the offset +00:00, whatever is wrong with it [S-2.3.5-01]", () => {
    const digits = "0123456789";
    const two = fc.constantFrom(
      "00",
      "01",
      "02",
      "09",
      "10",
      "12",
      "13",
      "23",
      "24",
      "28",
      "29",
      "30",
      "31",
      "59",
      "60",
      "0x",
    );
    const year = fc.constantFrom("0000", "0001", "1900", "2000", "2024", "2026", "9999", "99-1", "20a6");
    const fraction = fc.constantFrom("", ".0", ".000", ".5", ".120", ".", ".1a", ",5", ".000000001");
    const text = fc
      .tuple(
        year,
        two,
        two,
        two,
        two,
        two,
        fraction,
        fc.nat(19),
        fc.constantFrom("", ...digits, "-", ":", "T", " ", "\u0131"),
      )
      .map(([y, month, day, hour, minute, second, rest, at, spoil]) => {
        const whole = `${y}-${month}-${day}T${hour}:${minute}:${second}${rest}`;
        return spoil === "" ? whole : whole.slice(0, at) + spoil + whole.slice(at + 1);
      });
    fc.assert(
      fc.property(text, (time) => {
        expect(instantOf(`${time}Z`)).toBe(instantOf(`${time}+00:00`));
      }),
      { numRuns: 3000 },
    );
  });

  test("never throws, and gives an instant that is its own instant", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[0-9.Z+:-]*$/)),
        (text) => {
          const instant = instantOf(text);
          if (instant !== undefined) expect(instantOf(instant)).toBe(instant);
        },
      ),
    );
  });
});

/** The instant as a clock with that offset (in minutes east of UTC) shows it; `short` leaves zeros out where it may. */
function written(at: number, offset: number, short: boolean): string {
  const clock = new Date(at + offset * 60_000).toISOString().slice(0, -1);
  const shortened = clock.replace(/\.?0+$/, "");
  const minutes = Math.abs(offset);
  const zone = `${offset < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
  return `${short && clock.endsWith("0") && shortened.length >= "0000-00-00T00:00:00".length ? shortened : clock}${short && offset === 0 ? "Z" : zone}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
