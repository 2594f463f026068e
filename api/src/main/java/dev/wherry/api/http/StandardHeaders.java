package dev.wherry.api.http;

import dev.wherry.config.WherryVersion;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

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
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

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
      now =
          new Stamp(
              second, HttpHeaders.createOptimized(HTTP_DATE.format(Instant.ofEpochSecond(second))));
      stamp = now;
    }
    return now.text;
  }

  /** The date's text, made once a second. */
  private record Stamp(long second, CharSequence text) {}
}
