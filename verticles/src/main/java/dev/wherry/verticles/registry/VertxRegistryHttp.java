package dev.wherry.verticles.registry;

import dev.wherry.engine.registry.Cancellation;
import dev.wherry.engine.registry.RegistryHttp;
import dev.wherry.verticles.bus.BodyInputStream;
import dev.wherry.verticles.bus.Contexts;
import io.netty.handler.ssl.NotSslRecordException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Requests on event loops, waited for by worker threads. A body is handed over as it arrives; when
 * its reader does not keep up, the connection is paused. The clients are made at their first use: a
 * daemon that pulls nothing has none.
 */
public final class VertxRegistryHttp implements RegistryHttp {
  private static final Duration CONNECT = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CONNECTIONS_PER_HOST = 32;
  private static final int MAX_HEADERS = 64 << 10;

  private final Vertx vertx;
  private @Nullable HttpClient verifying;
  private @Nullable HttpClient trusting;

  public VertxRegistryHttp(Vertx vertx) {
    this.vertx = vertx;
  }

  private synchronized HttpClient client(boolean verified) {
    HttpClient made = verified ? verifying : trusting;
    if (made == null) {
      made = make(verified);
      if (verified) {
        verifying = made;
      } else {
        trusting = made;
      }
    }
    return made;
  }

  private HttpClient make(boolean verified) {
    return vertx.createHttpClient(
        new HttpClientOptions()
            .setConnectTimeout((int) CONNECT.toMillis())
            .setMaxHeaderSize(MAX_HEADERS)
            .setTrustAll(!verified)
            .setVerifyHost(verified),
        new PoolOptions().setHttp1MaxSize(CONNECTIONS_PER_HOST));
  }

  @Override
  public Answer send(Request request, Cancellation cancellation) throws IOException {
    ContextInternal context = Contexts.fresh(vertx);
    CompletableFuture<HttpClientRequest> begun = new CompletableFuture<>();
    CompletableFuture<VertxAnswer> answered = new CompletableFuture<>();
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
                      return exchange(out, request);
                    })
                .map(in -> new VertxAnswer(context, in, hook))
                .onSuccess(
                    answer -> {
                      if (!answered.complete(answer)) {
                        answer.close();
                      }
                    })
                .onFailure(answered::completeExceptionally));
    boolean done = false;
    try {
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
            .setHost(host(uri))
            .setPort(port(uri))
            .setSsl(tls)
            .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
            .setFollowRedirects(false);
    options.putHeader("User-Agent", "wherry");
    request.headers().forEach(options::putHeader);
    return client(request.verified()).request(options);
  }

  private static Future<HttpClientResponse> exchange(HttpClientRequest out, Request request) {
    return request.body().isEmpty() ? out.send() : out.send(request.body());
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
  }

  /** Without the brackets that an IPv6 address has in a URI. */
  private static String host(URI uri) {
    String host = uri.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static VertxAnswer await(CompletableFuture<VertxAnswer> answered, Request request)
      throws IOException {
    try {
      return answered.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted = new InterruptedIOException("interrupted");
      interrupted.initCause(e);
      throw interrupted;
    } catch (TimeoutException e) {
      throw new IOException("net/http: timeout awaiting response headers", e);
    } catch (ExecutionException e) {
      throw explain(e.getCause() == null ? e : e.getCause(), request.uri());
    }
  }

  /** The common cases in Go's words, which users and their tools know. */
  private static IOException explain(Throwable cause, URI uri) {
    String address = host(uri) + ":" + port(uri);
    String text = String.valueOf(cause.getMessage());
    return switch (cause) {
      case UnknownHostException e ->
          new IOException("dial tcp: lookup " + host(uri) + ": no such host", e);
      case ConnectException e when text.contains("Connection refused") ->
          new IOException("dial tcp " + address + ": connect: connection refused", e);
      case ConnectException e -> new IOException("dial tcp " + address + ": " + text, e);
      case SSLException e -> new IOException(tls(e), e);
      default -> new IOException(text, cause);
    };
  }

  /** What lies at the bottom of a failed handshake. */
  private static String tls(SSLException failure) {
    Throwable root = failure;
    while (root.getCause() != null && !(root instanceof CertificateException)) {
      root = root.getCause();
    }
    return switch (root) {
      case CertPathBuilderException e -> "x509: certificate signed by unknown authority";
      case CertificateException e when e.getCause() instanceof CertPathBuilderException ->
          "x509: certificate signed by unknown authority";
      case CertificateException e -> "x509: " + e.getMessage();
      case NotSslRecordException e -> "http: server gave HTTP response to HTTPS client";
      default -> String.valueOf(root.getMessage());
    };
  }

  /** An answer whose body is read by a worker. */
  private static final class VertxAnswer implements Answer {
    private final ContextInternal context;
    private final HttpClientResponse response;
    private final BodyInputStream body;
    private final Cancellation.Hook hook;

    /** Made on the context, before any of the body is handed out. */
    VertxAnswer(ContextInternal context, HttpClientResponse response, Cancellation.Hook hook) {
      this.context = context;
      this.response = response;
      this.body = new BodyInputStream(context, response, PATIENCE);
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
