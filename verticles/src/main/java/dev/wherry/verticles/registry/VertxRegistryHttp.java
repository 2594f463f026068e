package dev.wherry.verticles.registry;

import dev.wherry.engine.registry.Cancellation;
import dev.wherry.engine.registry.RegistryHttp;
import dev.wherry.engine.registry.RegistryProxies;
import dev.wherry.verticles.bus.BodyInputStream;
import dev.wherry.verticles.bus.Contexts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests on event loops, waited for by worker threads. A body is handed over as it arrives; when
 * its reader does not keep up, the connection is paused. The clients are made at their first use: a
 * daemon that pulls nothing has none.
 */
public final class VertxRegistryHttp implements RegistryHttp {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A registry may have to move or to hash what it got before it answers. */
  private static final Duration PATIENCE_AFTER_UPLOAD = Duration.ofMinutes(5);

  /** Longer content is handed over as the connection takes it. */
  private static final int MOST_AT_ONCE = 1 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(VertxRegistryHttp.class);

  private final Vertx vertx;
  private final RegistryProxies proxies;
  private final Duration patience;
  private final RegistryClients clients;

  /** With the certificates of the places that dockerd has for them, and our own. */
  public VertxRegistryHttp(Vertx vertx, RegistryProxies proxies) {
    this(vertx, proxies, RegistryCertificates.PLACES, PATIENCE);
  }

  /**
   * @param patience how long a server may send or take nothing
   */
  VertxRegistryHttp(
      Vertx vertx, RegistryProxies proxies, List<Path> certificates, Duration patience) {
    this.vertx = vertx;
    this.proxies = proxies;
    this.patience = patience;
    this.clients = new RegistryClients(vertx, new RegistryCertificates(certificates));
  }

  @Override
  public Answer send(Request request, Cancellation cancellation) throws IOException {
    ContextInternal context = Contexts.fresh(vertx);
    CompletableFuture<HttpClientRequest> begun = new CompletableFuture<>();
    CompletableFuture<VertxAnswer> answered = new CompletableFuture<>();
    CompletableFuture<RequestBody> body = new CompletableFuture<>();
    answered.whenComplete((answer, failure) -> body.completeExceptionally(new ClosedBody()));
    Cancellation.Hook hook =
        cancellation.onCancel(
            () -> {
              begun.thenAccept(HttpClientRequest::reset);
              answered.completeExceptionally(new IOException("context canceled"));
            });
    context.runOnContext(
        ignored ->
            begin(request)
                .compose(
                    out -> {
                      begun.complete(out);
                      return exchange(out, request, body);
                    })
                .map(in -> new VertxAnswer(context, in, patience, hook))
                .onSuccess(
                    answer -> {
                      if (!answered.complete(answer)) {
                        answer.close();
                      }
                    })
                .onFailure(answered::completeExceptionally));
    boolean done = false;
    try {
      if (isStreamed(request.content())) {
        write(request.content(), body);
      }
      VertxAnswer answer = await(answered, request);
      done = true;
      return answer;
    } finally {
      if (!done) {
        hook.close();
        begun.thenAccept(HttpClientRequest::reset);
      }
    }
  }

  private Future<HttpClientRequest> begin(Request request) {
    URI uri = request.uri();
    boolean tls = "https".equals(uri.getScheme());
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(request.method()))
            .setHost(Addresses.host(uri))
            .setPort(Addresses.port(uri))
            .setSsl(tls)
            .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
            .setFollowRedirects(false);
    proxies.of(uri).map(Addresses::options).ifPresent(options::setProxyOptions);
    options.putHeader("User-Agent", "wherry");
    request.headers().forEach(options::putHeader);
    return client(request).compose(client -> client.request(options));
  }

  private Future<HttpClient> client(Request request) {
    try {
      return Future.succeededFuture(clients.of(request));
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
  }

  /** Sends what is short at once, and leaves what is long to be written by the caller. */
  private Future<HttpClientResponse> exchange(
      HttpClientRequest out, Request request, CompletableFuture<RequestBody> body) {
    Content content = request.content();
    if (isStreamed(content)) {
      out.setChunked(true);
      Future<HttpClientResponse> response = out.response();
      body.complete(new RequestBody(out, response, patience));
      return response;
    }
    if (content.length() > 0) {
      return out.send(RequestBody.whole(content));
    }
    boolean bodyExpected = !request.method().equals("GET") && !request.method().equals("HEAD");
    return bodyExpected ? out.putHeader("Content-Length", "0").send() : out.send();
  }

  private static boolean isStreamed(Content content) {
    return content.length() < 0 || content.length() > MOST_AT_ONCE;
  }

  /** On the caller's thread. A server that answers before all has come wants no more. */
  private void write(Content content, CompletableFuture<RequestBody> begun) throws IOException {
    try (RequestBody body = await(begun)) {
      content.writeTo(body);
      body.end();
    } catch (ClosedBody answered) {
      LOG.debug("a body was not wanted to its end");
    }
  }

  private RequestBody await(CompletableFuture<RequestBody> begun) throws IOException {
    try {
      return begun.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (TimeoutException e) {
      throw new IOException("net/http: timeout awaiting a connection", e);
    } catch (ExecutionException e) {
      throw new ClosedBody();
    }
  }

  private static InterruptedIOException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    InterruptedIOException interrupted = new InterruptedIOException("interrupted");
    interrupted.initCause(cause);
    return interrupted;
  }

  private VertxAnswer await(CompletableFuture<VertxAnswer> answered, Request request)
      throws IOException {
    try {
      Duration limit =
          request.method().equals("PUT") || isStreamed(request.content())
              ? PATIENCE_AFTER_UPLOAD
              : patience;
      return answered.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (TimeoutException e) {
      throw new IOException("net/http: timeout awaiting response headers", e);
    } catch (ExecutionException e) {
      throw explain(e.getCause() == null ? e : e.getCause(), request.uri());
    }
  }

  /** The common cases in Go's words, which users and their tools know. */
  private IOException explain(Throwable cause, URI uri) {
    Optional<URI> proxy = proxies.of(uri);
    return proxy.isPresent() && Addresses.isOfTheWay(cause)
        ? new IOException("proxyconnect tcp: " + GoWords.of(cause, proxy.get()).getMessage(), cause)
        : GoWords.of(cause, uri);
  }

  /** An answer whose body is read by a worker. */
  private static final class VertxAnswer implements Answer {
    private final ContextInternal context;
    private final HttpClientResponse response;
    private final BodyInputStream body;
    private final Cancellation.Hook hook;

    /** Made on the context, before any of the body is handed out. */
    VertxAnswer(
        ContextInternal context,
        HttpClientResponse response,
        Duration patience,
        Cancellation.Hook hook) {
      this.context = context;
      this.response = response;
      this.body = new BodyInputStream(context, response, patience);
      this.hook = hook;
    }

    @Override
    public int status() {
      return response.statusCode();
    }

    @Override
    public List<String> headers(String name) {
      return response.headers().getAll(name);
    }

    @Override
    public InputStream body() {
      return body;
    }

    @Override
    public void close() {
      hook.close();
      if (!body.isEnded()) {
        // What is left may be long, or endless.
        context.runOnContext(ignored -> response.request().reset());
      }
      body.close();
    }
  }
}
