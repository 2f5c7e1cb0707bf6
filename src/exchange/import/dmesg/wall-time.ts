// wall-time.ts - the time of day in its spellings, as microseconds of which only differences mean something.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const CLOCK = String.raw`(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6})\d*)?`;
/** "Jan  5 10:20:30", "Sun Jan  5 10:20:30 2025". A syslog leaves the year out. */
const BY_NAME = new RegExp(
  String.raw`^(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) +(\d{1,2}) ${CLOCK}(?: (\d{4}))?$`,
);
/** "2025-01-05T10:20:30,400017+00:00", "Sun 2025-01-05 10:20:30 UTC". logcat leaves the year out. */
const BY_NUMBER = new RegExp(
  String.raw`^(?:[A-Z][a-z]{2} )?(?:(\d{4})-)?(\d\d)-(\d\d)[T ]${CLOCK}(?:Z|([+-])(\d\d):?(\d\d)| [A-Z]{2,5}| [+-]\d{2,4})?$`,
);
const BY_SECONDS = /^(\d{9,10})\.(\d{6})$/;
/** A leap year, so that 29 February is a day of it. */
const SOME_YEAR = 2000;

/** Null where the text is no time of day. */
export function wallTime(text: string): number | null {
  const named = BY_NAME.exec(text);
  if (named !== null) {
    const [, month, day, hour, minute, second, part, year] = named;
    const at = MONTHS.indexOf(month!);
    if (at < 0) return null;
    const date = [Number(year ?? SOME_YEAR), at, Number(day)] as const;
    return Date.UTC(...date, Number(hour), Number(minute), Number(second)) * 1e3 + micros(part);
  }
  const numbered = BY_NUMBER.exec(text);
  if (numbered !== null) {
    const [, year, month, day, hour, minute, second, part, sign, zoneHour, zoneMinute] = numbered;
    const date = [Number(year ?? SOME_YEAR), Number(month) - 1, Number(day)] as const;
    const here = Date.UTC(...date, Number(hour), Number(minute), Number(second)) * 1e3;
    const east = sign === undefined ? 0 : (Number(zoneHour) * 60 + Number(zoneMinute)) * 60e6;
    return here + micros(part) - (sign === "-" ? -east : east);
  }
  const [, seconds, part] = BY_SECONDS.exec(text) ?? [];
  return seconds === undefined ? null : Number(seconds) * 1e6 + micros(part);
}

const micros = (part: string | undefined): number =>
  part === undefined ? 0 : Number(part.padEnd(6, "0"));
