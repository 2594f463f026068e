package dev.wherry.api.http;

import dev.wherry.config.WherryVersion;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** The headers that every answer carries, whatever its status. */
public final class StandardHeaders {
  /** Value of {@code Content-Type} for JSON, as dockerd writes it. */
  public static final CharSequence JSON = HttpHeaders.createOptimized("application/json");

  /** Value of {@code Content-Type} for plain text. */
  public static final CharSequence TEXT = HttpHeaders.createOptimized("text/plain; charset=utf-8");

  private static final CharSequence API_VERSION = HttpHeaders.createOptimized("Api-Version");
  private static final CharSequence EXPERIMENTAL =
      HttpHeaders.createOptimized("Docker-Experimental");
  private static final CharSequence OSTYPE = HttpHeaders.createOptimized("Ostype");
  private static final CharSequence VERSION =
      HttpHeaders.createOptimized(ApiVersion.CURRENT.toString());
  private static final CharSequence FALSE = HttpHeaders.createOptimized("false");
  private static final CharSequence LINUX = HttpHeaders.createOptimized("linux");
  private static final CharSequence SERVER =
      HttpHeaders.createOptimized("Wherry/" + WherryVersion.current().number() + " (linux)");
  private static final String DAYS = "MonTueWedThuFriSatSun";
  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

  private static volatile Stamp stamp = new Stamp(0, "");

  private StandardHeaders() {}

  /** Puts them on an answer. */
  public static void put(MultiMap headers) {
    headers
        .set(API_VERSION, VERSION)
        .set(EXPERIMENTAL, FALSE)
        .set(OSTYPE, LINUX)
        .set(HttpHeaders.SERVER, SERVER)
        .set(HttpHeaders.DATE, date());
  }

  private static CharSequence date() {
    long second = System.currentTimeMillis() / 1000;
    Stamp now = stamp;
    if (now.second != second) {
      now = new Stamp(second, HttpHeaders.createOptimized(date(second)));
      stamp = now;
    }
    return now.text;
  }

  /**
   * A point in time as HTTP writes it (RFC 9110, 5.6.7). By hand, for a formatter with names of
   * days reads the tables of all languages first, which the first ping would wait for.
   */
  static String date(long epochSecond) {
    LocalDateTime time = LocalDateTime.ofEpochSecond(epochSecond, 0, ZoneOffset.UTC);
    int day = (time.getDayOfWeek().getValue() - 1) * 3;
    int month = (time.getMonthValue() - 1) * 3;
    return DAYS.substring(day, day + 3)
        + ", "
        + twoDigits(time.getDayOfMonth())
        + " "
        + MONTHS.substring(month, month + 3)
        + " "
        + time.getYear()
        + " "
        + twoDigits(time.getHour())
        + ":"
        + twoDigits(time.getMinute())
        + ":"
        + twoDigits(time.getSecond())
        + " GMT";
  }

  private static String twoDigits(int number) {
    return number < 10 ? "0" + number : Integer.toString(number);
  }

  /** The date's text, made once a second. */
  private record Stamp(long second, CharSequence text) {}
}
