package dev.wherry.api.stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.wherry.api.http.Exchange;
import dev.wherry.api.http.Failures;
import dev.wherry.api.http.Json;
import dev.wherry.api.http.StandardHeaders;
import dev.wherry.engine.image.ImageProgress;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * Progress as JSON objects, one a line, each sent as it happens. The head goes out with the first
 * line; a failure after that is a line of its own, as the status has been told already.
 */
public final class ProgressStream {
  private final Exchange exchange;

  public ProgressStream(Exchange exchange) {
    this.exchange = exchange;
  }

  /** Sends the head, so that the client need not wait for the first line. */
  public void open() {
    HttpServerResponse response = exchange.response();
    if (!response.headWritten() && !response.closed()) {
      exchange
          .begin(200)
          .setChunked(true)
          .putHeader(HttpHeaders.CONTENT_TYPE, StandardHeaders.JSON)
          .writeHead();
    }
  }

  /** A report of work. */
  public void report(ImageProgress progress) {
    Detail detail =
        progress.current() < 0 ? null : new Detail(progress.current(), progress.total());
    String bar = ProgressBar.text(progress.current(), progress.total());
    line(new Line(null, progress.status(), detail, bar, progress.id(), null, null, null));
  }

  /** A line of its own. */
  public void status(String status) {
    report(ImageProgress.message(status));
  }

  /** Text that the client prints as it is. */
  public void text(String text) {
    line(new Line(text, null, null, null, null, null, null, null));
  }

  /** What a program may want to know besides. */
  public void aux(Object value) {
    line(new Line(null, null, new Detail(0, 0), null, null, null, null, value));
  }

  /** Ends it well. */
  public void end() {
    open();
    if (!exchange.response().closed()) {
      exchange.response().end();
    }
  }

  /** Ends it with a failure: an error answer if nothing has been sent yet, else a line. */
  public void fail(Throwable failure) {
    if (!exchange.response().headWritten()) {
      exchange.fail(failure);
      return;
    }
    Failures.log(failure, exchange.request().path());
    String message = Failures.message(failure);
    line(new Line(null, null, null, null, null, new ErrorDetail(message), message, null));
    end();
  }

  private void line(Line line) {
    open();
    if (!exchange.response().closed()) {
      exchange.response().write(Json.line(line));
    }
  }

  /** Docker's {@code JSONMessage}. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Line(
      @JsonProperty("stream") @Nullable String stream,
      @JsonProperty("status") @Nullable String status,
      @JsonProperty("progressDetail") @Nullable Detail progressDetail,
      @JsonProperty("progress") @Nullable String progress,
      @JsonProperty("id") @Nullable String id,
      @JsonProperty("errorDetail") @Nullable ErrorDetail errorDetail,
      @JsonProperty("error") @Nullable String error,
      @JsonProperty("aux") @Nullable Object aux) {}

  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  private record Detail(@JsonProperty("current") long current, @JsonProperty("total") long total) {}

  private record ErrorDetail(@JsonProperty("message") String message) {}
}
